/** Room for a step that was put in between two others: it stands below what it reads, and what would lie under it moves down. */
import { move } from "./adding";
import { stepsBefore } from "./edit";
import { CARD, GRID, NOTE, PILL } from "./geometry";
import { isPlain, sourceKey } from "./sources";
import type { DraftGraph, XY } from "./types";
import type { Scene } from "./wiring";

interface Box extends XY { width: number; height: number }

/** Between a card and the next one below it, so that the wire can be seen and taken hold of. */
const BELOW = 40;
/** Between cards that have nothing to do with each other. */
const BESIDE = 16;

/** The graph with `id` at this place or a little lower, and all that stood there further down. */
export function withRoom({ graph, view }: Scene, id: string, at: XY): DraftGraph {
  const boxes = boxesOf(graph);
  const step: Box = { ...CARD, ...at };
  boxes.delete(id);
  for (const source of sourcesOf(graph, id)) {
    const box = boxes.get(source);
    if (box && sideways(box, step) && box.y < step.y + step.height) step.y = Math.max(step.y, gridded(box.y + box.height + BELOW));
  }
  const placed = new Map<string, Box>([[id, step]]);
  const readers = readersOf(graph);
  const next = (readers.get(id) ?? []).flatMap((reader) => { const box = boxes.get(reader); return box && middle(box) > at.y ? [{ reader, box }] : []; });
  const short = Math.max(0, ...next.map(({ box }) => step.y + step.height + BELOW - box.y));
  if (short > 0) {
    const down = gridded(short);
    const least = Math.min(...next.map(({ box }) => box.y));
    for (const below of following(next.map(({ reader }) => reader), readers)) {
      const box = boxes.get(below);
      if (box && box.y >= least) placed.set(below, { ...box, y: box.y + down });
    }
  }
  for (const [other, box] of [...boxes].filter(([one, { y }]) => !placed.has(one) && y >= at.y - CARD.height).sort(([, a], [, b]) => a.y - b.y)) {
    const under = [...placed].filter(([one, now]) => meets(now, box) && !meets(boxes.get(one), box));
    if (under.length) placed.set(other, { ...box, y: gridded(Math.max(...under.map(([, now]) => now.y + now.height)) + BESIDE) });
  }
  return move({ graph, view }, Object.fromEntries(placed)).graph;
}

function boxesOf(graph: DraftGraph): Map<string, Box> {
  const boxes = new Map<string, Box>();
  for (const { id, ui } of graph.nodes) boxes.set(id, { x: ui?.x ?? 0, y: ui?.y ?? 0, ...CARD });
  for (const pill of graph.ui?.sources ?? []) boxes.set(sourceKey(pill.source), { x: pill.x ?? 0, y: pill.y ?? 0, ...PILL });
  for (const { id, x, y, width, height } of graph.ui?.notes ?? []) boxes.set(id, { x, y, width: width || NOTE.width, height: height || NOTE.height });
  return boxes;
}

function sourcesOf(graph: DraftGraph, id: string): string[] {
  const node = graph.nodes.find((one) => one.id === id);
  return [...stepsBefore(node), ...(node?.inputs ?? []).flatMap(({ source }) => (isPlain(source) ? [sourceKey(source)] : []))];
}

function readersOf(graph: DraftGraph): Map<string, string[]> {
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes) for (const before of stepsBefore(node)) readers.set(before, [...(readers.get(before) ?? []), node.id]);
  return readers;
}

function following(from: readonly string[], readers: ReadonlyMap<string, string[]>): Set<string> {
  const found = new Set(from);
  for (const id of found) for (const reader of readers.get(id) ?? []) found.add(reader); // a set also hands out what comes in meanwhile
  return found;
}

const middle = (box: Box): number => box.y + box.height / 2;
const gridded = (value: number): number => Math.ceil(value / GRID) * GRID;
const sideways = (one: Box, other: Box): boolean => one.x < other.x + other.width + BESIDE && other.x < one.x + one.width + BESIDE;
const meets = (one: Box | undefined, other: Box): boolean => one !== undefined && sideways(one, other) && one.y < other.y + other.height + BESIDE && other.y < one.y + one.height + BESIDE;
