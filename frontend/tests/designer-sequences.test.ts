import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DesignerStore } from "../src/designer/store";
import { History } from "../src/designer/core/history";
import { act, broken, random } from "./designer/sequences";
import { fakeBrowser, FakeStudio } from "./designer/server";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<{ store: DesignerStore; studio: FakeStudio; browser: ReturnType<typeof fakeBrowser> }> {
  const studio = new FakeStudio();
  const browser = fakeBrowser(studio);
  const store = new DesignerStore({ draft: "d", api: "/api", pages: "", liveUrl: "", workerUrl: "", codeUrl: "", user: "ada", editable: true });
  const started = store.start();
  await vi.advanceTimersByTimeAsync(10);
  await started;
  return { store, studio, browser };
}

describe("any sequence of commands", () => {
  it.each(Array.from({ length: 10 }, (_, seed) => seed + 1))("leaves the graph whole and is undone and done again (seed %i)", async (seed) => {
    const { store, studio, browser } = await opened();
    const next = random(seed);
    const first = JSON.stringify(store.state().graph);
    const done: string[] = [];
    for (let count = 0; count < 80; count += 1) {
      done.push(act(store, next));
      vi.setSystemTime(Date.now() + 3000);
      expect(broken(store), done.slice(-3).join(", ")).toEqual([]);
    }
    await vi.advanceTimersByTimeAsync(2000);
    const last = JSON.stringify(store.state().graph);
    expect(JSON.stringify(studio.draft.graph)).toBe(last);
    while (store.state().canRedo) store.redo();
    const end = JSON.stringify(store.state().graph);
    const kept = browser.session.getItem("forebay.history.d");
    if (kept) {
      const again = History.unpacked(kept, JSON.parse(last));
      while (again.undo()) expect(again.present.version).toBe(1);
      expect(JSON.stringify(again.present)).toBe(first);
    }
    while (store.state().canUndo) {
      store.undo();
      expect(broken(store)).toEqual([]);
    }
    expect(JSON.stringify(store.state().graph)).toBe(first);
    while (store.state().canRedo) store.redo();
    expect(JSON.stringify(store.state().graph)).toBe(end);
  }, 60_000);
});
