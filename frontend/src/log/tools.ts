/** The log's tool bar and view as plain elements. */
export interface LogTools {
  view: HTMLDivElement;
  search: HTMLInputElement;
  hits: HTMLElement;
  follow: HTMLButtonElement;
  wrap: HTMLButtonElement;
  next: HTMLButtonElement;
  previous: HTMLButtonElement;
  download: HTMLAnchorElement;
  say(text: string, bad?: boolean): void;
}

export function buildTools(host: HTMLElement): LogTools {
  const search = make("input", "", { type: "search", placeholder: "Search the log", "aria-label": "Search the log", autocomplete: "off", spellcheck: "false" });
  const box = make("div", "search");
  box.append(icon("search"), search);
  const hits = make("span", "log-hits", { role: "status" });
  const previous = tool("chevron-left", "Previous match (Shift+Enter)");
  const next = tool("chevron-right", "Next match (Enter)");
  previous.hidden = next.hidden = true;
  const info = make("span", "log-info", { role: "status" });
  const follow = tool("follow", "Follow the end");
  const wrap = tool("wrap", "Wrap long lines");
  const download = make("a", "button button-quiet button-small icon-only", { "aria-label": "Download the log", title: "Download the log" });
  download.append(icon("download"));
  const bar = make("div", "log-tools");
  bar.append(box, previous, next, hits, info, follow, wrap, download);
  const view = make("div", "log-view", { role: "log", "aria-live": "off", "aria-label": `Log ${host.getAttribute("filename") ?? ""}`.trim(), tabindex: "0" });
  host.replaceChildren(bar, view);
  return {
    view, search, hits, follow, wrap, next, previous, download,
    say(text, bad = false) {
      info.textContent = text;
      info.classList.toggle("is-bad", bad);
    },
  };
}

function make<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, attributes: Record<string, string> = {}): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function tool(name: string, label: string): HTMLButtonElement {
  const button = make("button", "button button-quiet button-small icon-only", { type: "button", "aria-label": label, title: label });
  button.append(icon(name));
  return button;
}

export function icon(name: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset["icons"] ?? "/static/img/icons.svg"}#${name}`);
  svg.append(use);
  return svg;
}
