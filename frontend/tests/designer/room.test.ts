import { describe, expect, it } from "vitest";
import { addition, addNote, move } from "../../src/designer/core/adding";
import { CARD, NOTE, PILL } from "../../src/designer/core/geometry";
import { withRoom } from "../../src/designer/core/room";
import { spliceNode } from "../../src/designer/core/wiring";
import type { DraftGraph, XY } from "../../src/designer/core/types";
import { done, module, pipeline, scene } from "./library";

const LOOSE = "clean-missing-data";

function put(graph: DraftGraph, into: string, port: string, at: XY): { after: DraftGraph; id: string } {
  const added = addition(graph, { module: module(LOOSE) }, at);
  const before = scene(done(added.edit));
  const spliced = done(spliceNode(before, added.id, { node: into, port }));
  return { after: withRoom(scene(spliced), added.id, at), id: added.id };
}

const placeOf = (graph: DraftGraph, id: string): XY => {
  const ui = graph.nodes.find((node) => node.id === id)?.ui;
  return { x: ui?.x ?? NaN, y: ui?.y ?? NaN };
};

/** Pairs that lie on each other: cards, pills and notes. */
function overlapping({ nodes, ui }: DraftGraph): number {
  const boxes = [
    ...nodes.map((node) => ({ x: node.ui?.x ?? 0, y: node.ui?.y ?? 0, ...CARD })),
    ...(ui?.sources ?? []).map((pill) => ({ x: pill.x ?? 0, y: pill.y ?? 0, ...PILL })),
    ...(ui?.notes ?? []).map((note) => ({ ...NOTE, ...note })),
  ];
  return boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height)).length;
}

describe("a step that is put into a wire", () => {
  it("stands between the two and moves all that follows down by the same", () => {
    const { graph, select, split, train } = pipeline();
    const { after, id } = put(graph, split, "dataset", { x: 0, y: 80 });
    expect(overlapping(after)).toBe(0);
    expect(placeOf(after, select)).toEqual(placeOf(graph, select));
    expect(placeOf(after, id).y).toBeGreaterThan(placeOf(after, select).y + CARD.height);
    expect(placeOf(after, split).y).toBeGreaterThan(placeOf(after, id).y + CARD.height);
    expect(placeOf(after, train).y - placeOf(after, split).y).toBe(placeOf(graph, train).y - placeOf(graph, split).y);
  });

  it("stays where it was put, and nothing moves, where there is room", () => {
    const { graph, split, train } = pipeline();
    const wide = move(scene(graph), { [split]: { x: 0, y: 600 }, [train]: { x: 0, y: 900 } }).graph;
    const { after, id } = put(wide, split, "dataset", { x: 40, y: 136 });
    expect(placeOf(after, id)).toEqual({ x: 40, y: 136 });
    expect(after.nodes.filter((node) => node.id !== id).map((node) => node.ui)).toEqual(wide.nodes.map((node) => node.ui));
  });

  it("pushes what the others would come to lie on, and leaves what is beside them", () => {
    const { graph, split, learner } = pipeline();
    const noted = done(addNote(graph, { x: 20, y: 560 }).edit);
    const beside = done(addNote(noted, { x: 900, y: 200 }).edit);
    const { after } = put(beside, split, "dataset", { x: 0, y: 80 });
    expect(overlapping(after)).toBe(0);
    expect(after.ui?.notes?.[1]).toEqual(beside.ui?.notes?.[1]);
    expect(placeOf(after, learner).y).toBeGreaterThan(placeOf(graph, learner).y); // it stood where the split is now
  });
});
