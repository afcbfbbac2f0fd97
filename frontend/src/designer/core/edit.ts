/** What every change of a graph is made of. Nothing is mutated; what did not change stays the same object. */
import { GAP, PILL } from "./geometry";
import { isPlain, sourceKey, sourceName } from "./sources";
import type { DraftGraph, DraftInput, DraftNode, GraphUi, SourceJson, SourcePill, XY } from "./types";

/** Fields of the draft beside its graph that a step changed. */
export interface FieldChange { before: Readonly<Record<string, unknown>>; after: Readonly<Record<string, unknown>> }
/** One step of undo. `merge`: follows on the step before when that has the same one (typing, nudging). */
export interface Edit { graph: DraftGraph; name: string; select?: readonly string[]; merge?: string; say?: string; fields?: FieldChange }
export type Outcome = Edit | { refusal: string };
export const refused = (outcome: Outcome): outcome is { refusal: string } => "refusal" in outcome;

export const nodeOf = (graph: DraftGraph, id: string): DraftNode | undefined => graph.nodes.find((node) => node.id === id);

export function mapNodes(graph: DraftGraph, change: (node: DraftNode) => DraftNode): DraftGraph {
  let changed = false;
  const nodes = graph.nodes.map((node) => {
    const after = change(node);
    if (after !== node) changed = true;
    return after;
  });
  return changed ? { ...graph, nodes } : graph;
}

export const withNode = (graph: DraftGraph, id: string, change: (node: DraftNode) => DraftNode): DraftGraph =>
  mapNodes(graph, (node) => (node.id === id ? change(node) : node));

export const withUi = (graph: DraftGraph, change: Partial<GraphUi>): DraftGraph => ({ ...graph, ui: { ...graph.ui, ...change } });

/** The node with another source at a port; null takes the wire away, and with it a module's entry. */
export function withSource(node: DraftNode, port: string, source: SourceJson | null): DraftNode {
  const inputs = node.inputs ?? [];
  const index = inputs.findIndex((input) => input.name === port);
  const before = inputs[index];
  if (!before) return source ? { ...node, inputs: [...inputs, { name: port, source }] } : node;
  if (source === null && before.source === null) return node;
  if (source === null && node.module) return { ...node, inputs: inputs.filter((_, at) => at !== index) };
  const after: DraftInput = { ...before, source };
  return { ...node, inputs: inputs.map((input, at) => (at === index ? after : input)) };
}

/** Sources of all inputs through `change`; undefined leaves an input as it is. */
export function mapSources(graph: DraftGraph, change: (source: SourceJson, node: DraftNode) => SourceJson | null | undefined): DraftGraph {
  return mapNodes(graph, (node) => {
    let after = node;
    for (const input of node.inputs ?? []) {
      if (!input.source) continue;
      const source = change(input.source, node);
      if (source !== undefined) after = withSource(after, input.name, source);
    }
    return after;
  });
}

/** Whether data or order flows from one step to another, over any number of steps. */
export function leadsTo(graph: DraftGraph, from: string, to: string): boolean {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const waiting = [to];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === from) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    waiting.push(...stepsBefore(nodes.get(at)));
  }
  return false;
}

export function stepsBefore(node: DraftNode | undefined): string[] {
  const before: string[] = node?.after ? [...node.after] : [];
  for (const { source } of node?.inputs ?? []) if (source && "node" in source) before.push(source.node);
  return before;
}

/** Every source that is used has its pill and every pill a place; groups hold only what is there. The same graph when all is well. */
export function settle(graph: DraftGraph, told: (source: SourcePill["source"]) => Partial<SourcePill> = () => ({})): DraftGraph {
  return settleGroups(settleSources(graph, told));
}

function settleSources(graph: DraftGraph, told: (source: SourcePill["source"]) => Partial<SourcePill>): DraftGraph {
  const pills = new Map<string, SourcePill>();
  const given = graph.ui?.sources ?? [];
  for (const pill of given) if (!pills.has(sourceKey(pill.source))) pills.set(sourceKey(pill.source), pill);
  let changed = pills.size !== given.length;
  const taken: XY[] = [...pills.values()].map((pill) => ({ x: pill.x ?? NaN, y: pill.y ?? NaN }));
  for (const node of graph.nodes) {
    for (const { source } of node.inputs ?? []) {
      if (!isPlain(source) || pills.has(sourceKey(source))) continue;
      const place = freePlace({ x: node.ui?.x ?? 0, y: (node.ui?.y ?? 0) - GAP - PILL.height }, taken);
      taken.push(place);
      pills.set(sourceKey(source), { source, name: sourceName(source), ...told(source), ...place });
      changed = true;
    }
  }
  for (const [key, pill] of pills) {
    if (pill.x !== undefined && pill.y !== undefined) continue;
    const place = freePlace({ x: 0, y: 0 }, taken);
    taken.push(place);
    pills.set(key, { ...pill, ...place });
    changed = true;
  }
  return changed ? withUi(graph, { sources: [...pills.values()] }) : graph;
}

/** Beside the others that stand there already. */
export function freePlace(wanted: XY, taken: readonly XY[], step: number = PILL.width + 24): XY {
  const place = { ...wanted };
  while (taken.some((other) => Math.abs(other.x - place.x) < step / 2 && Math.abs(other.y - place.y) < PILL.height)) place.x += step;
  return place;
}

function settleGroups(graph: DraftGraph): DraftGraph {
  const groups = graph.ui?.groups;
  if (!groups?.length) return graph;
  const ids = new Set(graph.nodes.map((node) => node.id));
  let changed = false;
  const kept = groups.flatMap((group) => {
    const nodes = group.nodes.filter((id) => ids.has(id));
    if (nodes.length === group.nodes.length) return [group];
    changed = true;
    return nodes.length ? [{ ...group, nodes }] : [];
  });
  return changed ? withUi(graph, { groups: kept }) : graph;
}

/** "Split Data", "3 steps", "2 notes and 1 step": what a step of undo was about. */
export function countWords(graph: DraftGraph, ids: ReadonlySet<string>, title: (id: string) => string): string {
  const steps = graph.nodes.filter((node) => ids.has(node.id)).map((node) => node.id);
  const pills = (graph.ui?.sources ?? []).filter((pill) => ids.has(sourceKey(pill.source)));
  const notes = (graph.ui?.notes ?? []).filter((note) => ids.has(note.id));
  const groups = (graph.ui?.groups ?? []).filter((group) => ids.has(group.id));
  if (steps.length === 1 && !pills.length && !notes.length && !groups.length) return title(steps[0] as string);
  if (pills.length === 1 && !steps.length && !notes.length && !groups.length) return (pills[0] as SourcePill).name || "a dataset";
  const parts = [many(steps.length, "step"), many(pills.length, "source"), many(notes.length, "note"), many(groups.length, "group")].filter(Boolean);
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}` : (parts[0] ?? "nothing");
}

export const many = (count: number, word: string): string => (count === 0 ? "" : count === 1 ? `1 ${word}` : `${count} ${word}s`);
