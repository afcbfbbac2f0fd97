/** The server's rules, by the examples that pytest holds it to (tests/drafts/test_shared_rules.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settle } from "../src/designer/core/edit";
import { localProblems, readProblems } from "../src/designer/core/problems";
import { typeFits } from "../src/designer/core/rules";
import { buildView } from "../src/designer/core/view";
import type { DraftGraph, PortType } from "../src/designer/core/types";
import { catalog, MODULES } from "./designer/library";

const read = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/drafts", name), "utf8")) as T;
const { fits } = read<{ fits: Record<PortType, PortType[]> }>("port_types.json");
const cases = read<{ name: string; default_compute: string; graph: DraftGraph; problems: [string, string, string, string][] }[]>("problems.json");
/** All versions of every module are known: there is one. */
const whole = MODULES.reduce((sum, one) => sum.withVersions(one.id, [{ version: "1", status: "Active", changes: "", spec: one.spec, created_by: "", created_at: "" }]), catalog);

describe("rules shared with the server", () => {
  it("knows which port fits which", () => {
    const types = Object.keys(fits) as PortType[];
    expect(Object.fromEntries(types.map((made) => [made, types.filter((wanted) => typeFits(made, wanted))]))).toEqual(fits);
  });

  it.each(cases)("finds at once what the server finds: $name", ({ graph: stored, default_compute, problems }) => {
    const graph = settle(stored);
    const found = localProblems(graph, buildView(graph, whole), whole, default_compute);
    const asked = readProblems(problems.map(([node, field, code, message]) => ({ node, field, code, message })), graph, whole);
    const told = (list: typeof asked) => list.map(({ node, field, code, message }) => [node, field, code, message]).sort();
    expect(told(found)).toEqual(told(asked));
  });
});
