/** The studio's own modules as a palette, and pipelines made of them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addition } from "../../src/designer/core/adding";
import { Catalog } from "../../src/designer/core/catalog";
import { refused, settle, type Outcome } from "../../src/designer/core/edit";
import { buildView } from "../../src/designer/core/view";
import { connect, type Scene } from "../../src/designer/core/wiring";
import type { From } from "../../src/designer/contract";
import type { DraftGraph, ModuleSpec, PaletteModule } from "../../src/designer/core/types";

const LIBRARY = join(import.meta.dirname, "../../../pipelines/library");

export const MODULES: PaletteModule[] = readdirSync(LIBRARY).filter((name) => existsSync(join(LIBRARY, name, "module.json"))).map((key) => {
  const spec = JSON.parse(readFileSync(join(LIBRARY, key, "module.json"), "utf8")) as ModuleSpec;
  return { id: `id-${key}`, key, name: spec.name, description: spec.description, group: spec.group, status: "Active", default_version: "1", version: "1", spec };
});
export const catalog = new Catalog(MODULES);
export const module = (key: string): PaletteModule => MODULES.find((one) => one.key === key) as PaletteModule;
export const scene = (graph: DraftGraph, of: Catalog = catalog): Scene => ({ graph, view: buildView(graph, of) });
export const EMPTY: DraftGraph = { version: 1, nodes: [] };

export function done(outcome: Outcome): DraftGraph {
  if (refused(outcome)) throw new Error(outcome.refusal);
  return settle(outcome.graph);
}

/** adult (a table) -> Select Columns -> Split Data -> Train Model <- Two-Class Logistic Regression. */
export function pipeline(): { graph: DraftGraph; select: string; split: string; learner: string; train: string } {
  let graph = EMPTY;
  const step = (key: string, y: number): string => {
    const { edit, id } = addition(graph, { module: module(key) }, { x: 0, y });
    graph = done(edit);
    return id;
  };
  const wire = (from: From, node: string, port: string) => { graph = done(connect(scene(graph), from, { node, port })); };
  const [select, split, learner, train] = [step("select-columns", 0), step("split-data", 150), step("two-class-logistic-regression", 300), step("train-model", 450)];
  const pill = addition(graph, { source: { dataset: "d1" }, name: "adult", version: 2, kind: "tabular" }, { x: 0, y: -100 });
  graph = done(pill.edit);
  wire({ pill: pill.id }, select, "dataset");
  wire({ node: select, output: "results" }, split, "dataset");
  wire({ node: split, output: "results1" }, train, "dataset");
  wire({ node: learner, output: "learner" }, train, "learner");
  return { graph, select, split, learner, train };
}
