/** Short messages at the corner; errors stay until closed. */
import { icon } from "../log/tools";

type Tone = "info" | "success" | "warning" | "danger";

export function toast(text: string, tone: Tone = "info"): void {
  let place = document.querySelector<HTMLElement>(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  if ([...place.querySelectorAll(".toast > span")].some((old) => old.textContent === text)) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset["tone"] = tone;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-quiet button-small icon-only";
  close.setAttribute("aria-label", "Dismiss");
  close.append(icon("close"));
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  place.append(box);
  if (tone !== "danger") setTimeout(() => box.remove(), 5000);
}

interface HtmxDetail { xhr?: XMLHttpRequest }

/** What a failed htmx request says, as a toast. */
export function htmxErrors(): void {
  document.body.addEventListener("htmx:responseError", (event) => {
    const request = (event as CustomEvent<HtmxDetail>).detail.xhr;
    toast(request ? errorText(request.status, request.getResponseHeader("Content-Type") ?? "", request.responseText) : "The request failed.", "danger");
  });
  document.body.addEventListener("htmx:sendError", () => toast("The studio does not answer. Is it running?", "danger"));
  document.body.addEventListener("htmx:timeout", () => toast("The studio took too long to answer.", "danger"));
}

export function errorText(status: number, type: string, body: string): string {
  if (type.includes("json")) {
    try {
      const problem = JSON.parse(body) as { detail?: string; title?: string };
      if (problem.detail || problem.title) return String(problem.detail || problem.title);
    } catch { /* not JSON after all */ }
  }
  if (type.startsWith("text/plain") && body.length < 400) return body;
  if (status === 403) return "You may not do this. Sign in again, or ask an owner of the workspace.";
  if (status === 404) return "This is not there any more. Reload the page.";
  return `The studio answered with an error (${status}).`;
}
