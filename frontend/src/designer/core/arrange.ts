/** The drawn graph as the layout knows one: cards with ports in order, and wires. */
import { ORDER_PORT, portId, type Card, type GraphModel, type Wire as ModelWire } from "../../graph/model";
import { CARD, PILL } from "./geometry";
import type { DraftGraph, GraphView } from "./types";

export function layoutModel(graph: DraftGraph, view: GraphView): GraphModel {
  const port = (side: "in" | "out") => (one: { name: string }) => ({ id: portId(side, one.name), name: one.name, kind: "any" as const, title: "" });
  const cards: Card[] = graph.nodes.map((node) => {
    const face = view.faces.get(node.id);
    return { id: node.id, kind: "step", node: node.id, label: "", detail: "", inputs: (face?.inputs ?? []).map(port("in")), outputs: (face?.outputs ?? []).map(port("out")), ...CARD };
  });
  for (const pill of view.pills.values()) cards.push({ id: pill.key, kind: "dataset", node: "", label: "", detail: "", inputs: [], outputs: [], ...PILL });
  const wires = view.wires.map((wire): ModelWire => ({
    id: wire.id, target: wire.to.node, kind: wire.kind === "order" ? "order" : "any",
    source: "pill" in wire.from ? wire.from.pill : wire.from.node,
    sourcePort: wire.kind === "order" ? ORDER_PORT : "pill" in wire.from ? "out" : portId("out", wire.from.output),
    targetPort: wire.kind === "order" ? ORDER_PORT : portId("in", wire.to.port),
  }));
  return { cards, wires, byId: new Map(cards.map((card) => [card.id, card])) };
}
