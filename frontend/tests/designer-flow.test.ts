import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FlowCache, STILL, type CardNode } from "../src/designer/canvas/flow";
import { boxesOf } from "../src/designer/canvas/places";
import type { Place, RunView } from "../src/designer/contract";
import { DesignerStore } from "../src/designer/store";
import type { StepJson } from "../src/graph/types";
import { module } from "./designer/library";
import { fakeBrowser, FakeStudio } from "./designer/server";

const PLACE: Place = { draft: "d", api: "/api", pages: "/w/lab", liveUrl: "", workerUrl: "", codeUrl: "", user: "ada", editable: true };

beforeEach(() => {
  vi.useFakeTimers();
  fakeBrowser(new FakeStudio());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("cards while a run is shown", () => {
  it("a step that is not part of the run has no status of it", async () => {
    const store = new DesignerStore(PLACE);
    const started = store.start();
    await vi.advanceTimersByTimeAsync(500);
    await started;
    const ran = store.add({ module: module("split-data") }, { x: 0, y: 0 });
    const later = store.add({ module: module("train-model") }, { x: 0, y: 200 });
    const step: StepJson = { id: "s", node_id: ran, name: "Split Data", status: "Completed" };
    const run: RunView = { id: "r", number: 1, status: "Completed", experiment: "e", url: "", steps: new Map([[ran, step]]), upTo: null, graph: null };
    const cards = new Map(new FlowCache().nodesOf({ ...store.state(), run }, boxesOf(store.state()), STILL, "").map((node) => [node.id, node as CardNode]));
    expect(cards.get(ran)?.data.running).toBe(true);
    expect(cards.get(ran)?.ariaLabel).toContain("Completed");
    expect(cards.get(later)?.data.running).toBe(false);
    expect(cards.get(later)?.ariaLabel).not.toContain("Not started");
  });
});
