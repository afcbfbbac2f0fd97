import { describe, expect, it } from "vitest";
import { detach, detachSource, promote, promoteSource, setParameters, usesOf } from "../src/designer/core/parameters";
import { compareSpecs, upgrade, upgradeLosses } from "../src/designer/core/upgrades";
import { choiceWords, chooseColumns } from "../src/designer/core/columns";
import { setSetting } from "../src/designer/core/adding";
import type { DraftGraph, ModuleSpec } from "../src/designer/core/types";
import { done, module, pipeline, scene } from "./designer/library";

const settings = (graph: DraftGraph, id: string) => graph.nodes.find((node) => node.id === id)?.settings;

describe("a field as a pipeline parameter", () => {
  it("gives the parameter its value, and gets it back", () => {
    const { graph, split } = pipeline();
    const set = done(setSetting(scene(graph), split, "fraction", 0.6));
    const bound = done(promote(scene(set), split, "fraction", "share"));
    expect(bound.parameters).toEqual([{ name: "share", type: "float", default: 0.6 }]);
    expect(settings(bound, split)).toEqual({ fraction: { parameter: "share" } });
    expect(usesOf(bound, "share")).toEqual([split]);
    const back = done(detach(scene(bound), split, "fraction"));
    expect(settings(back, split)).toEqual({ fraction: 0.6 });
    expect(back.nodes).toEqual(set.nodes);
  });
  it("takes no parameter of another type", () => {
    const { graph, split } = pipeline();
    const typed: DraftGraph = { ...graph, parameters: [{ name: "word", type: "string", default: "x" }] };
    expect(promote(scene(typed), split, "fraction", "word")).toEqual({ refusal: "Fraction of rows in the first output takes a parameter of type int or float, and word is of type string." });
    expect(promote(scene(typed), split, "fraction", "two words")).toHaveProperty("refusal");
  });
  it("is renamed with its parameter, and keeps the default of one that is removed", () => {
    const { graph, split, train } = pipeline();
    const columns = done(setSetting(scene(graph), train, "features", { types: ["numeric"] }));
    const bound = done(promote(scene(done(promote(scene(columns), train, "features", "which"))), split, "fraction", "share"));
    const [which, share] = bound.parameters ?? [];
    const renamed = done(setParameters(bound, [which!, { ...share!, name: "part" }]));
    expect(settings(renamed, split)).toEqual({ fraction: { parameter: "part" } });
    const gone = done(setParameters(renamed, []));
    expect(settings(gone, split)).toEqual({ fraction: 0.7 });
    expect(settings(gone, train)).toEqual({ features: { types: ["numeric"] } });
  });
  it("may be a dataset, and be one again", () => {
    const { graph, select } = pipeline();
    const bound = done(promoteSource(scene(graph), "dataset:d1", "data"));
    expect(bound.parameters).toEqual([{ name: "data", type: "dataset", default: { dataset: "d1" } }]);
    expect(bound.nodes.find((node) => node.id === select)?.inputs?.[0]?.source).toEqual({ parameter: "data" });
    const back = done(detachSource(scene(bound), "parameter:data", () => ({ name: "adult" })));
    expect(back.nodes).toEqual(graph.nodes);
    expect(back.ui?.sources).toEqual(graph.ui?.sources);
  });
});

describe("another version of a module", () => {
  const before = module("split-data").spec;
  const after: ModuleSpec = {
    ...before,
    outputs: [before.outputs[1]!],
    parameters: [...before.parameters.filter((one) => one.name !== "seed").map((one) => (one.name === "fraction" ? { ...one, default: 0.8, max: 0.9 } : one)), { name: "shuffle", label: "Shuffle", type: "bool", default: true }],
  };
  it("is told by what was added, removed and changed", () => {
    expect(compareSpecs(before, after).map((one) => one.sentence)).toEqual([
      "The output Results dataset 1 is gone.",
      "The setting Random seed is gone.",
      "Fraction of rows in the first output: its default 0.7 became 0.8; its range became 0 to 0.9.",
      "The setting Shuffle is new.",
    ]);
    expect(compareSpecs(before, before)).toEqual([]);
  });
  it("names what is lost, and loses that only", () => {
    const { graph, split, train } = pipeline();
    const set = done(setSetting(scene(done(setSetting(scene(graph), split, "seed", 7))), split, "fraction", 0.5));
    expect(upgradeLosses(scene(set), split, after)).toEqual(["The wire from Results dataset 1 to Train Model.", "The setting Random seed (7)."]);
    const next = done(upgrade(scene(set), split, module("split-data"), "2", after));
    expect(settings(next, split)).toEqual({ fraction: 0.5 });
    expect(next.nodes.find((node) => node.id === split)?.module?.version).toBe("2");
    expect(next.nodes.find((node) => node.id === train)?.inputs?.map((one) => one.name)).toEqual(["learner"]);
    expect(next.nodes.find((node) => node.id === split)?.inputs).toEqual(set.nodes.find((node) => node.id === split)?.inputs);
  });
});

describe("chosen columns", () => {
  const table = [{ name: "age", type: "numeric" }, { name: "city", type: "text" }, { name: "price", type: "numeric" }];
  it("add up, without the exceptions, in the order of the table", () => {
    expect(chooseColumns(table, { include: ["city"], types: ["numeric"], except: ["age"] })).toEqual({ columns: [table[1], table[2]], missing: [] });
    expect(chooseColumns(table, { all: true, except: ["gone"] })).toEqual({ columns: table, missing: ["gone"] });
    expect(chooseColumns(table, ["price", "old"])).toEqual({ columns: [table[2]], missing: ["old"] });
  });
  it("are told in words", () => {
    expect(choiceWords({ all: true, except: ["price"] })).toBe("All columns but price");
    expect(choiceWords({ include: ["a", "b", "c", "d", "e"] })).toBe("5 columns: a, b, c and 2 others");
    expect(choiceWords({})).toBe("");
  });
});
