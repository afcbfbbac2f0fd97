import { describe, expect, it } from "vitest";
import { Catalog } from "../../src/designer/core/catalog";
import { movesTo, replaceModule, replaceSource } from "../../src/designer/core/replacing";
import { buildView } from "../../src/designer/core/view";
import type { DraftGraph, ModuleSpec, PaletteModule, PortType, SpecParameter } from "../../src/designer/core/types";
import type { Edit } from "../../src/designer/core/edit";

const port = (name: string, type: PortType, required = true) => ({ name, label: name, type, required });
function module(id: string, inputs: ReturnType<typeof port>[], outputs: ReturnType<typeof port>[], parameters: SpecParameter[] = []): PaletteModule {
  const spec: ModuleSpec = { name: id, group: "Data", description: "", script: "run.py", inputs, outputs, parameters };
  return { id, key: null, name: id, description: "", group: "Data", status: "Active", default_version: "1", version: "1", spec };
}
const number = (name: string, max = 10): SpecParameter => ({ name, label: name, type: "int", min: 0, max });
const modules = [
  module("read", [], [port("table", "table")]),
  module("split", [port("dataset", "table")], [port("one", "table"), port("two", "table")], [number("seed"), number("rows")]),
  module("clean", [port("weights", "model", false), port("data", "table")], [port("rest", "model"), port("cleaned", "table")], [number("seed", 3)]),
];
const graph: DraftGraph = {
  version: 1,
  nodes: [
    { id: "a", module: { id: "read" } },
    { id: "b", module: { id: "split" }, settings: { seed: 2, rows: 5 }, inputs: [{ name: "dataset", source: { node: "a", output: "table" } }], outputs: [{ name: "one", register_on_complete: { name: "kept" } }] },
    { id: "c", module: { id: "split" }, inputs: [{ name: "dataset", source: { node: "b", output: "one" } }] },
    { id: "d", module: { id: "split" }, inputs: [{ name: "dataset", source: { node: "b", output: "two" } }] },
  ],
};
const scene = (of: DraftGraph = graph, known = modules) => ({ graph: of, view: buildView(of, new Catalog(known)) });
const node = (edit: Edit, id: string) => edit.graph.nodes.find((one) => one.id === id);

describe("another module in a step's place", () => {
  const edit = replaceModule(scene(), "b", modules[2] as PaletteModule) as Edit;
  it("takes wires to the ports that fit, and drops what fits nowhere", () => {
    expect(node(edit, "b")?.inputs).toEqual([{ name: "data", source: { node: "a", output: "table" } }]);
    expect(node(edit, "c")?.inputs?.[0]?.source).toEqual({ node: "b", output: "cleaned" });
    expect(node(edit, "d")?.inputs).toEqual([]);
    expect(node(edit, "b")?.outputs).toEqual([{ name: "cleaned", register_on_complete: { name: "kept" } }]);
  });
  it("keeps settings of the same name whose values it takes", () => {
    expect(node(edit, "b")?.settings).toEqual({ seed: 2 });
    expect(edit.say).toBe("clean stands here now. 2 things of it did not fit and are gone; Undo brings back what was there.");
    expect(movesTo(scene(), "b", (modules[2] as PaletteModule).spec).lost).toEqual(["The wire from two to split.", "The setting rows."]);
  });
  it("mends a step whose module is gone", () => {
    const broken = scene(graph, modules.filter((one) => one.id !== "split"));
    const mended = replaceModule(broken, "b", modules[2] as PaletteModule) as Edit;
    expect(node(mended, "b")?.inputs?.[0]?.name).toBe("data");
  });
});

describe("another source in a pill's place", () => {
  const old: DraftGraph = {
    version: 1,
    nodes: [{ id: "b", module: { id: "split" }, inputs: [{ name: "dataset", source: { dataset: "old" } }] }, { id: "c", module: { id: "split" }, inputs: [{ name: "dataset", source: { dataset: "old" } }] }],
    ui: { sources: [{ source: { dataset: "old" }, name: "wine", version: 1, kind: "tabular", x: 5, y: 6 }] },
  };
  it("is read by all that read the old one, from where that stood", () => {
    const edit = replaceSource(scene(old), "dataset:old", { source: { dataset: "new" }, name: "wine", version: 2, kind: "tabular" }) as Edit;
    expect(edit.graph.nodes.map((one) => one.inputs?.[0]?.source)).toEqual([{ dataset: "new" }, { dataset: "new" }]);
    expect(edit.graph.ui?.sources).toEqual([{ source: { dataset: "new" }, name: "wine", version: 2, kind: "tabular", x: 5, y: 6 }]);
    expect(edit.select).toEqual(["dataset:new"]);
  });
});
