/** Copied steps as JSON text: a Graph JSON of its own, so it can be read by people and pasted anywhere. */
import { corner as upperLeft, STEP_ASIDE } from "./geometry";
import { countWords, many, withUi, type Edit } from "./edit";
import { newId } from "./ids";
import { isPlain, sourceKey, usedSources } from "./sources";
import { isReference } from "./values";
import { withPlaces } from "./placing";
import type { Catalog } from "./catalog";
import type { DraftGraph, DraftInput, DraftNode, GraphUi, ParameterJson, SourceJson, SourcePill, XY } from "./types";

const MOST = 5000;
const NO_GRAPH = "The clipboard holds no pipeline steps. Copy some in a draft, or the Graph JSON of a pipeline.";

/** The chosen steps with the wires between them, the sources and parameters that they use, notes and groups. */
export function cut(graph: DraftGraph, ids: ReadonlySet<string>): DraftGraph {
  const groups = (graph.ui?.groups ?? []).filter((one) => ids.has(one.id));
  const chosen = new Set([...ids, ...groups.flatMap((one) => one.nodes)]);
  const nodes = graph.nodes.filter((node) => chosen.has(node.id)).map((node) => within(node, chosen));
  const part: DraftGraph = { version: 1, nodes };
  const sources = usedSources(part);
  const pills = (graph.ui?.sources ?? []).filter((pill) => sources.has(sourceKey(pill.source)) || ids.has(sourceKey(pill.source)));
  const names = parameterNames(part, pills);
  const parameters = (graph.parameters ?? []).filter((one) => names.has(one.name));
  const notes = (graph.ui?.notes ?? []).filter((note) => ids.has(note.id));
  return { ...part, parameters, ui: { sources: pills, notes, groups } };
}

/** Without what comes from steps that are not there. */
function within(node: DraftNode, ids: ReadonlySet<string>): DraftNode {
  const keeps = (source: SourceJson | null) => !source || !("node" in source) || ids.has(source.node);
  const inputs = node.inputs?.flatMap((input) => (keeps(input.source) ? [input] : node.module ? [] : [{ ...input, source: null }]));
  const after = node.after?.filter((id) => ids.has(id));
  return { ...node, ...(inputs && { inputs }), ...(after && { after }) };
}

function parameterNames(graph: DraftGraph, pills: readonly SourcePill[]): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (isReference(value)) names.add(value.parameter);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  for (const node of graph.nodes) [node.settings, node.inputs, node.compute, node["arguments"], node["parameters"], node["runconfig_parameters"]].forEach(visit);
  for (const pill of pills) visit(pill.source);
  return names;
}

export const copyText = (graph: DraftGraph, ids: ReadonlySet<string>): string => JSON.stringify(cut(graph, ids), null, 2);

/** A pasted text as a graph: of the clipboard, of the SDK, or inside a draft's or run's JSON. A sentence when it is none. */
export function readText(text: string): DraftGraph | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return NO_GRAPH;
  }
  const found = asRecord(raw);
  const graph = Array.isArray(found?.["nodes"]) ? found : asRecord(found?.["graph"]);
  const nodes = graph?.["nodes"];
  if (!graph || !Array.isArray(nodes)) return NO_GRAPH;
  if (graph["version"] !== undefined && graph["version"] !== 1) return `This graph is of version ${String(graph["version"])}; the designer reads version 1.`;
  if (nodes.length > MOST) return `The clipboard has ${nodes.length} steps; ${MOST} can be pasted at once.`;
  const wrong = nodes.findIndex((node) => typeof asRecord(node)?.["id"] !== "string" || !sane(node as Record<string, unknown>));
  if (wrong >= 0) return `Step ${wrong + 1} of the pasted graph can't be read: it needs an id, and lists of inputs and outputs with names.`;
  return tidied(graph, nodes as DraftNode[]);
}

const asRecord = (value: unknown): Record<string, unknown> | null => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null);

