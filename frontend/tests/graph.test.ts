import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildModel, neighbours, portShare } from "../src/graph/model";
import { layeredLayout } from "../src/graph/layers";
import { foldWideRanks, layoutRequest, readPlain, readRoutes, routePath } from "../src/graph/layout";
import type { GraphJson } from "../src/graph/types";

const IRIS: GraphJson = {
  version: 1,
  nodes: [
    { id: "a", name: "train.py", inputs: [{ name: "raw", source: { dataset: "d1" } }], outputs: [{ name: "model" }, { name: "metrics" }] },
    { id: "b", name: "extract.py", inputs: [{ name: "model", source: { node: "a", output: "model" } }, { name: "holdout", source: { datastore: "blob", path: "iris/holdout/" } }], outputs: [{ name: "out" }] },
    { id: "c", name: "compare.py", inputs: [{ name: "x", source: { node: "b", output: "out" } }, { name: "raw", source: { dataset: "d1" } }], after: ["b", "a", "gone"] },
  ],
};

const names = (graph: GraphJson) => buildModel(graph).cards.map((card) => card.label);
/** Any number of steps in a row or side by side. */
const steps = (count: number, chained: boolean): GraphJson => ({
  version: 1,
  nodes: Array.from({ length: count }, (_, i) => ({
    id: `n${i}`, name: `s${i}`, outputs: [{ name: "o" }],
    inputs: chained && i ? [{ name: "i", source: { node: `n${i - 1}`, output: "o" } }] : [],
  })),
});

describe("model", () => {
  it("draws one pill for a dataset that feeds two steps", () => {
    const model = buildModel(IRIS);
    expect(names(IRIS)).toEqual(["train.py", "extract.py", "compare.py", "raw", "holdout"]);
    expect(model.wires.filter((wire) => wire.source === "dataset:d1").map((wire) => wire.target)).toEqual(["step:a", "step:c"]);
  });
  it("joins ports, and draws run_after only where no data flows", () => {
    const wires = buildModel(IRIS).wires.map((wire) => wire.id);
    expect(wires).toContain("step:a/out:model>step:b/model");
    expect(wires.filter((id) => id.includes(">>"))).toEqual(["step:a>>step:c"]);
  });
  it("takes a dataset's name from the run when it is told", () => {
    const model = buildModel(IRIS, [{ id: "s", node_id: "a", name: "train.py", status: "Running", inputs: [{ name: "raw", dataset: { name: "iris", version: 3 } }] }]);
    expect(model.byId.get("dataset:d1")).toMatchObject({ label: "iris", detail: "Dataset, version 3" });
  });
  it("leaves out wires to what does not exist, without failing", () => {
    const broken: GraphJson = { version: 1, nodes: [{ id: "a", name: "a", inputs: [{ name: "x", source: { node: "zz", output: "o" } }], after: ["q"] }] };
    expect(buildModel(broken).wires).toEqual([]);
  });
  it("gives ports even places and neighbours both ways", () => {
    expect([0, 1].map((i) => portShare(i, 2))).toEqual([0.25, 0.75]);
    expect(neighbours(buildModel(IRIS)).get("step:b")).toEqual({ up: ["step:a", "datastore:blob/iris/holdout/"], down: ["step:c"] });
  });
});

describe("layout", () => {
  it("keeps user text out of DOT", () => {
    const evil: GraphJson = { version: 1, nodes: [{ id: '"]; evil [label="', name: "}}{|<x>", outputs: [{ name: "p|q" }] }] };
    const { dot, ids } = layoutRequest(buildModel(evil));
    expect(dot).not.toContain("evil");
    expect(dot).not.toContain("p|q");
    expect(ids).toHaveLength(1);
  });
  it("reads plain output: inches from below become pixels from above", () => {
    const plain = "graph 1 4 3\nnode n0 1 2.5 2 1 x solid box black lightgrey\nnode n1 1 0.5 1 1 x solid box black lightgrey\nstop";
    expect(readPlain(plain, ["a", "b"])).toEqual({ a: { x: 0, y: 0 }, b: { x: 36, y: 144 } });
    expect(() => readPlain(plain, ["a", "b", "c"])).toThrow(/no place for 1 of 3/);
  });
  it("puts every step below what feeds it, also without Graphviz", () => {
    const model = buildModel(IRIS);
    const places = layeredLayout(model);
    for (const wire of model.wires) expect(places[wire.target]!.y).toBeGreaterThan(places[wire.source]!.y);
  });
  it("survives a cycle", () => {
    const ring: GraphJson = { version: 1, nodes: ["a", "b"].map((id) => ({ id, name: id, outputs: [{ name: "o" }], inputs: [{ name: "i", source: { node: id === "a" ? "b" : "a", output: "o" } }] })) };
    expect(Object.keys(layeredLayout(buildModel(ring)))).toHaveLength(2);
  });
  it("folds a very wide rank and overlaps nothing", () => {
    const model = buildModel(steps(300, false));
    const places = foldWideRanks(model, layeredLayout(model));
    const spots = new Set(Object.values(places).map(({ x, y }) => `${x},${y}`));
    expect(spots.size).toBe(300);
    expect(Math.max(...Object.values(places).map((place) => place.x))).toBeLessThan(8000);
  });
  it("leaves narrow graphs as they are", () => {
    const model = buildModel(steps(50, true));
    const places = layeredLayout(model);
    expect(foldWideRanks(model, places)).toBe(places);
  });
});

