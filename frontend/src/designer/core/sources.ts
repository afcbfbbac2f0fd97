/** Sources of inputs that are no steps: datasets, paths, parameters. Each distinct one is a pill on the canvas. */
import type { DraftGraph, ParameterJson, Pill, PortType, SourceJson, SourcePill } from "./types";

export type PlainSource = SourcePill["source"];

export const isPlain = (source: SourceJson | null | undefined): source is PlainSource => Boolean(source) && !("node" in (source as SourceJson));

/** The same for the same source; never a node's id. */
export function sourceKey(source: PlainSource): string {
  if ("dataset" in source) return `dataset:${source.dataset}`;
  if ("datastore" in source) return `datastore:${source.datastore}/${source.path}`;
  return `parameter:${source.parameter}`;
}

export const sourceKind = (source: PlainSource): Pill["kind"] => ("dataset" in source ? "dataset" : "datastore" in source ? "datastore" : "parameter");

/** A name where nobody gave one. */
export function sourceName(source: PlainSource): string {
  if ("dataset" in source) return "Dataset";
  if ("datastore" in source) return source.path.replace(/\/+$/, "").split("/").pop() || source.datastore;
  return source.parameter;
}

export function pillOf(pill: SourcePill, feeds: number, parameters: readonly ParameterJson[]): Pill {
  const { source } = pill;
  const about = { key: sourceKey(source), source, feeds, x: pill.x ?? 0, y: pill.y ?? 0, kind: sourceKind(source) };
  if ("dataset" in source) {
    return { ...about, title: pill.name || "Dataset", detail: pill.version ? `version ${pill.version}` : "", type: pill.kind === "tabular" ? "table" : "files" };
  }
  if ("datastore" in source) return { ...about, title: pill.name || sourceName(source), detail: `${source.datastore}/${source.path}`, type: "files" };
  const parameter = parameters.find((one) => one.name === source.parameter);
  return { ...about, title: source.parameter, detail: parameter ? defaultText(parameter) : "no such parameter", type: parameterType(pill, parameter) };
}

/** What a data parameter gives: known when its pill remembers what its default was made of. */
function parameterType(pill: SourcePill, parameter: ParameterJson | undefined): PortType {
  if (parameter?.type === "datapath") return "files";
  return pill.kind === "tabular" ? "table" : pill.kind === "file" ? "files" : "any";
}

function defaultText(parameter: ParameterJson): string {
  const value = parameter.default as Record<string, unknown> | null | undefined;
  if (!value || typeof value !== "object") return "Pipeline parameter";
  if (typeof value["datastore"] === "string") return `${value["datastore"]}/${String(value["path"] ?? "")}`;
  if (typeof value["name"] === "string") return String(value["name"]);
  return "Pipeline parameter";
}

/**
 * What flows from a pill, as the server counts it: only a tabular dataset is surely a table. Files may be
 * a saved model as well as rows.
 */
export const pillGives = (pill: Pill): PortType => (pill.type === "table" ? "table" : "any");

/** Every distinct plain source that an input has, in the order of the graph. */
export function usedSources(graph: DraftGraph): Map<string, PlainSource> {
  const found = new Map<string, PlainSource>();
  for (const node of graph.nodes) {
    for (const input of node.inputs ?? []) {
      if (isPlain(input.source)) found.set(sourceKey(input.source), input.source);
    }
  }
  return found;
}
