import { describe, expect, it } from "vitest";
import { applyEvent, countSteps, durationText, elapsed, runState, shownStatus, statusWord, triesText, whyText } from "../src/graph/status";
import type { LiveEvent, RunJson, Status } from "../src/graph/types";

const RUN: RunJson = {
  id: "r", number: 2, name: "Run 2", status: "Running", last_event: 10,
  steps: [{ id: "s1", node_id: "a", name: "a", status: "Running" }, { id: "s2", node_id: "b", name: "b", status: "NotStarted" }],
};
const event = (id: number, node: string, status: Status, more: object = {}): LiveEvent => ({ id, kind: "step.status", data: { run: "r", node, status, ...more } });

describe("events", () => {
  it("changes only the step it names", () => {
    const before = runState(RUN);
    const after = applyEvent(before, event(11, "a", "Completed", { ended_at: "2026-01-01T00:00:00Z" }));
    expect(after.steps.get("a")).toMatchObject({ status: "Completed", ended_at: "2026-01-01T00:00:00Z", name: "a" });
    expect(after.steps.get("b")).toBe(before.steps.get("b"));
    expect(before.steps.get("a")?.status).toBe("Running");
  });
  it("ignores what is old, of another run, or of an unknown step", () => {
    const state = runState(RUN);
    expect(applyEvent(state, event(10, "a", "Failed"))).toBe(state);
    expect(applyEvent(state, { ...event(11, "a", "Failed"), data: { run: "other", node: "a", status: "Failed" } })).toBe(state);
    expect(applyEvent(state, event(11, "zz", "Failed")).steps).toBe(state.steps);
  });
  it("keeps the run's end and knows from which run a step was reused", () => {
    let state = applyEvent(runState(RUN), { id: 11, kind: "run.status", data: { run: "r", status: "Completed" } });
    state = applyEvent(state, event(12, "b", "Completed", { reused: true, why: { run: { id: "x", number: 1 } } }));
    expect(state.run.status).toBe("Completed");
    expect(state.steps.get("b")?.reused_from?.run_number).toBe(1);
    expect(shownStatus(state.steps.get("b"))).toBe("Reused");
    expect(countSteps(state.steps.values())).toMatchObject({ reused: 1, running: 1, done: 0, total: 2 });
  });
});

describe("words", () => {
  it.each([[4200, false, "4.2 s"], [4200, true, "4 s"], [64_000, false, "1 m 04 s"], [3_720_000, false, "1 h 02 m"], [90_000_000, false, "1 d 01 h"]] as const)("%i ms", (ms, ticking, text) => {
    expect(durationText(ms, ticking)).toBe(text);
  });
  it("has no duration before the start and none that is negative", () => {
    expect(elapsed(null, null, 5)).toBeNull();
    expect(elapsed("2026-01-01T00:00:10Z", "2026-01-01T00:00:00Z", 0)).toBe(0);
    expect(statusWord("NotStarted")).toBe("Not started");
  });
});

describe("attempts", () => {
  it("counts what is tried again, and says nothing of a first attempt", () => {
    const step = { id: "s", node_id: "a", name: "a", status: "Running", attempt: 1, retry: { count: 2 } } as const;
    expect(triesText(step)).toBe("");
    expect(triesText({ ...step, status: "Queued", retries: 1 })).toBe("attempt 2 of 3");
    expect(triesText({ ...step, attempt: 2, retry: null })).toBe("attempt 2");
  });
  it("follows the events", () => {
    const before = runState({ ...RUN, steps: [{ ...RUN.steps![0]!, attempt: 1, retry: { count: 1 } }] });
    const after = applyEvent(before, event(11, "a", "Queued", { retries: 1, attempt: 1 }));
    expect(triesText(after.steps.get("a"))).toBe("attempt 2 of 2");
  });
});

describe("why", () => {
  const why = { kind: "changed", sentence: "lr: 0.1 -> 0.2" };
  it("says ran, runs or will run, whatever the stored form", () => {
    const step = { id: "s", node_id: "a", name: "a", why } as const;
    expect(whyText({ ...step, status: "Queued" })).toBe("Will run: lr: 0.1 -> 0.2");
    expect(whyText({ ...step, status: "Running", attempt: 1 })).toBe("Runs: lr: 0.1 -> 0.2");
    expect(whyText({ ...step, status: "Failed", attempt: 1, why: { sentence: "Ran: x changed" } })).toBe("Ran: x changed");
    expect(whyText({ ...step, status: "Completed", reused: true })).toBe("");
    expect(whyText({ ...step, status: "Canceled" })).toBe("");
  });
});
