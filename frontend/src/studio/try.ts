/** "Try it" of an endpoint: the form's request is sent to the address that programs call, with the reader's own session. */
import { setStatus } from "./live";

const STATUSES: Readonly<Record<string, string>> = { Finished: "Completed" };
interface Prepared { path: string; body: Record<string, unknown>; problem: string }
interface Answer { Id?: string; Status?: string; RunUrl?: string; error?: { message?: string } }

export function startTry(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["try"] === undefined) return;
    event.preventDefault();
    void call(form);
  });
}

async function call(form: HTMLFormElement): Promise<void> {
  const place = document.getElementById("try-answer");
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!place || button?.disabled) return;
  if (button) button.disabled = true;
  place.replaceChildren(element("p", "muted", "Calling…"));
  try {
    const data = new FormData(form);
    const token = String(data.get("csrfmiddlewaretoken") ?? "");
    const asked = await fetch(form.dataset["try"] ?? "", { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!asked.ok) throw new Error(`The studio answered ${asked.status}. Load the page again.`);
    if (asked.redirected) throw new Error("You are signed out: load the page again and sign in.");
    const prepared = await asked.json() as Prepared;
    if (prepared.problem) throw new Error(prepared.problem);
    const started = performance.now();
    const answer = await fetch(prepared.path, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(prepared.body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, "Idempotency-Key": newKey() },
    });
    const text = await answer.text();
    show(place, answer, text, performance.now() - started);
  } catch (error) {
    place.replaceChildren(element("p", "error", error instanceof Error ? error.message : String(error)));
  } finally {
    if (button) button.disabled = false;
  }
}

/** `crypto.randomUUID` is there on https and localhost only. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

function show(place: HTMLElement, answer: Response, text: string, took: number): void {
  let told: Answer = {};
  let pretty = text;
  try {
    told = JSON.parse(text) as Answer;
    pretty = JSON.stringify(told, null, 2);
  } catch { /* shown as it came */ }
  const line = element("p", "answer-line");
  line.append(element("strong", "", `${answer.status} ${answer.statusText}`.trim()), element("span", "muted", `in ${Math.round(took)} ms`));
  const parts: HTMLElement[] = [element("h3", "", "Answer"), line];
  if (answer.ok && told.Id) line.append(runLink(place, told.Id), chip(told.Id, told.Status ?? ""));
  else if (told.error?.message) parts.push(element("p", "error", told.error.message));
  const code = element("pre", "code", pretty);
  code.id = "try-json";
  code.tabIndex = 0;
  place.replaceChildren(...parts, code);
  if (answer.ok && told.Id) void catchUp(`${place.dataset["runApi"] ?? ""}${told.Id}`);
}

function runLink(place: HTMLElement, run: string): HTMLElement {
  const link = document.createElement("a");
  link.id = "try-run";
  link.href = (place.dataset["runUrl"] ?? "").replace("{run}", encodeURIComponent(run));
  link.textContent = "Open the run";
  return link;
}

/** Marked as that run's, so the page's live events keep it. */
function chip(run: string, word: string): HTMLElement {
  const status = element("span", "status");
  status.dataset["liveRun"] = run;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  picture.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  status.append(picture, element("span", "status-word"));
  setStatus(status, STATUSES[word] ?? word);
  return status;
}

/** What happened between the answer and now. */
async function catchUp(url: string): Promise<void> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) return;
  const run = await answer.json() as { id: string; status: string };
  const status = document.querySelector<HTMLElement>(`[data-live-run="${CSS.escape(run.id)}"]`);
  if (status) setStatus(status, run.status);
}

function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
