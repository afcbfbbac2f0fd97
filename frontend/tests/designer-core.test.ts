import { describe, expect, it } from "vitest";
import { addition } from "../src/designer/core/adding";
import { cut, putIn, readText } from "../src/designer/core/clipboard";
import { refused } from "../src/designer/core/edit";
import { History } from "../src/designer/core/history";
import { connectToNode, refusal, remove, spliceNode } from "../src/designer/core/wiring";
import { catalog, done, EMPTY, module, pipeline, scene } from "./designer/library";

describe("wires", () => {
  it("refuses what does not fit, with both ends in words", () => {
    const { graph, select, train } = pipeline();
    const why = refusal(scene(graph), { node: train, output: "model" }, { node: select, port: "dataset" });
    expect(why).toBe("Train Model makes a model; Dataset of Select Columns in Dataset takes a table.");
  });
  it("refuses a circle", () => {
    const { graph, select, split } = pipeline();
    const why = refusal(scene(graph), { node: split, output: "results2" }, { node: select, port: "dataset" });
    expect(why).toBe("Split Data waits for Select Columns in Dataset: a wire back would make a circle.");
  });
  it("takes the first fitting free port of a card", () => {
    const { graph, train } = pipeline();
    const added = addition(graph, { module: module("score-model") }, { x: 0, y: 0 });
    const after = done(connectToNode(scene(added.edit.graph), { node: train, output: "model" }, added.id));
    expect(after.nodes.find((node) => node.id === added.id)?.inputs).toEqual([{ name: "model", source: { node: train, output: "model" } }]);
  });
  it("puts a module in between, and closes the gap again", () => {
    const { graph, split } = pipeline();
    const added = addition(graph, { module: module("clean-missing-data") }, { x: 0, y: 0 });
    const between = done(spliceNode(scene(added.edit.graph), added.id, { node: split, port: "dataset" }));
    expect(between.nodes.find((node) => node.id === split)?.inputs?.[0]?.source).toMatchObject({ node: added.id });
    const closed = done(remove(scene(between), new Set([added.id]), true));
    expect(closed.nodes).toEqual(graph.nodes);
  });
});

describe("clipboard", () => {
  it("keeps inner wires and sources under new ids", () => {
    const { graph, select, split } = pipeline();
    const part = readText(JSON.stringify(cut(graph, new Set([select, split]))));
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
    const { graph, select, split, train } = pipeline();
    const history = new History(graph);
    const graphs = [graph];
    for (const step of [split, train, select]) {
      const outcome = remove(scene(history.present), new Set([step]));
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
  it("has what was changed of the draft beside its graph", () => {
    const { graph } = pipeline();
    const history = new History(graph);
    const typed = (before: string, after: string, at: number) => history.commit({ graph: history.present, name: "Rename the draft", merge: "draft name", fields: { before: { name: before }, after: { name: after } } }, at);
    typed("a", "ab", 0);
    typed("ab", "abc", 100);
    expect(history.length).toBe(1);
    typed("abc", "b", 9000);
    const again = History.unpacked(history.packed(1e6), JSON.parse(JSON.stringify(graph)));
    again.undo();
    expect(again.turned).toEqual({ from: { name: "b" }, to: { name: "abc" } });
    again.undo();
    expect(again.turned).toEqual({ from: { name: "abc" }, to: { name: "a" } });
    again.redo();
    expect(again.turned?.to).toEqual({ name: "abc" });
  });
});
