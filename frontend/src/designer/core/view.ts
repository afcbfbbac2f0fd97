/** The graph as it is drawn. Parts that did not change keep their identity, so that a card is drawn anew only when it must. */
import type { Catalog } from "./catalog";
import { faceOf, knownFace } from "./faces";
import { meaningOf } from "./meaning";
import { clashSentence, typeFits } from "./rules";
import { isPlain, pillGives, pillOf, sourceKey } from "./sources";
import type { DraftGraph, DraftNode, Face, GraphView, Pill, PortType, Problem, Wire } from "./types";

export const inputKey = (node: string, port: string): string => `${node}\u0000${port}`;
export const EMPTY_VIEW: GraphView = { faces: new Map(), pills: new Map(), wires: [], byInput: new Map(), into: new Map() };
const NO_WIRES: readonly Wire[] = [];

/** What is wrong with sources, by the key of the pill: the server tells it of the inputs that they feed. */
export function pillFaults(problems: readonly Problem[], view: GraphView): Map<string, string> {
  const faults = new Map<string, string>();
  for (const { code, node, field, message } of problems) {
    if ((code !== "unknown_dataset" && code !== "unknown_datastore") || node === null || !field.startsWith("inputs.")) continue;
    const from = view.byInput.get(inputKey(node, field.slice("inputs.".length)))?.from;
    if (from && "pill" in from) faults.set(from.pill, message);
  }
  return faults;
}

export function buildView(graph: DraftGraph, catalog: Catalog, before: GraphView = EMPTY_VIEW): GraphView {
  let used: Map<string, Set<string>> | null = null;
  const faces = new Map<string, Face>();
  for (const node of graph.nodes) {
    const known = knownFace(node, catalog);
    faces.set(node.id, known ?? same(before.faces.get(node.id), faceOf(node, catalog, (used ??= usedOutputs(graph)).get(node.id))));
  }
  const pills = drawPills(graph, before);
  const wires: Wire[] = [];
  const byInput = new Map<string, Wire>();
  const into = new Map<string, readonly Wire[]>();
  for (const node of graph.nodes) {
    const ended = wiresInto(node, faces, pills, before);
    into.set(node.id, ended);
    for (const wire of ended) {
      wires.push(wire);
      if (wire.kind === "data") byInput.set(wire.id, wire);
    }
  }
  return { faces, pills, wires, byInput, into };
}

/** Wires of a node, with what they were made of: they are the same while that is. */
const made = new WeakMap<DraftNode, { of: readonly unknown[]; wires: readonly Wire[] }>();

function wiresInto(node: DraftNode, faces: ReadonlyMap<string, Face>, pills: ReadonlyMap<string, Pill>, before: GraphView): readonly Wire[] {
  if (!node.inputs?.length && !node.after?.length) return NO_WIRES;
  const of: unknown[] = [faces.get(node.id)];
  for (const { source } of node.inputs ?? []) of.push(source && (isPlain(source) ? pills.get(sourceKey(source)) : faces.get(source.node)));
  for (const first of node.after ?? []) of.push(faces.has(first));
  const known = made.get(meaningOf(node));
  if (known && known.of.length === of.length && known.of.every((one, index) => one === of[index])) return known.wires;
  const wires = drawWires(node, faces, pills, before);
  made.set(meaningOf(node), { of, wires });
  return wires;
}

function drawWires(node: DraftNode, faces: ReadonlyMap<string, Face>, pills: ReadonlyMap<string, Pill>, before: GraphView): Wire[] {
  const face = faces.get(node.id) as Face;
  const wires = new Map<string, Wire>();
  for (const input of node.inputs ?? []) {
    const key = inputKey(node.id, input.name);
    if (!input.source || wires.has(key) || !face.inputs.some((one) => one.name === input.name)) continue;
    const to = { node: node.id, port: input.name };
    const from = isPlain(input.source) ? { pill: sourceKey(input.source) } : { node: input.source.node, output: input.source.output };
    wires.set(key, same(before.byInput.get(key), { id: key, kind: "data", from, to, ...flow(from, to, faces, pills) } as Wire));
  }
  for (const first of node.after ?? []) {
    if (!faces.has(first)) continue;
    const id = `${first}\u0000\u0000${node.id}`;
    wires.set(id, { id, kind: "order", from: { node: first, output: "" }, to: { node: node.id, port: "" }, type: "any", fault: null });
  }
  return [...wires.values()];
}

/** What flows along a wire, and what is wrong with it. */
function flow(from: Wire["from"], to: Wire["to"], faces: ReadonlyMap<string, Face>, pills: ReadonlyMap<string, Pill>): { type: PortType; fault: string | null } {
  const target = faces.get(to.node) as Face;
  const port = target.inputs.find((one) => one.name === to.port);
  if ("pill" in from) {
    const pill = pills.get(from.pill) as Pill;
    return { type: pill.type, fault: port && !port.known && target.kind === "module" ? noInput(target, to.port) : clash({ title: pill.title, type: pillGives(pill), source: true }, target, to.port) };
  }
  const source = faces.get(from.node);
  const output = source?.outputs.find((one) => one.name === from.output);
  if (!source) return { type: "any", fault: "The step that made this is gone." };
  if (!output || (!output.known && source.kind === "module")) return { type: "any", fault: `${source.title} has no output '${from.output}'.` };
  if (port && !port.known && target.kind === "module") return { type: output.type, fault: noInput(target, to.port) };
  return { type: output.type, fault: clash({ title: source.title, type: output.type }, target, to.port) };
}

const noInput = (face: Face, port: string): string => `${face.title} has no input '${port}'.`;

function clash(made: { title: string; type: PortType; source?: boolean }, target: Face, name: string): string | null {
  const port = target.inputs.find((one) => one.name === name);
  if (!port || typeFits(made.type, port.type)) return null;
  return clashSentence(made, { title: target.title, label: port.label, type: port.type });
}

function drawPills(graph: DraftGraph, before: GraphView): Map<string, Pill> {
  const feeds = new Map<string, number>();
  const drawn = new Map((graph.ui?.sources ?? []).map((one) => [sourceKey(one.source), one]));
  for (const node of graph.nodes) {
    for (const { source } of node.inputs ?? []) {
      if (!isPlain(source)) continue;
      const key = sourceKey(source);
      feeds.set(key, (feeds.get(key) ?? 0) + 1);
      if (!drawn.has(key)) drawn.set(key, { source, name: "" });
    }
  }
  const pills = new Map<string, Pill>();
  for (const [key, one] of drawn) pills.set(key, same(before.pills.get(key), pillOf(one, feeds.get(key) ?? 0, graph.parameters ?? [])));
  return pills;
}

function usedOutputs(graph: DraftGraph): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const node of graph.nodes) {
    for (const { source } of node.inputs ?? []) {
      if (!source || !("node" in source)) continue;
      let outputs = used.get(source.node);
      if (!outputs) used.set(source.node, (outputs = new Set()));
      outputs.add(source.output);
    }
  }
  return used;
}

/** The object from before when nothing in it is different. */
function same<T extends object>(before: T | undefined, now: T): T {
  return before !== undefined && (before === now || alike(before, now)) ? before : now;
}

function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => alike((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}
