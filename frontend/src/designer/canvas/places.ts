/** Where cards, ports and wires lie on the canvas. Pure. */
import { portShare } from "../../graph/model";
import type { Designer } from "../contract";
import { CARD, GRID, NOTE, PILL } from "../core/geometry";
import type { Group, Wire, XY } from "../core/types";
import type { PortEnd } from "./ui";

export interface Box extends XY { width: number; height: number }
type Drawn = Pick<Designer, "graph" | "view">;

export const PILL_PORT = "out";
const ORDER_INSET = 16;
const FRAME = { side: 24, top: 48, bottom: 32 } as const;

export const snapped = ({ x, y }: XY): XY => ({ x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID });

/** Every card and pill of the graph by id. `live`: where they are while they are dragged. */
export function boxesOf({ graph, view }: Drawn, live: Readonly<Record<string, XY>> = {}): Map<string, Box> {
  const boxes = new Map<string, Box>();
  for (const node of graph.nodes) {
    const at = live[node.id] ?? node.ui;
    boxes.set(node.id, { x: at?.x ?? 0, y: at?.y ?? 0, ...CARD });
  }
  for (const pill of view.pills.values()) boxes.set(pill.key, { ...(live[pill.key] ?? { x: pill.x, y: pill.y }), ...PILL });
  return boxes;
}

export const noteBox = (note: XY & { width?: number; height?: number }): Box => ({ x: note.x, y: note.y, width: note.width || NOTE.width, height: note.height || NOTE.height });

/** The frame of a group around those of its cards that are there; null when none is. */
export function frameBox(group: Group, boxes: ReadonlyMap<string, Box>): Box | null {
  const inside = group.nodes.flatMap((id) => boxes.get(id) ?? []);
  const whole = around(inside);
  return whole && { x: whole.x - FRAME.side, y: whole.y - FRAME.top, width: whole.width + 2 * FRAME.side, height: whole.height + FRAME.top + FRAME.bottom };
}

export function around(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null;
  let [x, y, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const one of boxes) {
    x = Math.min(x, one.x);
    y = Math.min(y, one.y);
    right = Math.max(right, one.x + one.width);
    bottom = Math.max(bottom, one.y + one.height);
  }
  return { x, y, width: right - x, height: bottom - y };
}

/** The part of the canvas that a picture of this size shows, with a border around these boxes. */
export function mapped(boxes: readonly Box[], size: { width: number; height: number }): Box {
  const { x, y, width, height } = around(boxes) ?? { x: 0, y: 0, ...size };
  const scale = Math.max(width / size.width, height / size.height, 0.001) * 1.08;
  const all = { width: size.width * scale, height: size.height * scale };
  return { x: x - (all.width - width) / 2, y: y - (all.height - height) / 2, ...all };
}

/** Where a port is drawn. */
export function portPoint(end: PortEnd, { view }: Pick<Designer, "view">, boxes: ReadonlyMap<string, Box>): XY | null {
  const box = boxes.get(end.card);
  if (!box) return null;
  const face = view.faces.get(end.card);
  if (!face) return { x: box.x + box.width / 2, y: box.y + box.height };
  const ports = end.side === "in" ? face.inputs : face.outputs;
  const index = ports.findIndex((one) => one.name === end.port);
  const y = end.side === "in" ? box.y : box.y + box.height;
  return { x: box.x + (index < 0 ? box.width - ORDER_INSET : portShare(index, ports.length) * box.width), y };
}

export const startOf = (wire: Wire): PortEnd => ("pill" in wire.from ? { card: wire.from.pill, port: PILL_PORT, side: "out" } : { card: wire.from.node, port: wire.from.output, side: "out" });
export const endOf = (wire: Wire): PortEnd => ({ card: wire.to.node, port: wire.to.port, side: "in" });

/** Handles of the curve from a port downwards to another one; one that goes back up swings out further. */
export function bend(from: XY, to: XY): number {
  const drop = to.y - from.y;
  return drop >= 0 ? Math.max(24, Math.min(drop * 0.5, 160)) : Math.min(220, 40 + Math.sqrt(-drop) * 7);
}

export function wirePath(from: XY, to: XY): string {
  const by = bend(from, to);
  return `M${from.x},${from.y}C${from.x},${from.y + by} ${to.x},${to.y - by} ${to.x},${to.y}`;
}

export function wirePoint(from: XY, to: XY, t: number): XY {
  const by = bend(from, to);
  const u = 1 - t;
  const at = (a: number, b: number, c: number, d: number) => u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return { x: at(from.x, from.x, to.x, to.x), y: at(from.y, from.y + by, to.y - by, to.y) };
}

/** What a wire's curve stays within. */
export function lineBox(from: XY, to: XY): Box {
  const by = bend(from, to);
  const x = Math.min(from.x, to.x);
  const y = Math.min(from.y, to.y - by);
  return { x, y, width: Math.max(from.x, to.x) - x, height: Math.max(to.y, from.y + by) - y };
}

export const overlaps = (one: Box, other: Box): boolean =>
  one.x <= other.x + other.width && other.x <= one.x + one.width && one.y <= other.y + other.height && other.y <= one.y + one.height;

export const contains = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width && outer.y + outer.height >= inner.y + inner.height;

/** What is seen and as much again around it; what it was before while that will do. */
export function reach(before: Box | null, seen: Box): Box {
  if (before && contains(before, seen) && before.width < seen.width * 4) return before;
  return { x: seen.x - seen.width / 2, y: seen.y - seen.height / 2, width: seen.width * 2, height: seen.height * 2 };
}

const PIECES = 24;

/** Whether a line that somebody drew crosses a wire. */
export function crosses(line: readonly XY[], from: XY, to: XY): boolean {
  let before = from;
  for (let piece = 1; piece <= PIECES; piece += 1) {
    const now = wirePoint(from, to, piece / PIECES);
    for (let index = 1; index < line.length; index += 1) {
      if (meet(before, now, line[index - 1] as XY, line[index] as XY)) return true;
    }
    before = now;
  }
  return false;
}

function meet(a: XY, b: XY, c: XY, d: XY): boolean {
  const side = (p: XY, q: XY, r: XY) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/** How near a wire comes to the middle of a card, as a share of the card's size; above 1 it does not cross it. */
export function nearness(box: Box, from: XY, to: XY): number {
  let least = Infinity;
  for (let piece = 0; piece <= PIECES; piece += 1) {
    const at = wirePoint(from, to, piece / PIECES);
    least = Math.min(least, Math.max(Math.abs(at.x - box.x - box.width / 2) / (box.width / 2), Math.abs(at.y - box.y - box.height / 2) / (box.height / 2)));
  }
  return least;
}

/** A free place at or beside this one, so that no card lies on another. */
export function freePlace(at: XY, boxes: Iterable<Box>, size: { width: number; height: number } = CARD): XY {
  const all = [...boxes];
  const place = snapped(at);
  for (let round = 0; round < 40; round += 1) {
    const hit = all.find((one) => place.x < one.x + one.width + GRID && one.x < place.x + size.width + GRID && place.y < one.y + one.height + GRID && one.y < place.y + size.height + GRID);
    if (!hit) break;
    place.x = Math.ceil((hit.x + hit.width + 3 * GRID) / GRID) * GRID;
  }
  return place;
}
