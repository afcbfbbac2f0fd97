import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CARD, PILL } from "../../src/designer/core/geometry";
import { withPlaces } from "../../src/designer/core/placing";
import { settle, stepsBefore } from "../../src/designer/core/edit";
import { sourceKey } from "../../src/designer/core/sources";
import { boxesOf, nearness, portPoint, startOf, endOf, type Box } from "../../src/designer/canvas/places";
import type { DraftGraph, DraftNode } from "../../src/designer/core/types";
import { catalog, scene } from "./library";

/** One output goes to three steps two ranks below: without a way around, such wires run below a card in between. */
const HIDDEN: Readonly<Record<string, number>> = { "diabetes.json": 4 };
const SAMPLES = join(import.meta.dirname, "../../../pipelines/library/samples");

function bare(graph: DraftGraph): DraftGraph {
  return { ...graph, nodes: graph.nodes.map(({ ui: _, ...node }) => node as DraftNode), ui: { ...graph.ui, sources: [], groups: [], notes: [] } };
}

const given = readdirSync(SAMPLES).filter((name) => name.endsWith(".json")).map((name): [string, DraftGraph] => [name, (JSON.parse(readFileSync(join(SAMPLES, name), "utf8")) as { graph: DraftGraph }).graph]);
const samples = given.map(([name, graph]): [string, DraftGraph] => [name, bare(graph)]);

function collisions(boxes: ReadonlyMap<string, Box>): number {
  const all = [...boxes.values()];
  return all.flatMap((one, index) => all.slice(index + 1).filter((other) => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height)).length;
}

/** Wires that run below a card which is neither of their ends. */
function hidden(graph: DraftGraph): string[] {
  const drawn = scene(settle(graph));
  const boxes = boxesOf(drawn);
  return drawn.view.wires.flatMap((wire) => {
    const [start, end] = [startOf(wire), endOf(wire)];
    const [from, to] = [portPoint(start, drawn, boxes), portPoint(end, drawn, boxes)];
    if (!from || !to) return [];
    return [...boxes].filter(([id, box]) => id !== start.card && id !== end.card && nearness(box, from, to) < 1).map(([id]) => `${wire.id} under ${id}`);
  });
}

describe("a sample", () => {
  it.each(given)("%s has its cards beside each other and all wires to be seen", (_, graph) => {
    expect(collisions(boxesOf(scene(settle(graph))))).toBe(0);
    expect(hidden(graph)).toEqual([]);
  });
});

describe("a graph without places", () => {
  it.each(samples)("%s is laid out with nothing on each other, each step below what feeds it, and its wires to be seen", (name, graph) => {
    const after = withPlaces(graph, catalog);
    const boxes = boxesOf(scene(settle(after)));
    expect(collisions(boxes)).toBe(0);
    for (const node of after.nodes) {
      for (const before of stepsBefore(node)) expect(boxes.get(node.id)?.y).toBeGreaterThan((boxes.get(before)?.y ?? 0) + CARD.height);
    }
    expect(hidden(after)).toHaveLength(HIDDEN[name] ?? 0);
  });

  it("puts a source just above its first reader", () => {
    const node = (id: string, source: object): DraftNode => ({ id, module: { id: "m", key: "select-columns", version: "1", name: "" }, inputs: [{ name: "dataset", source }] }) as DraftNode;
    const graph: DraftGraph = { version: 1, nodes: [node("a", { dataset: "one" }), node("b", { node: "a", output: "results" }), node("c", { node: "b", output: "results" }), node("late", { dataset: "two" })] };
    graph.nodes[2]?.inputs?.push({ name: "other", source: { dataset: "three" } });
    const after = withPlaces(graph, catalog);
    const places = new Map((after.ui?.sources ?? []).map((pill) => [sourceKey(pill.source), pill]));
    const three = places.get("dataset:three");
    expect((three?.y ?? 0) + PILL.height).toBeLessThan(after.nodes[2]?.ui?.y ?? 0);
    expect(three?.y).toBeGreaterThan(after.nodes[0]?.ui?.y ?? 0);
  });

  it("leaves what has a place, and puts the rest beside it", () => {
    const [, graph] = samples[0] as [string, DraftGraph];
    const whole = withPlaces(graph, catalog);
    const [first, ...others] = whole.nodes;
    const lost = { ...whole, nodes: [{ ...first, ui: {} } as DraftNode, ...others] };
    const after = withPlaces(lost, catalog);
    expect(after.nodes.slice(1)).toEqual(others);
    expect(after.nodes[0]?.ui?.x).toBeGreaterThan(Math.max(...others.map((node) => node.ui?.x ?? 0)));
  });

  it("lays a thousand steps out without one over another", () => {
    const nodes = Array.from({ length: 1000 }, (_, index): DraftNode => ({
      id: `n${index}`, module: { id: "m", key: "join-data", version: "1", name: "" },
      inputs: [1, 7, 40].flatMap((back, port) => (index >= back ? [{ name: `in${port}`, source: { node: `n${index - back - (index % 3 ? 0 : Math.min(index - back, 3))}`, output: "results" } }] : [])),
    }) as DraftNode);
    const after = withPlaces({ version: 1, nodes }, catalog);
    expect(collisions(boxesOf(scene(after)))).toBe(0);
  });
});
