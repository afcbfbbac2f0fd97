import { describe, expect, it } from "vitest";
import { bindings, pressed } from "../../src/designer/canvas/keymap";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => pressed({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("the list of keys", () => {
  it("knows a press by its modifiers", () => {
    expect(press("g", { ctrlKey: true })).toBe("group");
    expect(press("G", { ctrlKey: true, shiftKey: true })).toBe("ungroup");
    expect(press("z", { metaKey: true })).toBe("undo");
    expect(press("ArrowLeft", { altKey: true, shiftKey: true })).toBe("moveFar");
    expect(press("Backspace", { ctrlKey: true })).toBe("bypass");
    expect(press("n")).toBe("note");
  });
  it("takes a character as it comes, whatever was held for it", () => {
    expect(press("?", { shiftKey: true })).toBe("help");
    expect(press("/", { shiftKey: true })).toBe("add");
  });
  it("leaves the browser its own keys", () => {
    for (const [key, held] of [["n", { ctrlKey: true }], ["1", { ctrlKey: true }], ["ArrowLeft", { ctrlKey: true }], ["N", { shiftKey: true }], ["q", {}]] as const) expect(press(key, held)).toBeUndefined();
  });
  it("has each key once", () => {
    const keys = bindings.flatMap(([, one]) => [one.keys, ...(one.also ? [one.also] : [])]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
