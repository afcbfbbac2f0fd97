import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DesignerStore } from "../src/designer/store";
import type { Place } from "../src/designer/contract";
import { module } from "./designer/library";
import { fakeBrowser, FakeStudio } from "./designer/server";

const PLACE: Place = { draft: "d", api: "/api", pages: "/w/lab", liveUrl: "", workerUrl: "", codeUrl: "", user: "ada", editable: true };
let studio: FakeStudio;
let browser: ReturnType<typeof fakeBrowser>;

beforeEach(() => {
  vi.useFakeTimers();
  studio = new FakeStudio();
  browser = fakeBrowser(studio);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(place: Partial<Place> = {}): Promise<DesignerStore> {
  const store = new DesignerStore({ ...PLACE, ...place });
  const started = store.start();
  await vi.advanceTimersByTimeAsync(500);
  await started;
  return store;
}
const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const steps = (store: DesignerStore) => store.state().graph.nodes.length;
const add = (store: DesignerStore, key = "split-data") => store.add({ module: module(key) }, { x: 0, y: 0 });

describe("saving", () => {
  it("sends what changed when it is quiet, once", async () => {
    const store = await opened();
    add(store);
    add(store, "train-model");
    expect(store.state().save).toEqual({ kind: "unsaved" });
    await wait(1000);
    expect(studio.patches).toHaveLength(1);
    expect(Object.keys(studio.patches[0]?.body ?? {})).toEqual(["revision", "tab", "graph"]);
    expect(studio.draft.graph.nodes).toHaveLength(2);
    expect(store.state().save.kind).toBe("saved");
    expect(store.state().draft.revision).toBe(2);
  });

  it("undone to what is stored there is nothing to save", async () => {
    const store = await opened();
    add(store);
    store.undo();
    await wait(2000);
    expect(studio.patches).toHaveLength(0);
    expect(store.state().save.kind).toBe("saved");
  });

  it("keeps the graph while the studio is away, and saves it by itself", async () => {
    const store = await opened();
    studio.trouble = "down";
    add(store);
    await wait(1000);
    expect(store.state().save).toMatchObject({ kind: "failed", message: "The studio can't be reached. Your changes are kept in this browser and saved as soon as it answers." });
    add(store);
    studio.trouble = null;
    await wait(5000);
    expect(store.state().save.kind).toBe("saved");
    expect(studio.draft.graph.nodes).toHaveLength(2);
  });

  it("takes a save whose answer was lost for its own", async () => {
    const store = await opened();
    studio.trouble = "lost";
    add(store);
    await wait(1000);
    expect(studio.draft.revision).toBe(2);
    studio.trouble = null;
    add(store);
    await wait(6000);
    expect(store.state().save.kind).toBe("saved");
    expect(studio.draft.graph.nodes).toHaveLength(2);
  });

  it("says what to do when it is refused", async () => {
    const store = await opened();
    studio.trouble = 404;
    add(store);
    await wait(1000);
    expect(store.state().save).toMatchObject({ kind: "failed", copy: true, message: "This draft is no longer there. Keep yours as a new draft. Your changes are kept in this browser." });
  });

  it("a reader changes nothing", async () => {
    const store = await opened({ editable: false });
    add(store);
    expect(steps(store)).toBe(0);
    expect(store.state().said?.text).toContain("You may look at this draft, but not change it");
  });
});

describe("somebody else's version", () => {
  async function conflict(): Promise<DesignerStore> {
    const store = await opened();
    studio.save({ name: "Grace's", graph: { version: 1, nodes: [{ id: "g" }] } }, "grace");
    add(store);
    add(store);
    await wait(1000);
    expect(store.state().save).toMatchObject({ kind: "conflict", theirs: { updated_by: "grace", name: "Grace's" } });
    expect(store.state().dialog).toEqual({ kind: "conflict" });
    return store;
  }

  it("is taken, with its fields; the steps to undo are gone", async () => {
    const store = await conflict();
    await store.resolveConflict("theirs");
    expect(store.state().graph.nodes.map((node) => node.id)).toEqual(["g"]);
    expect(store.state().draft.name).toBe("Grace's");
    expect(store.state().canUndo).toBeNull();
    expect(store.state().said?.text).toContain("grace's version");
    add(store);
    await wait(1000);
    expect(store.state().save.kind).toBe("saved");
  });

  it("is saved over when asked for, and stays in the versions", async () => {
    const store = await conflict();
    await store.resolveConflict("mine");
    expect(studio.draft.graph.nodes).toHaveLength(2);
    expect(studio.patches.at(-1)?.body).toMatchObject({ revision: 2, name: "Adult", note: "Saved over grace's version" });
    expect(store.state().save.kind).toBe("saved");
  });

  it("is not overwritten by going on", async () => {
    const store = await conflict();
    add(store);
    await wait(60_000);
    expect(studio.draft.updated_by).toBe("grace");
    expect(steps(store)).toBe(3);
  });
});

describe("what is changed of the draft itself", () => {
  it("is undone and done again, but not over what somebody else gave it", async () => {
    const store = await opened();
    const before = store.state().draft.name;
    store.setDraft({ name: "Mine" });
    add(store);
    store.undo();
    expect(store.state().draft.name).toBe("Mine");
    store.undo();
    expect(store.state().draft.name).toBe(before);
    store.redo();
    expect(store.state().draft.name).toBe("Mine");
    await wait(1000);
    expect(studio.draft.name).toBe("Mine");
    store.set({ draft: { ...store.state().draft, name: "Theirs" } });
    store.undo();
    expect(store.state().draft.name).toBe("Theirs");
  });
});

describe("a closed tab", () => {
  it("leaves its unsaved changes to the next one, as a step that can be undone", async () => {
    const first = await opened();
    studio.trouble = "down";
    add(first);
    await wait(1000);
    studio.trouble = null;
    vi.clearAllTimers();
    browser.session.removeItem("forebay.history.d");
    const next = await opened();
    expect(steps(next)).toBe(1);
    expect(next.state().canUndo).toBe("Bring back unsaved changes");
    await wait(2000);
    expect(studio.draft.graph.nodes).toHaveLength(1);
    expect(browser.local.length).toBe(0);
  });

  it("is a conflict when somebody saved meanwhile", async () => {
    const first = await opened();
    studio.trouble = "down";
    add(first);
    await wait(1000);
    studio.trouble = null;
    vi.clearAllTimers();
    studio.save({ graph: { version: 1, nodes: [{ id: "g" }] } }, "grace");
    const next = await opened();
    expect(next.state().save.kind).toBe("conflict");
    expect(steps(next)).toBe(1);
    expect(next.state().graph.nodes[0]?.id).not.toBe("g");
  });

  it("is sent after the page is gone when it is small", async () => {
    const store = await opened();
    add(store);
    browser.fire("pagehide");
    await wait(0);
    expect(studio.draft.graph.nodes).toHaveLength(1);
  });
});

describe("a reload", () => {
  it("keeps undo and redo", async () => {
    const first = await opened();
    add(first);
    add(first, "train-model");
    first.undo();
    await wait(2000);
    vi.clearAllTimers();
    const next = await opened();
    expect([next.state().canUndo, next.state().canRedo]).toEqual(["Add Split Data", "Add Train Model"]);
    next.redo();
    expect(steps(next)).toBe(2);
    next.undo();
    next.undo();
    expect(steps(next)).toBe(0);
  });

  it("forgets steps that do not lead to what is stored", async () => {
    const first = await opened();
    add(first);
    await wait(2000);
    vi.clearAllTimers();
    studio.save({ graph: { version: 1, nodes: [{ id: "g" }] } }, "grace");
    expect((await opened()).state().canUndo).toBeNull();
  });
});

it("commands work when they are taken out of their object", async () => {
  const store = await opened();
  const { add: alone, undo, say } = store.commands;
  alone({ module: module("split-data") }, { x: 0, y: 0 });
  expect(steps(store)).toBe(1);
  undo();
  expect(steps(store)).toBe(0);
  say("Hello.");
  expect(store.state().said?.text).toBe("Hello.");
});

describe("typing", () => {
  it("in one field is one step, after a pause another", async () => {
    const store = await opened();
    const id = add(store);
    for (const value of [0.1, 0.12, 0.125]) store.setSetting(id, "fraction", value);
    await wait(3000);
    store.setSetting(id, "fraction", 0.2);
    store.undo();
    expect(store.state().graph.nodes[0]?.settings).toEqual({ fraction: 0.125 });
    store.undo();
    expect(store.state().graph.nodes[0]?.settings).toEqual({});
    expect(store.state().canUndo).toBe("Add Split Data");
  });
});
