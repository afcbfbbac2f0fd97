import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { relativeText } from "../src/studio/time";
import { errorText } from "../src/studio/toast";

const STATIC = join(import.meta.dirname, "../../static");
const STYLES = join(import.meta.dirname, "../src");

describe("times and errors", () => {
  it.each([[-5, "just now"], [-42, "42 seconds ago"], [-200, "3 minutes ago"], [-90_000, "yesterday"], [3700, "in 1 hour"]])("%i s", (seconds, text) => {
    expect(relativeText(seconds * 1000, 0)).toBe(text);
  });
  it("shows a problem's own sentence, else a helpful one", () => {
    expect(errorText(422, "application/problem+json", '{"detail":"lr must be a number."}')).toBe("lr must be a number.");
    expect(errorText(500, "text/html", "<h1>")).toMatch(/500/);
    expect(errorText(404, "text/html", "")).toMatch(/Reload/);
  });
});

describe("styles", () => {
  it("have the same dark colours for the system and for the switch", () => {
    const css = readFileSync(join(STATIC, "css/tokens.css"), "utf8");
    const inside = (start: string) => {
      const from = css.indexOf("{", css.indexOf(start)) + 1;
      return css.slice(from, css.indexOf("}", from)).replace(/\s+/g, " ").trim();
    };
    expect(inside(':root:not([data-theme="light"])')).toBe(inside(':root[data-theme="dark"]'));
  });
  it("load nothing from another host", () => {
    for (const file of ["css/tokens.css", "css/base.css", "css/components.css"]) expect(readFileSync(join(STATIC, file), "utf8")).not.toMatch(/https?:|@import|url\(/);
  });
  it("have no universal sibling, which has each card that comes or goes style all others anew", () => {
    const files = [...readdirSync(join(STATIC, "css")).map((name) => join(STATIC, "css", name)), ...readdirSync(STYLES, { recursive: true, encoding: "utf8" }).map((name) => join(STYLES, name))];
    for (const file of files.filter((name) => name.endsWith(".css"))) expect(readFileSync(file, "utf8").replace(/\/\*.*?\*\//gs, ""), file).not.toMatch(/(^|[\s>,])(\*|[a-z]+)\s*[+~]\s*\*/m);
  });
});
