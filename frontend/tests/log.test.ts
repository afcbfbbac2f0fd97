import { describe, expect, it } from "vitest";
import { parseAnsi, stripAnsi } from "../src/log/ansi";
import { afterReturns, LineStore, scrollScale } from "../src/log/lines";
import { findLines, splitHits } from "../src/log/search";

const bytes = (text: string) => new TextEncoder().encode(text);
const lines = (store: LineStore) => Array.from({ length: store.count }, (_, i) => store.line(i));

describe("line store", () => {
  it("cuts lines however the bytes arrive", () => {
    const text = "one\ntwo ✓ مرحبا\n\nfour";
    const all = bytes(text);
    for (let size = 1; size <= all.length; size += 1) {
      const store = new LineStore();
      for (let at = 0; at < all.length; at += size) store.append(all.subarray(at, at + size));
      expect(lines(store)).toEqual(["one", "two ✓ مرحبا", "", "four"]);
    }
  });
  it("gives the same lines when it is read from the end backwards, in any pieces", () => {
    const text = Array.from({ length: 40 }, (_, i) => "x".repeat(i % 7) + i).join("\n") + "\nlast";
    const all = bytes(text);
    for (const [tail, piece] of [[1, 1], [10, 3], [25, 17], [60, 200], [4, 64]] as const) {
      const store = new LineStore(all.length - tail);
      store.append(all.subarray(all.length - tail));
      while (!store.whole) store.prepend(all.subarray(Math.max(0, store.start - piece), store.start));
      store.append(bytes(" more\nnew"));
      expect(lines(store)).toEqual(`${text} more\nnew`.split("\n"));
      expect([store.start, store.end]).toEqual([0, all.length + 9]);
    }
  });
  it("shows one line for what was cut out of a long log, from either side", () => {
    const marker = bytes("\n… 9 MB of output are left out here …\n");
    const down = new LineStore();
    down.append(bytes("first\nhal"));
    down.append(marker);
    down.skipTo(1000);
    down.append(bytes("f\nlast"));
    const up = new LineStore(1000);
    up.append(bytes("f\nlast"));
    up.prepend(marker);
    up.skipBackTo(9);
    up.prepend(bytes("first\nhal"));
    for (const store of [down, up]) {
      expect(lines(store)).toEqual(["first", "hal", "… 9 MB of output are left out here …", "f", "last"]);
      expect([store.start, store.end]).toEqual([0, 1006]);
    }
  });
  it("never shows half a line at its beginning, and counts what came in front", () => {
    const store = new LineStore(5);
    store.append(bytes("lf\nb\nc\n"));
    expect(lines(store)).toEqual(["b", "c"]);
    expect(store.prepend(bytes("x\nyha"))).toBe(2);
    expect(lines(store)).toEqual(["x", "yhalf", "b", "c"]);
  });
});

describe("scroll scale", () => {
  it("reaches the last row of a list taller than the cap", () => {
    const [rows, height, view] = [2_000_000, 20, 600];
    const scale = scrollScale(rows, height, view, 8_000_000);
    expect(scale.height).toBe(8_000_000);
    expect(scale.first(scale.height - view)).toBeCloseTo(rows - view / height, 3);
    expect(scale.first(scale.top(1_234_567))).toBeCloseTo(1_234_567, 3);
  });
  it("is one to one below it", () => expect(scrollScale(100, 20, 600).first(200)).toBe(10));
});

describe("text", () => {
  it("keeps the last state of a progress line", () => {
    expect(afterReturns("10%\r50%\r100%")).toBe("100%");
    expect(afterReturns("windows line\r")).toBe("windows line");
  });
  it("reads colours and drops every other escape", () => {
    expect(parseAnsi("\u001b[1;31mred\u001b[0m plain\u001b[2K\u001b]0;title\u0007!")).toEqual([
      { text: "red", classes: "ansi-1 ansi-bold" }, { text: " plain", classes: "" }, { text: "!", classes: "" },
    ]);
    expect(parseAnsi("\u001b[38;5;205mpink\u001b[48;2;1;2;3mboth\u001b[39;49mend").map((piece) => [piece.color, piece.background])).toEqual([
      ["rgb(255 95 175)", undefined], ["rgb(255 95 175)", "rgb(1 2 3)"], [undefined, undefined],
    ]);
    expect(parseAnsi("\u001b[7minverse\u001b[27m")[0]?.classes).toBe("ansi-inverse ansi-bg-inverse");
    expect(stripAnsi("\u001b[32mok\u001b[0m\u0008")).toBe("ok");
  });
  it("marks hits and finds lines under colour codes", async () => {
    expect(splitHits("an Error, error", "error")).toEqual(["an ", "Error", ", ", "error", ""]);
    const store = new LineStore();
    store.append(bytes("a\n\u001b[31mEr\u001b[1mror\u001b[0m\nb error\n"));
    const found: number[][] = [];
    await findLines(store, "error", new AbortController().signal, (hits) => found.push([...hits]));
    expect(found.at(-1)).toEqual([1, 2]);
  });
});
