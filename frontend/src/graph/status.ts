/** Statuses in words, what counts as the end, and how live events change a run that is on screen. */
import type { LiveEvent, RunJson, Status, StepJson } from "./types";

/** What is shown: the stored status, or "Reused" for a step whose results came from another run. */
export type Shown = Status | "Reused";

const FINAL: ReadonlySet<string> = new Set(["Completed", "Failed", "Canceled"]);
const BUSY: ReadonlySet<string> = new Set(["Preparing", "Running", "Finalizing", "CancelRequested"]);
const WORDS: Readonly<Record<string, string>> = { NotStarted: "Not started", CancelRequested: "Canceling" };

export const isFinal = (status: string): boolean => FINAL.has(status);
export const isBusy = (status: string): boolean => BUSY.has(status);
export const statusWord = (status: string): string => WORDS[status] ?? status;
export const statusIcon = (status: string): string => `status-${status.toLowerCase()}`;

export function shownStatus(step: Pick<StepJson, "status" | "reused"> | undefined): Shown {
  if (!step) return "NotStarted";
  return step.reused && step.status === "Completed" ? "Reused" : step.status;
}

/** "1 h 02 m", "3 m 04 s", "4.2 s"; tenths only where they tell something and the time stands still. */
export function durationText(milliseconds: number, ticking = false): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10 && !ticking) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} m`;
  return `${Math.floor(whole / 86400)} d ${two(Math.floor(whole / 3600) % 24)} h`;
}

/** Milliseconds between two ISO times, up to `now` while the end is missing; null before the start. */
export function elapsed(started: string | null | undefined, ended: string | null | undefined, now: number): number | null {
  if (!started) return null;
  const start = Date.parse(started);
  const end = ended ? Date.parse(ended) : now;
  return Number.isNaN(start) || Number.isNaN(end) ? null : Math.max(0, end - start);
}

/** Why a step ran, runs or will run; nothing for one that never will, or that is reused. */
export function whyText(step: StepJson | undefined): string {
  const text = (step?.why?.sentence ?? "").replace(/^Ran: /, "");
  if (!step || !text || step.reused) return "";
  if (step.started_at || step.attempt) return `${isFinal(step.status) ? "Ran" : "Runs"}: ${text}`;
  return isFinal(step.status) || step.reason ? "" : `Will run: ${text}`;
}

/** "attempt 2 of 3" of a step that is or was tried again; nothing for a first attempt. */
export function triesText(step: StepJson | undefined): string {
  if (!step?.attempt) return "";
  const number = (step.retries ?? 0) + 1;
  const most = Math.max((step.retry?.count ?? 0) + 1, number);
  if (number > 1) return `attempt ${number} of ${most}`;
  return step.attempt > 1 ? `attempt ${step.attempt}` : "";
}

export interface RunState {
  run: RunJson;
  /** by node id */
  steps: ReadonlyMap<string, StepJson>;
  last: number;
}

export function runState(run: RunJson): RunState {
  return { run, steps: new Map((run.steps ?? []).map((step) => [step.node_id, step])), last: run.last_event ?? 0 };
}

const STEP_FIELDS = ["status", "reused", "reason", "sentence", "why", "attempt", "retries", "queued_at", "started_at", "ended_at", "exit_code", "reused_from"] as const;
const RUN_FIELDS = ["status", "started_at", "ended_at"] as const;

/** The state after one event. An event that is older than the state, or of another run, changes nothing (same object). */
export function applyEvent(state: RunState, event: LiveEvent): RunState {
  if (event.id <= state.last) return state;
  const { data } = event;
  if (data["run"] !== undefined && data["run"] !== state.run.id) return state;
  if (event.kind === "run.status") {
    return { ...state, run: { ...state.run, ...pick(data, RUN_FIELDS) }, last: event.id };
  }
  if (event.kind === "step.status") {
    const node = String(data["node"]);
    const before = state.steps.get(node);
    if (!before) return { ...state, last: event.id };
    const after: StepJson = { ...before, ...pick(data, STEP_FIELDS) };
    if (after.reused && !after.reused_from && after.why?.run) {
      after.reused_from = { run_id: after.why.run.id, run_number: after.why.run.number, url: after.why.run.url ?? null };
    }
    const steps = new Map(state.steps);
    steps.set(node, after);
    return { ...state, steps, last: event.id };
  }
  return { ...state, last: event.id };
}

function pick(data: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => data[field] !== undefined).map((field) => [field, data[field]]));
}

export interface Counts { done: number; reused: number; running: number; waiting: number; failed: number; canceled: number; total: number }

export function countSteps(steps: Iterable<StepJson>): Counts {
  const counts: Counts = { done: 0, reused: 0, running: 0, waiting: 0, failed: 0, canceled: 0, total: 0 };
  for (const step of steps) {
    counts.total += 1;
    const shown = shownStatus(step);
    if (shown === "Reused") counts.reused += 1;
    else if (shown === "Completed") counts.done += 1;
    else if (shown === "Failed") counts.failed += 1;
    else if (shown === "Canceled") counts.canceled += 1;
    else if (isBusy(shown)) counts.running += 1;
    else counts.waiting += 1;
  }
  return counts;
}
