/** The step panel beside the graph: its HTML comes from the server, its address is in the page's URL. */
interface Htmx { ajax(verb: string, url: string, options: { target: Element; swap: string }): Promise<void> }

export interface PanelPlace { urlTemplate: string; selector: string }
export interface Chosen { step: string; node: string; name: string }

export class StepPanel {
  constructor(private readonly place: PanelPlace) {}

  get element(): HTMLElement | null {
    return this.place.selector ? document.querySelector<HTMLElement>(this.place.selector) : null;
  }

  open(chosen: Chosen): void {
    address(chosen.step);
    const panel = this.element;
    if (panel && panel.dataset["step"] !== chosen.step) {
      panel.dataset["step"] = chosen.step;
      void this.fill(panel, this.place.urlTemplate.replace("{step}", encodeURIComponent(chosen.step)).replace("%7Bstep%7D", encodeURIComponent(chosen.step)));
    }
    if (panel) panel.hidden = false;
    tell("forebay:step-selected", { ...chosen });
  }

  close(): void {
    address(null);
    const panel = this.element;
    if (panel) {
      panel.hidden = true;
      panel.dataset["step"] = "";
      panel.replaceChildren();
    }
    tell("forebay:step-closed", {});
  }

  private async fill(panel: HTMLElement, url: string): Promise<void> {
    const htmx = (window as unknown as { htmx?: Htmx }).htmx;
    if (htmx) return htmx.ajax("GET", url, { target: panel, swap: "innerHTML" });
    const step = panel.dataset["step"];
    const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (panel.dataset["step"] === step) panel.innerHTML = html;
  }
}

function address(step: string | null): void {
  const url = new URL(location.href);
  if (url.searchParams.get("step") === step) return;
  if (step) url.searchParams.set("step", step);
  else url.searchParams.delete("step");
  if (url.hash.startsWith("#L")) url.hash = "";
  history.replaceState(history.state, "", url);
}

function tell(name: string, detail: Record<string, unknown>): void {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}
