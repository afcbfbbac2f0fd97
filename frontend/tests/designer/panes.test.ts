import { describe, expect, it } from "vitest";
import { diffFields, diffGraphs, isSame } from "../../src/designer/panes/diff";
import { cellText, compareTables, profileOf, readTable } from "../../src/designer/panes/dialogs/table-answer";
import { asRead, asRun, changeText, differs, metricRows, stepsToCompare, valueChanges } from "../../src/designer/panes/dialogs/run-difference";
import { columnsRule, experimentOf, readableWhy, inputField, problemAt, readNumber, ruleValue, shownDefault, tabOf, usesOf } from "../../src/designer/panes/settings";
import { pastedCells, readCsv, withCells, writeCsv } from "../../src/designer/panes/table-text";
import { changedSince } from "../../src/designer/core/since";
import type { DraftGraph, DraftNode } from "../../src/designer/core/types";
import type { Fields } from "../../src/designer/host";

const graph: DraftGraph = {
  version: 1,
  parameters: [{ name: "rate", type: "float", default: 0.5 }],
  nodes: [
    { id: "a", name: "Split", module: { key: "split-data", version: "1" }, settings: { fraction: { parameter: "rate" }, mode: "rows" }, ui: { x: 0, y: 0 } },
    { id: "b", name: "Train", inputs: [{ name: "dataset", source: { node: "a", output: "results1" } }], compute: { parameter: "rate" }, ui: { x: 0, y: 100 } },
  ],
};

describe("the small grid", () => {
  it("keeps texts with commas, quotes and line breaks through CSV", () => {
    const rows = [["name", "said"], ["Ada", 'yes, "now"\nor never'], ["", " space "]];
    expect(readCsv(writeCsv(rows))).toEqual(rows);
    expect(readCsv("a,b\r\n1,2\r\n")).toEqual([["a", "b"], ["1", "2"]]);
  });
  it("keeps empty lines of a single column", () => {
    expect(readCsv(writeCsv([["a"], [""], ["1"], [""]]))).toEqual([["a"], [""], ["1"], [""]]);
    expect(readCsv("a\n1\n")).toEqual([["a"], ["1"]]);
  });
  it("takes a spreadsheet's cells, and leaves one plain text to the field", () => {
    expect(pastedCells("a\tb\n1\t2\n")).toEqual([["a", "b"], ["1", "2"]]);
    expect(pastedCells("just words")).toBeNull();
  });
  it("grows to where it was pasted", () => {
    expect(withCells([["x"]], 1, 1, [["1", "2"]])).toEqual([["x", "", ""], ["", "1", "2"]]);
  });
});

describe("settings", () => {
  it("keeps what is no number, so that nothing typed is lost", () => {
    expect([readNumber("0,5"), readNumber("1e-3"), readNumber(""), readNumber("many")]).toEqual([0.5, 0.001, undefined, "many"]);
  });
  it("stores of a choice of columns only what was said", () => {
    expect(ruleValue({ ...columnsRule(["a"]) })).toEqual({ include: ["a"] });
    expect(ruleValue({ ...columnsRule({ all: true, include: ["a"], except: ["b"] }) })).toEqual({ all: true, except: ["b"] });
    expect(ruleValue(columnsRule(undefined))).toBeUndefined();
  });
  it("finds the tab and the field of a problem, whichever way the server names it", () => {
    expect(tabOf("settings.rows")).toBe("parameters");
    expect(tabOf("inputs.dataset")).toBe("inputs");
    expect(tabOf("outputs[0].register_on_complete")).toBe("settings");
    expect(inputField(graph.nodes[1], "inputs[0].source")).toBe("inputs.dataset");
    const problems = [{ node: "a", field: "settings.rows.include", code: "", message: "no such column" }];
    expect(problemAt(problems, "a", "settings.rows")).toBe("no such column");
    expect(problemAt(problems, "a", "settings.row")).toBeUndefined();
  });
  it("says where a parameter is used, and what its default is", () => {
    expect(usesOf(graph, "rate").map((one) => [one.name, one.what])).toEqual([["Split", "fraction"], ["Train", "compute target"]]);
    expect(shownDefault({ datastore: "blob", path: "a/b" })).toBe("blob/a/b");
    expect(shownDefault(false)).toBe("false");
  });
});

