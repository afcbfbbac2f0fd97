/** What is different between two graphs of a draft, in the words of its editor. Pure. */
import { sameJson } from "../core/json";
import { isReference } from "../core/values";
import type { Fields } from "../host";
import type { DraftGraph, DraftNode } from "../core/types";
import { sameValue } from "./settings";

export interface NodeChange { id: string; title: string; what: string[] }
export interface GraphDiff { added: NodeChange[]; removed: NodeChange[]; changed: NodeChange[]; other: string[] }

export type Named = (node: DraftNode) => string;
/** Without a palette: what the node itself says. */
export const plainTitle: Named = (node) => node.name || node.module?.name || node.module?.key || (typeof node["script"] === "string" ? node["script"] : node.id);

/** From `before` to `after`. Places of cards count as moved, all together. */
export function diffGraphs(before: DraftGraph, after: DraftGraph, titleOf: Named = plainTitle): GraphDiff {
  const old = new Map(before.nodes.map((one) => [one.id, one]));
  const now = new Map(after.nodes.map((one) => [one.id, one]));
  const diff: GraphDiff = { added: [], removed: [], changed: [], other: [] };
  let moved = 0;
  for (const node of after.nodes) {
    const was = old.get(node.id);
    if (!was) diff.added.push({ id: node.id, title: titleOf(node), what: [] });
    else {
      const what = nodeChanges(was, node, (id) => { const other = now.get(id) ?? old.get(id); return other ? titleOf(other) : id; }, titleOf);
      if (what.length) diff.changed.push({ id: node.id, title: titleOf(node), what });
      if (was.ui?.x !== node.ui?.x || was.ui?.y !== node.ui?.y) moved += 1;
    }
  }
  for (const node of before.nodes) if (!now.has(node.id)) diff.removed.push({ id: node.id, title: titleOf(node), what: [] });
  diff.other.push(...parameterChanges(before, after));
  if (!sameValue(before.ui?.notes ?? [], after.ui?.notes ?? [])) diff.other.push("Notes changed");
  if (!sameValue(before.ui?.groups ?? [], after.ui?.groups ?? [])) diff.other.push("Groups changed");
  if (moved) diff.other.push(moved === 1 ? "1 card moved" : `${moved} cards moved`);
  return diff;
}

function nodeChanges(was: DraftNode, node: DraftNode, name: (id: string) => string, titleOf: Named): string[] {
  const what: string[] = [];
  if ((was.name ?? "") !== (node.name ?? "")) what.push(`was called ${titleOf(was)}`);
  if (was.module?.version !== node.module?.version) what.push(`version ${was.module?.version ?? "default"} became ${node.module?.version ?? "default"}`);
  for (const key of new Set([...Object.keys(was.settings ?? {}), ...Object.keys(node.settings ?? {})])) {
    const [a, b] = [was.settings?.[key], node.settings?.[key]];
    if (!sameValue(a, b)) what.push(`${key}: ${shortText(a)} became ${shortText(b)}`);
  }
  const inputs = (one: DraftNode) => new Map((one.inputs ?? []).filter((input) => input.source).map((input) => [input.name, input.source]));
  const [from, to] = [inputs(was), inputs(node)];
  for (const port of new Set([...from.keys(), ...to.keys()])) {
    const [a, b] = [from.get(port), to.get(port)];
    if (sameValue(a, b)) continue;
    const words = (source: typeof a) => (!source ? "nothing" : "node" in source ? name(source.node) : "parameter" in source ? source.parameter : "datastore" in source ? source.path : "a dataset");
    what.push(`input ${port}: ${words(a)} became ${words(b)}`);
  }
  if (!sameValue(was.compute, node.compute)) what.push(`compute: ${shortText(was.compute)} became ${shortText(node.compute)}`);
  if ((was.comment ?? "") !== (node.comment ?? "")) what.push("comment");
  if ((was.allow_reuse ?? true) !== (node.allow_reuse ?? true)) what.push(node.allow_reuse === false ? "no reuse any more" : "reuse allowed");
  if (!sameValue(was.outputs, node.outputs)) what.push("registration of outputs");
  return what;
}

function parameterChanges(before: DraftGraph, after: DraftGraph): string[] {
  const old = new Map((before.parameters ?? []).map((one) => [one.name, one]));
  const now = new Map((after.parameters ?? []).map((one) => [one.name, one]));
  const told: string[] = [];
  for (const [name, one] of now) {
    const was = old.get(name);
    if (!was) told.push(`Parameter ${name} added`);
    else if (!sameValue(was, one)) told.push(`Parameter ${name}: ${shortText(was.default)} became ${shortText(one.default)}`);
  }
  for (const name of old.keys()) if (!now.has(name)) told.push(`Parameter ${name} removed`);
  return told;
}

/** A value in a sentence about what changed. */
export function shortText(value: unknown): string {
  if (value === undefined || value === null || value === "") return "nothing";
  if (isReference(value)) return `the parameter ${value.parameter}`;
  const include = columnNames(value);
  const text = typeof value === "string" ? value : include ? include.join(", ") : JSON.stringify(value);
  if (text.includes("\n")) return "a text";
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The names of columns that are chosen by name only. */
function columnNames(value: unknown): readonly unknown[] | null {
  const { include, ...more } = (typeof value === "object" ? value : {}) as { include?: unknown };
  return Array.isArray(include) && Object.keys(more).length === 0 ? include : null;
}

export const isSame = (diff: GraphDiff): boolean => !diff.added.length && !diff.removed.length && !diff.changed.length && !diff.other.length;

const FIELD_WORDS = { name: "name", description: "description", experiment: "experiment", default_compute: "default compute target", tags: "tags", properties: "properties" } as const;

/** Fields beside the graph that two versions have otherwise, in sentences. */
export function diffFields(mine: Fields, theirs: Fields): string[] {
  const text = (value: unknown) => shortText(typeof value === "object" && value !== null && Object.keys(value).length === 0 ? "" : value);
  const told = (words: string, one: unknown, other: unknown) => (sameJson(one ?? null, other ?? null) ? [] : [`The ${words}: ${text(one)} in mine, ${text(other)} in theirs.`]);
  const fields = Object.keys(FIELD_WORDS) as (keyof typeof FIELD_WORDS)[];
  const values = [...new Set([...Object.keys(mine.parameters), ...Object.keys(theirs.parameters)])];
  return [
    ...fields.flatMap((field) => told(FIELD_WORDS[field], mine[field], theirs[field])),
    ...values.flatMap((name) => told(`value of the parameter ${name}`, mine.parameters[name], theirs.parameters[name])),
  ];
}
