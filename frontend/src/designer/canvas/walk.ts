/** Walking over the canvas by keyboard: along wires, and in the order in which one reads. Pure. */
import type { Designer } from "../contract";
import type { XY } from "../core/types";
import { endOf, startOf, type Box } from "./places";

type Drawn = Pick<Designer, "graph" | "view">;

export interface Ways { up: string[]; down: string[] }

export function waysOf({ view }: Drawn): ReadonlyMap<string, Ways> {
  const ways = new Map<string, Ways>();
  const of = (id: string): Ways => {
    let found = ways.get(id);
    if (!found) ways.set(id, (found = { up: [], down: [] }));
    return found;
  };
  for (const wire of view.wires) {
    const from = startOf(wire).card;
    const to = endOf(wire).card;
    if (!of(from).down.includes(to)) of(from).down.push(to);
    if (!of(to).up.includes(from)) of(to).up.push(from);
  }
  return ways;
}

/** From the top left to the bottom right; cards that stand about side by side count as one row. */
export function readingOrder(boxes: ReadonlyMap<string, Box>): string[] {
  const row = (box: Box) => Math.round((box.y + box.height / 2) / 48);
  return [...boxes].sort(([, a], [, b]) => row(a) - row(b) || a.x - b.x).map(([id]) => id);
}

/** Where an arrow key leads: up and down along wires, else to what is nearest in that direction. */
export function stepTo(key: string, from: string, boxes: ReadonlyMap<string, Box>, ways: ReadonlyMap<string, Ways>): string | null {
  const here = boxes.get(from);
  if (!here) return null;
  const vertical = key === "ArrowUp" || key === "ArrowDown";
  if (vertical) {
    const along = ways.get(from)?.[key === "ArrowUp" ? "up" : "down"] ?? [];
    const nearest = closest(centre(here), along.flatMap((id) => { const box = boxes.get(id); return box ? [[id, box] as const] : []; }));
    if (nearest) return nearest;
  }
  const direction = ({ ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 }, ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 } } as Record<string, XY>)[key];
  if (!direction) return null;
  const at = centre(here);
  let best: string | null = null;
  let least = Infinity;
  for (const [id, box] of boxes) {
    if (id === from) continue;
    const to = centre(box);
    const ahead = (to.x - at.x) * direction.x + (to.y - at.y) * direction.y;
    const aside = Math.abs((to.x - at.x) * direction.y) + Math.abs((to.y - at.y) * direction.x);
    if (ahead <= 4 || aside > ahead * 2 + 60) continue;
    const cost = ahead + aside * 2;
    if (cost < least) {
      least = cost;
      best = id;
    }
  }
  return best;
}

const centre = (box: Box): XY => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

function closest(at: XY, among: readonly (readonly [string, Box])[]): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const [id, box] of among) {
    const to = centre(box);
    const far = Math.hypot(to.x - at.x, to.y - at.y);
    if (far < least) {
      least = far;
      best = id;
    }
  }
  return best;
}

/** All that leads to these cards, or follows from them. */
export function reach(ids: Iterable<string>, side: "up" | "down", ways: ReadonlyMap<string, Ways>): Set<string> {
  const found = new Set(ids);
  const next = [...found];
  for (let at = 0; at < next.length; at += 1) {
    for (const id of ways.get(next[at] as string)?.[side] ?? []) {
      if (found.has(id)) continue;
      found.add(id);
      next.push(id);
    }
  }
  return found;
}
