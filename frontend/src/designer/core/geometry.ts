/** Sizes that the canvas draws and the layout counts with, in pixels at 100 %. */
import type { XY } from "./types";

export const CARD = { width: 248, height: 88 } as const;
export const PILL = { width: 216, height: 44 } as const;
export const NOTE = { width: 240, height: 120 } as const;
/** Between a copy and what it was copied from. */
export const STEP_ASIDE = 32;
export const GAP = 64;
/** Cards stand on it. */
export const GRID = 8;

/** The upper left corner of what stands at these places; zero when nothing does. */
export function corner(places: Iterable<Partial<XY>>): XY {
  let x = Infinity;
  let y = Infinity;
  for (const place of places) {
    x = Math.min(x, place.x ?? Infinity);
    y = Math.min(y, place.y ?? Infinity);
  }
  return { x: Number.isFinite(x) ? x : 0, y: Number.isFinite(y) ? y : 0 };
}
