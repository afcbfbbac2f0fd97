import { describe, expect, it } from "vitest";
import { alignment } from "../../src/designer/canvas/alignment";

const card = (x: number, y: number) => ({ x, y, width: 248, height: 88 });
const SEEN = { x: -1000, y: -1000, width: 4000, height: 4000 };

describe("a card that is dragged", () => {
  it("goes into line with the middle of one above, and one line shows it", () => {
    const { by, guides } = alignment(card(103, 300), [card(100, 0)], SEEN);
    expect(by).toEqual({ x: -3, y: 0 });
    expect(guides).toEqual([{ from: { x: 224, y: 0 }, to: { x: 224, y: 388 } }]);
  });

  it("goes into line along both ways at once, each with its own neighbour", () => {
    const { by, guides } = alignment(card(98, 404), [card(100, 0), card(700, 400)], SEEN);
    expect(by).toEqual({ x: 2, y: -4 });
    expect(guides).toEqual([{ from: { x: 224, y: 0 }, to: { x: 224, y: 488 } }, { from: { x: 100, y: 444 }, to: { x: 948, y: 444 } }]);
  });

  it("takes an edge where the middles are apart", () => {
    const pill = { x: 352, y: 0, width: 216, height: 44 };
    const { by, guides } = alignment(card(101, 300), [pill], SEEN);
    expect(by.x).toBe(3); // its right side to the pill's left one
    expect(guides).toEqual([{ from: { x: 352, y: 0 }, to: { x: 352, y: 388 } }]);
  });

  it("is left alone by what is far off, and by what is not seen", () => {
    expect(alignment(card(110, 300), [card(100, 0)], SEEN)).toEqual({ by: { x: 0, y: 0 }, guides: [] });
    expect(alignment(card(103, 300), [card(100, 0)], { x: 0, y: 200, width: 800, height: 400 })).toEqual({ by: { x: 0, y: 0 }, guides: [] });
  });

  it("shows the line to the nearest ones only", () => {
    const column = [0, 200, 400, 800, 1000].map((y) => card(0, y));
    expect(alignment(card(1, 600), column, SEEN).guides).toEqual([{ from: { x: 124, y: 400 }, to: { x: 124, y: 888 } }]);
  });
});