function sane(node: Record<string, unknown>): boolean {
  const ports = (value: unknown) => value === undefined || value === null || (Array.isArray(value) && value.every((one) => typeof asRecord(one)?.["name"] === "string"));
  const inputs = Array.isArray(node["inputs"]) ? node["inputs"] : [];
  const sources = inputs.every((one) => one?.source === undefined || one?.source === null || isSource(one.source));
  const object = (value: unknown) => value === undefined || value === null || asRecord(value) !== null;
  return ports(node["inputs"]) && ports(node["outputs"]) && sources && object(node["settings"]) && object(node["module"]) && object(node["ui"])
    && (node["after"] === undefined || node["after"] === null || Array.isArray(node["after"])) && (node["name"] === undefined || node["name"] === null || typeof node["name"] === "string");
}

function isSource(value: unknown): value is SourceJson {
  const source = asRecord(value);
  if (!source) return false;
  const text = (key: string) => typeof source[key] === "string";
  return (text("node") && text("output")) || text("dataset") || (text("datastore") && text("path")) || text("parameter");
}

/** Nulls where the designer counts on nothing or a list; parts of `ui` that can't be read left out. */
function tidied(graph: Record<string, unknown>, nodes: DraftNode[]): DraftGraph {
  const list = <T>(value: unknown, fits: (one: Record<string, unknown>) => boolean): T[] => (Array.isArray(value) ? value.filter((one) => asRecord(one) && fits(one as Record<string, unknown>)) : []);
  const ui = asRecord(graph["ui"]) ?? {};
  const number = (value: unknown) => typeof value === "number" && Number.isFinite(value);
  return {
    version: 1,
    parameters: list<ParameterJson>(graph["parameters"], (one) => typeof one["name"] === "string" && typeof one["type"] === "string"),
    nodes: nodes.map(readable),
    ui: {
      notes: list(ui["notes"], (one) => typeof one["id"] === "string" && typeof one["text"] === "string" && [one["x"], one["y"], one["width"], one["height"]].every(number)),
      groups: list(ui["groups"], (one) => typeof one["id"] === "string" && typeof one["name"] === "string" && Array.isArray(one["nodes"])),
      sources: list(ui["sources"], (one) => isSource(one["source"]) && typeof one["name"] === "string" && isPlain(one["source"])),
    },
  };
}

/** A node with nulls taken out where the designer reads lists and objects. */
export function readable(node: DraftNode): DraftNode {
  let after = node;
  for (const field of ["inputs", "outputs", "settings", "ui", "after", "name"] as const) {
    if (after[field] !== null) continue;
    const { [field]: _, ...rest } = after;
    after = rest as DraftNode;
  }
  const { x, y } = after.ui ?? {};
  if (after.ui && (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y))) {
    const { x: _, y: __, ...rest } = after.ui;
    after = { ...after, ui: rest };
  }
  return after;
}

