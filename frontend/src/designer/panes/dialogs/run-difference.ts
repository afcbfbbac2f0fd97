/** Two runs of a draft beside each other: what was set otherwise, and which figures came out otherwise. Pure. */
import type { StepJson } from "../../../graph/types";
import type { DraftGraph, DraftNode, PaletteModule, Setting } from "../../core/types";
import { shortText } from "../diff";
import { sameValue } from "../settings";
import { numberText } from "./table-answer";

/** What a difference of two graphs of runs is about: settings by their labels with their defaults; no places, no notes. */
export function asRun(graph: DraftGraph, modules: readonly PaletteModule[]): DraftGraph {
  const { ui: _ui, ...rest } = graph;
  return { ...rest, nodes: graph.nodes.map((node) => plain(node, modules)) };
}

function plain({ ui: _ui, outputs: _outputs, ...node }: DraftNode, modules: readonly PaletteModule[]): DraftNode {
  return labelled(node, modules, () => true);
}

/** A graph of a draft for people to compare: settings by their labels, with the defaults of that very version of the module. */
export function asRead(graph: DraftGraph, modules: readonly PaletteModule[]): DraftGraph {
  return { ...graph, nodes: graph.nodes.map((node) => labelled(node, modules, (module) => (node.module?.version ?? module.version) === module.version)) };
}

function labelled(node: DraftNode, modules: readonly PaletteModule[], hasDefaults: (module: PaletteModule) => boolean): DraftNode {
  const module = modules.find((one) => one.id === node.module?.id || (one.key !== null && one.key === node.module?.key));
  if (!module) return node;
  const known = new Set(module.spec.parameters.map((one) => one.name));
  const settings: Record<string, Setting> = Object.fromEntries(Object.entries(node.settings ?? {}).filter(([name]) => !known.has(name)));
  for (const one of module.spec.parameters) {
    const value = node.settings?.[one.name] ?? (hasDefaults(module) ? one.default : undefined);
    if (value !== undefined) settings[one.label] = value;
  }
  return { ...node, settings };
}

type Pair = [StepJson | undefined, StepJson | undefined];

/** Each step as it was in both runs, by node; those that are gone come last. */
export function stepPairs(before: readonly StepJson[], after: readonly StepJson[]): Pair[] {
  const old = new Map(before.map((step) => [step.node_id, step]));
  const now = new Map(after.map((step) => [step.node_id, step]));
  return [...new Set([...now.keys(), ...old.keys()])].map((node): Pair => [old.get(node), now.get(node)]);
}

/** Steps whose figures may differ: not those that have the very same result in both. */
export const stepsToCompare = (before: readonly StepJson[], after: readonly StepJson[]): Pair[] =>
  stepPairs(before, after).filter(([was, is]) => origin(was) !== origin(is));

const origin = (step: StepJson | undefined): string | undefined => step?.reused_from?.step_id ?? step?.id;

export interface MetricRow { step: string; name: string; before: number | null; after: number | null }
export interface Logged { name: string; value: unknown; kind: string; child?: unknown }

/** The last value of each name, those that differ first. */
export function metricRows(step: string, before: readonly Logged[], after: readonly Logged[]): MetricRow[] {
  const last = (all: readonly Logged[]) => new Map(all.flatMap((one) => (one.kind === "scalar" && !one.child && typeof one.value === "number" ? [[one.name, one.value] as const] : [])));
  const [old, now] = [last(before), last(after)];
  return [...new Set([...now.keys(), ...old.keys()])].map((name) => ({ step, name, before: old.get(name) ?? null, after: now.get(name) ?? null }));
}

export const differs = (row: MetricRow): boolean => row.before !== row.after;

export function changeText({ before, after }: MetricRow): string {
  if (before === null) return "new";
  if (after === null) return "gone";
  const by = after - before;
  return by === 0 ? "same" : `${by > 0 ? "+" : "−"}${numberText(Math.abs(by))}`;
}

/** Values of pipeline parameters that are not the same. */
export function valueChanges(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .flatMap((name) => (sameValue(before[name], after[name]) ? [] : [`Parameter ${name}: ${shortText(before[name])} became ${shortText(after[name])}`]));
}
