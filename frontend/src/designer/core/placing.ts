/** Places for what has none: a program's graph says nothing of places, nor need one that came by REST. */
import { foldWideRanks } from "../../graph/layout";
import { layeredLayout } from "../../graph/layers";
import type { Card, GraphModel } from "../../graph/model";
import { layoutModel } from "./arrange";
import type { Catalog } from "./catalog";
import { withUi } from "./edit";
import { CARD, GAP } from "./geometry";
import { isPlain, sourceKey, sourceName } from "./sources";
import type { DraftGraph, SourcePill, XY } from "./types";
import { buildView } from "./view";

type Told = (source: SourcePill["source"]) => Partial<SourcePill>;

const placed = (one: Partial<XY> | undefined): one is XY => one?.x !== undefined && one.y !== undefined;

/** The same graph when each step has a place. With no place at all the graph is laid out whole, sources too; else what has none comes beside the rest. */
export function withPlaces(graph: DraftGraph, catalog: Catalog, told: Told = () => ({})): DraftGraph {
  const missing = new Set(graph.nodes.filter((node) => !placed(node.ui)).map((node) => node.id));
  if (missing.size === 0) return graph;
  const all = missing.size === graph.nodes.length;
  const model = partOf(layoutModel(graph, buildView(graph, catalog)), (card) => (card.kind === "step" ? missing.has(card.id) : all));
  const places = foldWideRanks(model, layeredLayout(model));
  const right = Math.max(...graph.nodes.map((node) => (placed(node.ui) ? node.ui.x + CARD.width + GAP : 0)));
  const at = (id: string): XY => ({ x: (places[id]?.x ?? 0) + (all ? 0 : right), y: places[id]?.y ?? 0 });
  const nodes = graph.nodes.map((node) => (missing.has(node.id) ? { ...node, ui: { ...node.ui, ...at(node.id) } } : node));
  if (!all) return { ...graph, nodes };
  const sources = new Map((graph.ui?.sources ?? []).map((pill) => [sourceKey(pill.source), pill]));
  for (const node of graph.nodes) {
    for (const { source } of node.inputs ?? []) {
      if (!isPlain(source) || sources.has(sourceKey(source))) continue;
      sources.set(sourceKey(source), { source, name: sourceName(source), ...told(source) });
    }
  }
  return withUi({ ...graph, nodes }, { sources: [...sources].map(([key, pill]) => (places[key] ? { ...pill, ...at(key) } : pill)) });
}

function partOf({ cards, wires }: GraphModel, is: (card: Card) => boolean): GraphModel {
  const byId = new Map(cards.filter(is).map((card) => [card.id, card]));
  return { cards: [...byId.values()], wires: wires.filter((wire) => byId.has(wire.source) && byId.has(wire.target)), byId };
}
