/** Rows and sections that follow a run or a step; the markup is in README.md. */
import { isFinal, shownStatus, statusIcon, statusWord } from "../graph/status";
import type { Status } from "../graph/types";
import { eventListener, type EventMessage } from "../live/client";
import { pageLive } from "../live/page";
import { refreshTimes } from "./time";

const PACE = 500;
const WORDS = { connecting: "", live: "Live", reconnecting: "Reconnecting…", closed: "" } as const;

export function startLive(): void {
  const indicators = () => document.querySelectorAll<HTMLElement>("forebay-live");
  const topics = wantedTopics();
  if (topics.length === 0 && !document.querySelector("#graph-island, forebay-log")) return;
  const live = pageLive();
  if (!live) return;
  live.watch((state) => {
    for (const indicator of indicators()) {
      indicator.setAttribute("state", state);
      indicator.textContent = WORDS[state];
    }
  });
  const renew = async () => {
    soon(document.body, "forebay:runs-changed", {});
    soon(document.body, "forebay:run-changed", {});
    soon(document.body, "forebay:resync", {});
    for (const element of document.querySelectorAll("[data-live-run], [data-live-step]")) soon(element, "forebay:changed", {});
    return null;
  };
  // What happened while the page was made and sent is asked for, too.
  const after = document.body.dataset["liveAfter"];
  for (const topic of topics) live.subscribe(eventListener(topic, after ? Number(after) : null, receive, renew));
}

/** "runs" for lists, "run:<uid>" for a page that shows one run's steps. */
function wantedTopics(): string[] {
  const topics = new Set<string>();
  if (document.querySelector("[data-live-runs], [data-live-run]")) topics.add("runs");
  for (const element of document.querySelectorAll<HTMLElement>("[data-live-steps]")) topics.add(`run:${element.dataset["liveSteps"]}`);
  return [...topics];
}

function receive(event: EventMessage): void {
  const { data } = event;
  if (event.kind === "step.status") {
    for (const element of marked("live-step", String(data["step"]))) update(element, data);
  } else if (event.kind === "run.status" && event.topic === "runs") {
    const rows = marked("live-run", String(data["run"]));
    for (const element of rows) update(element, data);
    if (rows.length === 0) soon(document.body, "forebay:runs-changed", data);
    title(data);
  }
  if (event.topic !== "runs") soon(document.body, "forebay:run-changed", { run: data["run"], kind: event.kind });
}

const marked = (name: string, value: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-${name}="${CSS.escape(value)}"]`)];

function update(element: HTMLElement, data: Record<string, unknown>): void {
  const status = shownStatus({ status: data["status"] as Status, reused: data["reused"] === true });
  const chip = element.matches(".status") ? element : element.querySelector<HTMLElement>(".status");
  if (chip) setStatus(chip, status);
  const duration = element.matches("[data-duration]") ? element : element.querySelector<HTMLElement>("[data-duration]");
  if (duration) {
    duration.dataset["started"] = String(data["started_at"] ?? "");
    duration.dataset["ended"] = String(data["ended_at"] ?? (isFinal(status) ? data["started_at"] ?? "" : ""));
    if (!data["started_at"]) duration.textContent = "";
    else refreshTimes(duration.parentElement ?? document);
  }
  for (const field of ["sentence", "attempt"]) {
    const place = element.querySelector<HTMLElement>(`[data-field="${field}"]`);
    if (place && data[field] !== undefined) place.textContent = String(data[field] ?? "");
  }
  soon(element, "forebay:changed", { status });
}

export function setStatus(chip: HTMLElement, status: string): void {
  chip.dataset["status"] = status;
  chip.querySelector("use")?.setAttribute("href", `${document.body.dataset["icons"] ?? "/static/img/icons.svg"}#${statusIcon(status)}`);
  const word = chip.querySelector<HTMLElement>(".status-word") ?? chip.querySelector<HTMLElement>("span");
  if (word) word.textContent = statusWord(status);
}

const waiting = new WeakMap<Element, Map<string, Record<string, unknown>>>();

/** At once, then at most every half second with the latest detail. */
function soon(element: Element, name: string, detail: Record<string, unknown>): void {
  const names = waiting.get(element) ?? new Map<string, Record<string, unknown>>();
  waiting.set(element, names);
  if (names.has(name)) {
    names.set(name, { ...detail, again: true });
    return;
  }
  names.set(name, {});
  element.dispatchEvent(new CustomEvent(name, { detail }));
  setTimeout(() => {
    const last = names.get(name);
    names.delete(name);
    if (last?.["again"]) soon(element, name, last);
  }, PACE);
}

const TITLE = /^[^·]{0,40} · /;

function title(data: Record<string, unknown>): void {
  if (document.body.dataset["titleRun"] !== data["run"]) return;
  const status = String(data["status"]);
  document.title = `${isFinal(status) ? "" : "● "}${statusWord(status)} · ${document.title.replace(TITLE, "")}`;
}
