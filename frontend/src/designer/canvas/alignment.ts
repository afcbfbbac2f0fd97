/** Lines that show with what a dragged card stands in line, and how far it is from there. Pure. */
import type { XY } from "../core/types";
import { overlaps, type Box } from "./places";
import type { Guide } from "./ui";

interface Aligned { by: XY; guides: readonly Guide[] }

/** Start, middle and end along one axis, and where the box lies across it. */
interface Span { marks: readonly [number, number, number]; across: readonly [number, number] }
type Axis = "x" | "y";

/** Nearer than this on the canvas a card goes into line: half of the grid that it is dragged along, and a little. */
export const NEAR = 5;
const SAME = 0.5;
const STILL: Aligned = { by: { x: 0, y: 0 }, guides: [] };

/** `others`: what may be aligned with; only what is in `seen` counts. */
export function alignment(box: Box, others: Iterable<Box>, seen: Box, near = NEAR): Aligned {
  const around = [...others].filter((other) => overlaps(other, seen));
  if (around.length === 0) return STILL;
  const by = { x: shift(box, around, "x", near), y: shift(box, around, "y", near) };
  const there = { ...box, x: box.x + by.x, y: box.y + by.y };
  return { by, guides: [...guides(there, around, "x"), ...guides(there, around, "y")] };
}

function span(box: Box, axis: Axis): Span {
  const [at, size, cross, crossSize] = axis === "x" ? [box.x, box.width, box.y, box.height] : [box.y, box.height, box.x, box.width];
  return { marks: [at, at + size / 2, at + size], across: [cross, cross + crossSize] };
}

/** The smallest way to a mark of another box: edges to edges, middles to middles. */
function shift(box: Box, others: readonly Box[], axis: Axis, near: number): number {
  const { marks: [start, middle, end] } = span(box, axis);
  let best = Infinity;
  const look = (from: number, to: number) => { if (Math.abs(to - from) < Math.abs(best)) best = to - from; };
  for (const other of others) {
    const { marks } = span(other, axis);
    look(middle, marks[1]);
    for (const edge of [marks[0], marks[2]]) {
      look(start, edge);
      look(end, edge);
    }
  }
  return Math.abs(best) <= near ? best : 0;
}

/** From the box to the nearest one on each side that has the same mark; the middle alone where middles meet. */
function guides(box: Box, others: readonly Box[], axis: Axis): Guide[] {
  const own = span(box, axis);
  const found = (mark: number, is: (marks: Span["marks"]) => boolean): Guide[] => {
    let [low, high] = own.across;
    let before = -Infinity;
    let after = Infinity;
    let any = false;
    for (const other of others) {
      const { marks, across } = span(other, axis);
      if (!is(marks)) continue;
      any = true;
      if (across[0] >= own.across[1]) after = Math.min(after, across[1]);
      else before = Math.max(before, across[0]);
    }
    if (!any) return [];
    low = Math.min(low, before === -Infinity ? low : before);
    high = Math.max(high, after === Infinity ? high : after);
    return axis === "x" ? [{ from: { x: mark, y: low }, to: { x: mark, y: high } }] : [{ from: { x: low, y: mark }, to: { x: high, y: mark } }];
  };
  const equal = (one: number, other: number) => Math.abs(one - other) < SAME;
  const middle = found(own.marks[1], (marks) => equal(marks[1], own.marks[1]));
  if (middle.length) return middle;
  return ([0, 2] as const).flatMap((edge) => found(own.marks[edge], (marks) => equal(marks[0], own.marks[edge]) || equal(marks[2], own.marks[edge])));
}