describe("what is different between two versions", () => {
  it("names steps, settings, wires and parameters", () => {
    const after: DraftGraph = {
      ...graph,
      parameters: [],
      nodes: [{ ...graph.nodes[0], id: "a", settings: { fraction: 0.7, mode: "rows" }, ui: { x: 5, y: 0 } }, { id: "c", name: "Score", ui: { x: 0, y: 0 } }],
    };
    const diff = diffGraphs(graph, after);
    expect(diff.added.map((one) => one.title)).toEqual(["Score"]);
    expect(diff.removed.map((one) => one.title)).toEqual(["Train"]);
    expect(diff.changed[0]?.what).toEqual(['fraction: the parameter rate became 0.7']);
    expect(diff.other).toEqual(["Parameter rate removed", "1 card moved"]);
    expect(isSame(diffGraphs(graph, structuredClone(graph)))).toBe(true);
    const split = { id: "m", key: "split-data", version: "1", spec: { parameters: [{ name: "fraction", label: "Fraction of rows", default: 0.5 }] } } as never;
    const plain = structuredClone(graph);
    delete (plain.nodes[0] as DraftNode).settings?.["fraction"];
    expect(diffGraphs(asRead(plain, [split]), asRead(graph, [split])).changed[0]?.what).toEqual(["Fraction of rows: 0.5 became the parameter rate"]);
    const chosen = structuredClone(graph);
    (chosen.nodes[0] as DraftNode).settings = { fraction: { parameter: "rate" }, mode: "rows", keys: { include: ["a", "b"] } };
    expect(diffGraphs(graph, chosen).changed[0]?.what).toEqual(["keys: nothing became a, b"]);
  });
});

describe("rows behind a port", () => {
  const answer = '{"columns":[{"name":"n","type":"integer"},{"name":"t","type":"string"}],"row_count":4,"total_row_count":9}\n1,"a ""b"",\nc"\n,""\n3,\n5,"x"\n';
  it("tells a missing value from an empty text", () => {
    const table = readTable(answer);
    expect(table.total).toBe(9);
    expect(table.rows).toEqual([["1", 'a "b",\nc'], [null, ""], ["3", null], ["5", "x"]]);
  });
  it("counts, and compares with another run", () => {
    const [number, text] = profileOf(readTable(answer));
    expect(number?.numbers).toMatchObject({ min: 1, max: 5, mean: 3, median: 3 });
    expect([number?.missing, text?.missing, text?.distinct]).toEqual([1, 1, 3]);
    expect(number?.bars.reduce((sum, one) => sum + one.count, 0)).toBe(3);
    const other = profileOf(readTable(answer.replace("5,", "6,")));
    expect(compareTables(other, profileOf(readTable(answer)))).toEqual([{ name: "n", what: "changed", words: ["mean 3.333 → 3", "max 6 → 5"] }, { name: "t", what: "same", words: [] }]);
  });
  it("compares single rows by their values, as an evaluation has them", () => {
    const one = (value: string) => profileOf(readTable(`{"columns":[{"name":"Accuracy","type":"float"}],"row_count":1}\n${value}\n`));
    expect(compareTables(one("0.97777777"), one("0.86666666"))).toEqual([{ name: "Accuracy", what: "changed", words: ["0.9778 → 0.8667"] }]);
    expect(compareTables(one("0.5"), one("0.5"))).toMatchObject([{ what: "same" }]);
  });
  it("shows six digits of a float, and texts as they are", () => {
    expect(cellText("0.9777777777777777", "float")).toBe("0.977778");
    expect(cellText("5.10", "float")).toBe("5.10");
    expect(cellText("1e-12", "float")).toBe("1e-12");
    expect(cellText("0.9777777777777777", "string")).toBe("0.9777777777777777");
    expect(cellText("x".repeat(80), "string")).toHaveLength(60);
  });
  it("reads a table of one column with a missing value", () => {
    expect(readTable('{"columns":[{"name":"t","type":"string"}],"row_count":2}\n"a"\n\n').rows).toEqual([["a"], [null]]);
  });
});

describe("why a step runs", () => {
  it("is told by the labels of the settings", () => {
    const parameters = [{ name: "C", label: "Strength", type: "float" }, { name: "seed", label: "Random seed", type: "int" }, { name: "script", label: "Python script", type: "code" }] as const;
    expect(readableWhy("C: 1.0 -> 0.05, seed: 1 -> 2", parameters)).toBe("Strength: 1.0 → 0.05, Random seed: 1 → 2");
    expect(readableWhy("Ran: C: 1.0 -> 0.05", parameters)).toBe("Ran: Strength: 1.0 → 0.05");
    expect(readableWhy("script changed", parameters)).toBe("Python script changed");
    expect(readableWhy("input seed changed", parameters)).toBe("input seed changed");
    expect(readableWhy("Reused from Run 1", parameters)).toBe("Reused from Run 1");
  });
});

describe("the experiment that a submit proposes", () => {
  it("is the draft's name without what an address can't hold", () => {
    expect(["Which iris is it?", "a/b: 50 % \\ 7", "plain", "??", "..", " # "].map(experimentOf)).toEqual(["Which iris is it", "a-b: 50 - - 7", "plain", "designer", "designer", "designer"]);
  });
});