const GOLDEN = join(import.meta.dirname, "../../tests/graphs");
const files = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((name) => name.endsWith(".json")) : [];

describe("parameters", () => {
  const graph = JSON.parse(readFileSync(join(GOLDEN, "parameters.json"), "utf8")) as GraphJson;
  it("draws a parameter that chooses data as a source, by its type", () => {
    const model = buildModel(graph);
    expect(model.byId.get("parameter:raw")).toMatchObject({ kind: "parameter", label: "raw", detail: "Pipeline parameter", feeds: "file" });
    expect(model.wires.map((wire) => [wire.source, wire.kind])).toEqual([["parameter:raw", "file"], ["parameter:titanic", "table"]]);
  });
  it("says what the parameter chose in a run", () => {
    const inputs = [
      { name: "raw_data", source: { datastore: "blob", path: "raw/2021" } },
      { name: "passengers", source: { dataset: "d" }, dataset: { name: "titanic", version: 2 } },
    ];
    const model = buildModel(graph, [{ id: "s", node_id: "train", name: "train.py", status: "Running", inputs }]);
    expect(model.byId.get("parameter:raw")?.detail).toBe("blob/raw/2021");
    expect(model.byId.get("parameter:titanic")?.detail).toBe("titanic, version 2");
  });
});

describe("golden graphs", () => {
  it.each(files)("%s is drawn whole", (file) => {
    const text = JSON.parse(readFileSync(join(GOLDEN, file), "utf8")) as GraphJson | { graph: GraphJson };
    const graph = "graph" in text ? text.graph : text;
    if (!Array.isArray(graph.nodes)) return;
    const model = buildModel(graph);
    const unique = new Set(graph.nodes.map((node) => node.id));
    expect(model.cards.filter((card) => card.kind === "step")).toHaveLength(unique.size);
    expect(Object.keys(layeredLayout(model))).toHaveLength(model.cards.length);
    for (const wire of model.wires) expect(model.byId.has(wire.source) && model.byId.has(wire.target)).toBe(true);
  });
  it("are looked for in the right place", () => expect(GOLDEN).toMatch(/tests.graphs$/));
});

describe("routes", () => {
  const SKIPPING: GraphJson = {
    version: 1,
    nodes: [
      { id: "a", name: "train", outputs: [{ name: "o" }] },
      { id: "b", name: "extract", inputs: [{ name: "i", source: { node: "a", output: "o" } }], outputs: [{ name: "o" }] },
      { id: "c", name: "compare", inputs: [{ name: "i", source: { node: "a", output: "o" } }, { name: "j", source: { node: "b", output: "o" } }] },
    ],
  };
  it("takes the way of a wire that passes a rank, known by its colour", () => {
    const model = buildModel(SKIPPING);
    expect(layoutRequest(model).dot).toContain("[color=e1]");
    const plain = "graph 1 5 6\nedge n0 n1 4 1 4.4 1 4 2 4 2 3.5 solid e0\nedge n0 n2 7 1 4.4 1 4 0.5 4 0.5 3 0.5 2 1 2 1 1.3 solid e1\nstop\n";
    const routes = readRoutes(plain, model);
    expect(Object.keys(routes)).toEqual([model.wires[1]?.id]);
    expect(Object.values(routes)[0]?.[0]).toEqual({ x: 72, y: (6 - 4.4) * 72 });
  });
  it("moves a route's ends to the ports as they are drawn", () => {
    const way = [{ x: 0, y: 0 }, { x: 0, y: 10 }, { x: 5, y: 20 }, { x: 5, y: 30 }];
    expect(routePath(way, { x: 1, y: 2 }, { x: 6, y: 33 })).toBe("M1.0,2.0C1.0,12.0 6.0,23.0 6.0,33.0");
  });
});
