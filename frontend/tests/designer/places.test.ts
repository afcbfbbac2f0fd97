import { describe, expect, it } from "vitest";
import { lineBox, overlaps, reach, wirePoint } from "../../src/designer/canvas/places";

describe("what is drawn of many wires", () => {
  const seen = { x: 0, y: 0, width: 1000, height: 600 };

  it("stays the same while the view moves a little, and follows it further on", () => {
    const first = reach(null, seen);
    expect(reach(first, { ...seen, x: 400, y: -250 })).toBe(first);
    const second = reach(first, { ...seen, x: 700 });
    expect(second).not.toBe(first);
    expect(overlaps(second, { x: 1700, y: 300, width: 1, height: 1 })).toBe(true);
  });

  it("shrinks when the view has come much nearer", () => {
    const far = reach(null, { x: 0, y: 0, width: 8000, height: 4800 });
    expect(reach(far, { x: 3000, y: 2000, width: 1000, height: 600 }).width).toBe(2000);
  });

  it.each([[{ x: 0, y: 0 }, { x: 300, y: 400 }], [{ x: 0, y: 0 }, { x: -200, y: -500 }], [{ x: 5, y: 10 }, { x: 5, y: 20 }]])("holds all of a curve from %o to %o", (from, to) => {
    const box = lineBox(from, to);
    for (let t = 0; t <= 1; t += 0.05) {
      const at = wirePoint(from, to, t);
      expect(overlaps(box, { x: at.x - 0.01, y: at.y - 0.01, width: 0.02, height: 0.02 })).toBe(true);
    }
  });
});