describe("a result that is older than the draft", () => {
  const step = (id: string, settings: Record<string, number>, above?: string, more = {}) => ({ id, module: { key: "m", ...more }, settings, inputs: above ? [{ name: "in", source: { node: above, output: "out" } }] : [] });
  const of = (...nodes: ReturnType<typeof step>[]): DraftGraph => ({ version: 1, nodes });
  const ran = of(step("a", { x: 1 }, undefined, { version: "1" }), step("b", {}, "a", { version: "1" }), step("c", {}, "b", { version: "1" }));
  it("is one whose step, or a step above it, was changed", () => {
    const now = (x: number) => of(step("a", { x }), step("b", {}, "a"), step("c", {}, "b"));
    expect(["a", "b", "c"].map((id) => changedSince(now(1), ran, id))).toEqual(["", "", ""]);
    expect(["a", "b", "c"].map((id) => changedSince(now(2), ran, id))).toEqual(["itself", "above", "above"]);
  });
  it("is one with another wire, another version, or new above it", () => {
    expect(changedSince(of(step("a", { x: 1 }), step("b", {}, "a"), step("c", {}, "a")), ran, "c")).toBe("itself");
    expect(changedSince(of(step("a", { x: 1 }, undefined, { version: "2" }), step("b", {}, "a")), ran, "b")).toBe("above");
    expect(changedSince(of(step("new", {}), step("a", { x: 1 }), step("b", {}, "a"), step("c", {}, "b")), ran, "new")).toBe("itself");
  });
  it("never ends in a circle without an answer", () => {
    const round = of(step("a", {}, "b"), step("b", {}, "a"));
    expect(changedSince(round, round, "a")).toBe("");
  });
});

describe("two versions of a draft", () => {
  const fields = (change: Partial<Fields> = {}): Fields => ({ name: "Iris", description: "", experiment: "", default_compute: "local", parameters: { rate: 0.1, same: 1 }, tags: {}, properties: {}, ...change });
  it("tells what differs beside the graph, values of parameters too", () => {
    expect(diffFields(fields(), fields())).toEqual([]);
    expect(diffFields(fields(), fields({ name: "Wine", tags: { team: "a" }, parameters: { same: 1, rate: 0.2, more: "x" } }))).toEqual([
      "The name: Iris in mine, Wine in theirs.",
      'The tags: nothing in mine, {"team":"a"} in theirs.',
      "The value of the parameter rate: 0.1 in mine, 0.2 in theirs.",
      "The value of the parameter more: nothing in mine, x in theirs.",
    ]);
  });
});

describe("two runs", () => {
  const module = { id: "m", key: "logistic", name: "Logistic", description: "", group: "g", status: "Active", default_version: "1", version: "1", spec: { name: "Logistic", group: "g", description: "", script: "run.py", inputs: [], outputs: [], parameters: [{ name: "C", label: "Strength", type: "float", default: 1 }] } } as const;
  const run = (settings: Record<string, number>): DraftGraph => ({ version: 1, ui: { notes: [] }, nodes: [{ id: "a", module: { key: "logistic" }, settings, ui: { x: Math.random(), y: 0 } }] });
  it("tells a default that was changed, by the setting's label, and no places", () => {
    const diff = diffGraphs(asRun(run({}), [module as never]), asRun(run({ C: 0.05 }), [module as never]));
    expect(diff.changed).toMatchObject([{ id: "a", what: ["Strength: 1 became 0.05"] }]);
    expect(diff.other).toEqual([]);
    expect(valueChanges({ rate: 0.1, same: 1 }, { rate: 0.2, same: 1 })).toEqual(["Parameter rate: 0.1 became 0.2"]);
  });
  it("compares the figures of steps that have not the same result in both", () => {
    const step = (id: string, node: string, from?: string) => ({ id, node_id: node, name: node, status: "Completed" as const, reused: Boolean(from), reused_from: from ? { step_id: from, run_number: 1 } : null });
    expect(stepsToCompare([step("1", "a"), step("2", "b"), step("3", "gone")], [step("4", "a", "1"), step("5", "b")]).map(([was, is]) => [was?.id, is?.id])).toEqual([["2", "5"], ["3", undefined]]);
    const scalar = (name: string, value: number) => ({ name, value, kind: "scalar" });
    const rows = metricRows("b", [scalar("accuracy", 0.5), scalar("accuracy", 0.9), scalar("old", 1)], [scalar("accuracy", 0.8), scalar("matrix", 0), { name: "m", value: {}, kind: "confusion_matrix" }]);
    expect(rows).toEqual([{ step: "b", name: "accuracy", before: 0.9, after: 0.8 }, { step: "b", name: "matrix", before: null, after: 0 }, { step: "b", name: "old", before: 1, after: null }]);
    expect(rows.map(changeText)).toEqual(["−0.1", "new", "gone"]);
    expect(rows.every(differs)).toBe(true);
    expect(changeText({ step: "b", name: "x", before: 2, after: 2 })).toBe("same");
  });
});
