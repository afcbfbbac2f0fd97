/** Graph JSON (version 1) -> cards, ports and wires. Pure: no DOM, no React; the designer shares it. */
import type { GraphJson, InputJson, NodeJson, SourceJson, StepInputJson, StepJson } from "./types";

export type PortKind = "file" | "table" | "any";
export interface Port { id: string; name: string; kind: PortKind; title: string }

export interface Card {
  id: string;
  kind: "step" | "dataset" | "datastore" | "parameter";
  /** The node's id in the Graph JSON; empty for a source. */
  node: string;
  label: string;
  detail: string;
  inputs: Port[];
  outputs: Port[];
  /** What a source gives to the steps that it feeds. */
  feeds?: PortKind;
  /** Where a step runs, as its graph says. */
  compute?: string;
  width: number;
  height: number;
}

export interface Wire { id: string; source: string; sourcePort: string; target: string; targetPort: string; kind: PortKind | "order" }
export interface GraphModel { cards: Card[]; wires: Wire[]; byId: ReadonlyMap<string, Card> }

export const CARD_WIDTH = 248;
const CARD_HEIGHT = 76;
const PORT_ROW = 20;
const SOURCE_WIDTH = 200;
const SOURCE_HEIGHT = 40;
export const ORDER_PORT = "order";

/** Cards in the graph's order: each step, and one pill per distinct dataset or path that feeds steps. */
export function buildModel(graph: GraphJson, steps: Iterable<StepJson> = []): GraphModel {
  const known = new Map(graph.nodes.map((node) => [node.id, node]));
  const types: Types = new Map((graph.parameters ?? []).map((one) => [one.name, one.type]));
  const stepOf = new Map([...steps].map((step) => [step.node_id, step]));
  const cards = new Map<string, Card>();
  const wires: Wire[] = [];
  for (const node of graph.nodes) cards.set(stepCardId(node.id), stepCard(node, types));
  for (const node of graph.nodes) {
    const target = stepCardId(node.id);
    for (const input of node.inputs ?? []) {
      const from = feed(input, known, stepOf.get(node.id), cards, types);
      if (!from) continue;
      wires.push({ id: `${from.card}/${from.port}>${target}/${input.name}`, source: from.card, sourcePort: from.port, target, targetPort: portId("in", input.name), kind: from.kind });
    }
    if (!node.after?.length) continue;
    const fed = new Set(wires.filter((wire) => wire.target === target).map((wire) => wire.source));
    for (const before of node.after) {
      const source = stepCardId(before);
      if (!known.has(before) || fed.has(source)) continue;
      wires.push({ id: `${source}>>${target}`, source, sourcePort: ORDER_PORT, target, targetPort: ORDER_PORT, kind: "order" });
    }
  }
  return { cards: [...cards.values()], wires, byId: cards };
}

const stepCardId = (node: string): string => `step:${node}`;
export const portId = (side: "in" | "out", name: string): string => `${side}:${name}`;

/** Types of the pipeline's parameters by name. */
type Types = ReadonlyMap<string, string>;

function stepCard(node: NodeJson, types: Types): Card {
  const inputs = (node.inputs ?? []).map((input): Port => {
    const kind = sourceKind(input.source, types);
    return { id: portId("in", input.name), name: input.name, kind, title: `Input ${input.name} (${kindWord(kind)}${input.mode ? `, ${input.mode}` : ""})` };
  });
  const outputs = (node.outputs ?? []).map((output): Port => ({
    id: portId("out", output.name), name: output.name, kind: "file",
    title: `Output ${output.name} (files${output.datastore ? ` on ${output.datastore}` : ""})`,
  }));
  return {
    id: stepCardId(node.id), kind: "step", node: node.id, label: node.name || node.id, detail: node.comment ?? "", inputs, outputs, compute: computeWord(node.compute),
    width: CARD_WIDTH, height: CARD_HEIGHT + (inputs.length ? PORT_ROW : 0) + (outputs.length ? PORT_ROW : 0),
  };
}

function computeWord(compute: NodeJson["compute"]): string {
  if (compute && typeof compute === "object") return `parameter ${compute.parameter}`;
  return compute ?? "";
}

function sourceKind(source: SourceJson, types: Types): PortKind {
  if ("parameter" in source) return ({ dataset: "table", datapath: "file" } as const)[types.get(source.parameter) ?? ""] ?? "any";
  return "dataset" in source ? "table" : "file";
}
const kindWord = (kind: PortKind): string => ({ file: "files", table: "dataset", any: "any" })[kind];

interface Feed { card: string; port: string; kind: PortKind }

function feed(input: InputJson, known: ReadonlyMap<string, NodeJson>, step: StepJson | undefined, cards: Map<string, Card>, types: Types): Feed | null {
  const { source } = input;
  if ("node" in source) {
    const from = known.get(source.node);
    if (!from?.outputs?.some((output) => output.name === source.output)) return null;
    return { card: stepCardId(source.node), port: portId("out", source.output), kind: "file" };
  }
  const told = step?.inputs?.find((one) => one.name === input.name);
  const kind = sourceKind(source, types);
  const card = { ...sourceCard(input, source, told), feeds: kind };
  if (!cards.has(card.id)) cards.set(card.id, card);
  return { card: card.id, port: "out", kind };
}

function sourceCard(input: InputJson, source: Exclude<SourceJson, { node: string }>, told: StepInputJson | undefined): Card {
  const shape = { node: "", inputs: [], outputs: [], width: SOURCE_WIDTH, height: SOURCE_HEIGHT };
  if ("dataset" in source) {
    const about = datasetName(told);
    return { ...shape, id: `dataset:${source.dataset}`, kind: "dataset", label: about.name || input.name, detail: about.version ? `Dataset, version ${about.version}` : "Dataset" };
  }
  if ("datastore" in source) {
    const label = source.path.replace(/\/+$/, "").split("/").pop() || source.datastore;
    return { ...shape, id: `datastore:${source.datastore}/${source.path}`, kind: "datastore", label, detail: `${source.datastore}/${source.path}` };
  }
  return { ...shape, id: `parameter:${source.parameter}`, kind: "parameter", label: source.parameter, detail: chosen(told) || "Pipeline parameter" };
}

/** What a parameter chose in this run: a dataset with its version, or a path. */
function chosen(told: StepInputJson | undefined): string {
  const about = datasetName(told);
  if (about.name) return about.version ? `${about.name}, version ${about.version}` : about.name;
  const { datastore, path } = (told?.source ?? {}) as { datastore?: string; path?: string };
  return datastore ? `${datastore}/${path ?? ""}` : "";
}

/** The server may tell a dataset's name in one of several shapes; none is required. */
function datasetName(told: StepInputJson | undefined): { name: string; version: number | null } {
  const place = told?.dataset && typeof told.dataset === "object" ? told.dataset : null;
  return { name: place?.name ?? told?.dataset_name ?? told?.label ?? "", version: place?.version ?? told?.dataset_version ?? null };
}

/** Where a port sits on its side, as a share of the card's width. */
export const portShare = (index: number, count: number): number => (index + 0.5) / Math.max(1, count);

/** Neighbours of each card along the wires, for walking with the keyboard. */
export function neighbours(model: GraphModel): ReadonlyMap<string, { up: string[]; down: string[] }> {
  const found = new Map(model.cards.map((card) => [card.id, { up: [] as string[], down: [] as string[] }]));
  for (const wire of model.wires) {
    found.get(wire.source)?.down.push(wire.target);
    found.get(wire.target)?.up.push(wire.source);
  }
  return found;
}