/** The graph with a part put in: new ids, places by `at` (upper left) or a step aside, parameters that clash under another name. */
export function putIn(graph: DraftGraph, part: DraftGraph, at: XY | null, catalog: Catalog, word: "Paste" | "Duplicate"): Edit {
  const placed = withPlaces(part, catalog);
  const ids = new Map(placed.nodes.map((node) => [node.id, newId("n")]));
  const names = parameterRenames(graph, placed);
  const first = upperLeft([...placed.nodes.map((node) => node.ui ?? {}), ...(placed.ui?.notes ?? []), ...(placed.nodes.length ? [] : (placed.ui?.sources ?? []))]);
  const dx = at ? at.x - first.x : STEP_ASIDE;
  const dy = at ? at.y - first.y : STEP_ASIDE;
  const shifted = <T extends Partial<XY>>(one: T): T => ({ ...one, x: Math.round((one.x ?? 0) + dx), y: Math.round((one.y ?? 0) + dy) });
  const nodes = placed.nodes.map((node) => renamed({ ...node, id: ids.get(node.id) as string, ui: shifted(node.ui ?? {}) }, ids, names));
  const notes = (placed.ui?.notes ?? []).map((note) => ({ ...shifted(note), id: newId("note-") }));
  const groups = (placed.ui?.groups ?? []).map((one) => ({ ...one, id: newId("group-"), nodes: one.nodes.flatMap((id) => ids.get(id) ?? []) })).filter((one) => one.nodes.length);
  const there = new Set((graph.ui?.sources ?? []).map((pill) => sourceKey(pill.source)));
  const pills = (placed.ui?.sources ?? [])
    .map((pill) => ({ ...shifted(pill), source: "parameter" in pill.source ? { parameter: names.get(pill.source.parameter) ?? pill.source.parameter } : pill.source }))
    .filter((pill) => !there.has(sourceKey(pill.source)));
  const known = new Set((graph.parameters ?? []).map((one) => one.name));
  const parameters = (placed.parameters ?? []).map((one) => ({ ...one, name: names.get(one.name) ?? one.name })).filter((one) => !known.has(one.name));
  const before: GraphUi = graph.ui ?? {};
  const after = withUi({ ...graph, nodes: [...graph.nodes, ...nodes], ...(parameters.length && { parameters: [...(graph.parameters ?? []), ...parameters] }) }, {
    ...(notes.length && { notes: [...(before.notes ?? []), ...notes] }),
    ...(groups.length && { groups: [...(before.groups ?? []), ...groups] }),
    ...(pills.length && { sources: [...(before.sources ?? []), ...pills] }),
  });
  const select = [...nodes.map((node) => node.id), ...notes.map((note) => note.id), ...(nodes.length ? [] : pills.map((pill) => sourceKey(pill.source)))];
  const title = (id: string) => titleOf(after, id, catalog);
  const words = countWords(after, new Set(select), title);
  const unknown = nodes.filter((node) => node.module && !catalog.module(node.module)).length;
  const say = `${words} ${word === "Paste" ? "pasted" : "duplicated"}.${unknown ? ` ${many(unknown, "module")} of it ${unknown === 1 ? "is" : "are"} not in this workspace.` : ""}`;
  return { graph: after, name: `${word} ${words}`, select, say: capital(say) };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function titleOf(graph: DraftGraph, id: string, catalog: Catalog): string {
  const node = graph.nodes.find((one) => one.id === id);
  return node?.name || catalog.module(node?.module)?.name || node?.module?.name || "a step";
}

/** Names of parameters that mean something else here already. */
function parameterRenames(graph: DraftGraph, part: DraftGraph): Map<string, string> {
  const here = new Map((graph.parameters ?? []).map((one) => [one.name, one]));
  const taken = new Set([...here.keys(), ...(part.parameters ?? []).map((one) => one.name)]);
  const names = new Map<string, string>();
  for (const one of part.parameters ?? []) {
    const other = here.get(one.name);
    if (!other || other.type === one.type) continue;
    let number = 2;
    while (taken.has(`${one.name}_${number}`)) number += 1;
    taken.add(`${one.name}_${number}`);
    names.set(one.name, `${one.name}_${number}`);
  }
  return names;
}

function renamed(node: DraftNode, ids: ReadonlyMap<string, string>, names: ReadonlyMap<string, string>): DraftNode {
  const inputs = node.inputs?.flatMap((input): DraftInput[] => {
    const { source } = input;
    if (!source || !("node" in source)) return [{ ...input, source: source ?? null }];
    const id = ids.get(source.node);
    if (id) return [{ ...input, source: { ...source, node: id } }];
    return node.module ? [] : [{ ...input, source: null }];
  });
  const after = node.after?.flatMap((id) => ids.get(id) ?? []);
  const whole: DraftNode = { ...node, ...(inputs && { inputs }), ...(after && { after }) };
  return names.size ? (withNames(whole, names) as DraftNode) : whole;
}

function withNames(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (isReference(value)) return { parameter: names.get(value.parameter) ?? value.parameter };
  if (Array.isArray(value)) return value.map((one) => withNames(one, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withNames(one, names)]));
}
