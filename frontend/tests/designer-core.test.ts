import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Catalog } from "../src/designer/core/catalog";
import { refused, settle, type Outcome } from "../src/designer/core/edit";
import { History } from "../src/designer/core/history";
import { addition } from "../src/designer/core/adding";
import { cut, putIn, readText } from "../src/designer/core/clipboard";
import { buildView } from "../src/designer/core/view";
import { connect, connectToNode, refusal, remove, spliceNode, type Scene } from "../src/designer/core/wiring";
import type { DraftGraph, ModuleSpec, PaletteModule } from "../src/designer/core/types";

const LIBRARY = join(import.meta.dirname, "../../pipelines/library");
export const MODULES: PaletteModule[] = readdirSync(LIBRARY).filter((name) => existsSync(join(LIBRARY, name, "module.json"))).map((key) => {
  const spec = JSON.parse(readFileSync(join(LIBRARY, key, "module.json"), "utf8")) as ModuleSpec;
  return { id: `id-${key}`, key, name: spec.name, description: spec.description, group: spec.group, status: "Active", default_version: "1", version: "1", spec };
});
const catalog = new Catalog(MODULES);
const module = (key: string) => MODULES.find((one) => one.key === key) as PaletteModule;
const scene = (graph: DraftGraph): Scene => ({ graph, view: buildView(graph, catalog) });
const EMPTY: DraftGraph = { version: 1, nodes: [] };
const done = (outcome: Outcome): DraftGraph => {
  if (refused(outcome)) throw new Error(outcome.refusal);
  return settle(outcome.graph);
};

/** Dataset -> Select Columns -> Split Data -> Train Model, with a learner. */
function pipeline(): { graph: DraftGraph; ids: Record<string, string> } {
  const ids: Record<string, string> = {};
  let graph = EMPTY;
  for (const key of ["select-columns", "split-data", "two-class-logistic-regression", "train-model"]) {
    const { edit, id } = addition(graph, { module: module(key) }, { x: 0, y: graph.nodes.length * 150 });
    graph = done(edit);
    ids[key] = id;
  }
  const pill = addition(graph, { source: { dataset: "d1" }, name: "adult", version: 2, kind: "tabular" }, { x: 0, y: -100 });
  graph = done(pill.edit);
  const wire = (from: Parameters<typeof connect>[1], node: string, port: string) => { graph = done(connect(scene(graph), from, { node, port })); };
  wire({ pill: pill.id }, ids["select-columns"] as string, "dataset");
  wire({ node: ids["select-columns"] as string, output: "results" }, ids["split-data"] as string, "dataset");
  wire({ node: ids["split-data"] as string, output: "results1" }, ids["train-model"] as string, "dataset");
  wire({ node: ids["two-class-logistic-regression"] as string, output: "learner" }, ids["train-model"] as string, "learner");
  return { graph, ids };
}

describe("wires", () => {
  it("refuses what does not fit, with both ends in words", () => {
    const { graph, ids } = pipeline();
    const why = refusal(scene(graph), { node: ids["train-model"] as string, output: "model" }, { node: ids["select-columns"] as string, port: "dataset" });
    expect(why).toBe("Train Model makes a model; Dataset of Select Columns in Dataset takes a table.");
  });
  it("refuses a circle", () => {
    const { graph, ids } = pipeline();
    const why = refusal(scene(graph), { node: ids["split-data"] as string, output: "results2" }, { node: ids["select-columns"] as string, port: "dataset" });
    expect(why).toBe("Split Data waits for Select Columns in Dataset: a wire back would make a circle.");
  });
  it("takes the first fitting free port of a card", () => {
    const { graph, ids } = pipeline();
    const added = addition(graph, { module: module("score-model") }, { x: 0, y: 0 });
    const after = done(connectToNode(scene(added.edit.graph), { node: ids["train-model"] as string, output: "model" }, added.id));
    expect(after.nodes.find((node) => node.id === added.id)?.inputs).toEqual([{ name: "model", source: { node: ids["train-model"], output: "model" } }]);
  });
  it("puts a module in between, and closes the gap again", () => {
    const { graph, ids } = pipeline();
    const added = addition(graph, { module: module("clean-missing-data") }, { x: 0, y: 0 });
    const between = done(spliceNode(scene(added.edit.graph), added.id, { node: ids["split-data"] as string, port: "dataset" }));
    expect(between.nodes.find((node) => node.id === ids["split-data"])?.inputs?.[0]?.source).toMatchObject({ node: added.id });
    const closed = done(remove(scene(between), new Set([added.id]), true));
    expect(closed.nodes).toEqual(graph.nodes);
  });
});

describe("clipboard", () => {
  it("keeps inner wires and sources under new ids", () => {
    const { graph, ids } = pipeline();
    const part = readText(JSON.stringify(cut(graph, new Set([ids["select-columns"] as string, ids["split-data"] as string]))));
    if (typeof part === "string") throw new Error(part);
    const after = putIn(EMPTY, part, { x: 500, y: 40 }, catalog, "Paste").graph;
    expect(after.nodes).toHaveLength(2);
    expect(after.nodes[1]?.inputs?.[0]?.source).toEqual({ node: after.nodes[0]?.id, output: "results" });
    expect(after.nodes[0]?.ui).toEqual({ x: 500, y: 40 });
    expect(after.ui?.sources?.[0]).toMatchObject({ name: "adult", version: 2 });
  });
  it("says what it can't read", () => {
    expect(readText("hello")).toBe("The clipboard holds no pipeline steps. Copy some in a draft, or the Graph JSON of a pipeline.");
    expect(readText('{"nodes": [{"id": "a"}, {"name": "b"}]}')).toContain("Step 2");
  });
});

describe("history", () => {
  it("comes back from its text, step by step, and only for the graph it ends at", () => {
    const { graph, ids } = pipeline();
    const history = new History(graph);
    const graphs = [graph];
    for (const key of ["split-data", "train-model", "select-columns"]) {
      const outcome = remove(scene(history.present), new Set([ids[key] as string]));
      if (refused(outcome)) throw new Error(outcome.refusal);
      history.commit(outcome, 0);
      graphs.push(history.present);
    }
    history.undo();
    const again = History.unpacked(history.packed(1e6), JSON.parse(JSON.stringify(history.present)));
    expect(again.undoName).toBe("Delete Train Model");
    expect(again.redoName).toBe("Delete Select Columns in Dataset");
    again.undo();
    again.undo();
    expect(again.present).toEqual(graphs[0]);
    expect(History.unpacked(history.packed(1e6), graph).undoName).toBeNull();
    expect(History.unpacked("{", graph).undoName).toBeNull();
  });
});
