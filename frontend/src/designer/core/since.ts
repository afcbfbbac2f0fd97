/** Whether a run's result of a step is still what the draft would make: the step or something above it was changed since. Pure. */
import { sameJson } from "./json";
import type { DraftGraph, DraftNode } from "./types";

export type Since = "" | "itself" | "above";

export function changedSince(graph: DraftGraph, run: DraftGraph, id: string): Since {
  const now = new Map(graph.nodes.map((node) => [node.id, node]));
  const then = new Map(run.nodes.map((node) => [node.id, node]));
  const changed = (one: string) => {
    const [node, was] = [now.get(one), then.get(one)];
    return !node || !was || !sameStep(node, was);
  };
  if (changed(id)) return "itself";
  const seen = new Set([id]);
  for (const one of seen) {
    if (one !== id && changed(one)) return "above";
    for (const input of now.get(one)?.inputs ?? []) if (input.source && "node" in input.source) seen.add(input.source.node);
  }
  return "";
}

/** A run's node has its module's version and modes that were only implied in the draft. */
function sameStep(node: DraftNode, was: DraftNode): boolean {
  if (node.module?.version && was.module?.version && node.module.version !== was.module.version) return false;
  if (!sameJson(said(node.settings), said(was.settings)) || !sameJson(sources(node), sources(was))) return false;
  return Boolean(node.module) || (["script", "arguments", "parameters", "snapshot", "environment"] as const).every((part) => sameJson(node[part] ?? null, was[part] ?? null));
}

const said = (settings: DraftNode["settings"]) => Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== undefined && value !== null));
const sources = (node: DraftNode) => Object.fromEntries((node.inputs ?? []).filter((input) => input.source).map((input) => [input.name, input.source] as const));
