/** The graph as it is drawn. Parts that did not change keep their identity, so that a card is drawn anew only when it must. */
import type { Catalog } from "./catalog";
import { faceOf } from "./faces";
import { clashSentence, typeFits } from "./rules";
import { isPlain, pillGives, pillOf, sourceKey } from "./sources";
import type { DraftGraph, Face, GraphView, Pill, PortType, Wire } from "./types";

export const inputKey = (node: string, port: string): string => `${node}\u0000${port}`;
export const EMPTY_VIEW: GraphView = { faces: new Map(), pills: new Map(), wires: [], byInput: new Map() };

export function buildView(graph: DraftGraph, catalog: Catalog, before: GraphView = EMPTY_VIEW): GraphView {
  const used = usedOutputs(graph);
  const faces = new Map<string, Face>();
  for (const node of graph.nodes) faces.set(node.id, same(before.faces.get(node.id), faceOf(node, catalog, used.get(node.id))));
  const pills = drawPills(graph, before);
  const wires: Wire[] = [];
  const byInput = new Map<string, Wire>();
  for (const node of graph.nodes) {
    const face = faces.get(node.id) as Face;
    for (const input of node.inputs ?? []) {
      const port = face.inputs.find((one) => one.name === input.name);
      if (!input.source || !port) continue;
      const to = { node: node.id, port: input.name };
      const from = isPlain(input.source) ? { pill: sourceKey(input.source) } : input.source;
      const key = inputKey(node.id, input.name);
      const wire = same(before.byInput.get(key), { id: key, kind: "data", from: { ...from }, to, ...flow(from, to, faces, pills) } as Wire);
      if (!byInput.has(key)) wires.push(wire);
      byInput.set(key, wire);
    }
    for (const first of node.after ?? []) {
      if (!faces.has(first)) continue;
      wires.push({ id: `${first}\u0000\u0000${node.id}`, kind: "order", from: { node: first, output: "" }, to: { node: node.id, port: "" }, type: "any", fault: null });
    }
  }
  return { faces, pills, wires, byInput };
}

/** What flows along a wire, and what is wrong with it. */
function flow(from: Wire["from"], to: Wire["to"], faces: ReadonlyMap<string, Face>, pills: ReadonlyMap<string, Pill>): { type: PortType; fault: string | null } {
  const target = faces.get(to.node) as Face;
  const port = target.inputs.find((one) => one.name === to.port);
  if ("pill" in from) {
    const pill = pills.get(from.pill) as Pill;
    return { type: pill.type, fault: port && !port.known && target.kind === "module" ? noInput(target, to.port) : clash(pill.title, pillGives(pill), target, to.port) };
  }
  const source = faces.get(from.node);
  const output = source?.outputs.find((one) => one.name === from.output);
  if (!source) return { type: "any", fault: "The step that made this is gone." };
  if (!output || (!output.known && source.kind === "module")) return { type: "any", fault: `${source.title} has no output '${from.output}'.` };
  if (port && !port.known && target.kind === "module") return { type: output.type, fault: noInput(target, to.port) };
  return { type: output.type, fault: clash(source.title, output.type, target, to.port) };
}

const noInput = (face: Face, port: string): string => `${face.title} has no input '${port}'.`;

function clash(title: string, made: PortType, target: Face, name: string): string | null {
  const port = target.inputs.find((one) => one.name === name);
  if (!port || typeFits(made, port.type)) return null;
  return clashSentence({ title, type: made }, { title: target.title, label: port.label, type: port.type });
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
