/** Model + state -> React Flow's nodes and edges; unchanged ones keep their identity, so only changed cards are drawn. */
import { Position, type Edge, type NodeHandle } from "@xyflow/react";
import { ORDER_PORT, portShare, type Card, type GraphModel } from "../graph/model";
import { isBusy, isFinal } from "../graph/status";
import type { StepJson } from "../graph/types";
import { cardLabel, type CardNode } from "./card";
import type { View } from "./store";

const HANDLE = 10;

export class FlowCache {
  private readonly nodes = new Map<string, CardNode>();
  private readonly edges = new Map<string, Edge>();
  private ordered: ReadonlySet<string> = new Set();
  private model: GraphModel | null = null;

  nodesOf(view: View, selected: string | null, roving: string | null): CardNode[] {
    if (this.model !== view.model) {
      this.model = view.model;
      this.nodes.clear();
      this.edges.clear();
      this.ordered = new Set(view.model.wires.filter((wire) => wire.kind === "order").flatMap((wire) => [wire.source, wire.target]));
    }
    return view.model.cards.map((card) => {
      const step = view.state.steps.get(card.node);
      const before = this.nodes.get(card.id);
      const chosen = selected === card.id;
      const focusable = roving === null || roving === card.id;
      if (before && before.data.step === step && !!before.selected === chosen && before.focusable === focusable) return before;
      const node = this.node(card, step, view, chosen, focusable);
      this.nodes.set(card.id, node);
      return node;
    });
  }

  edgesOf(view: View): Edge[] {
    return view.model.wires.map((wire) => {
      const target = view.state.steps.get(view.model.byId.get(wire.target)?.node ?? "");
      const source = view.state.steps.get(view.model.byId.get(wire.source)?.node ?? "");
      const tone = target && isBusy(target.status) ? "active" : source && !isFinal(source.status) ? "ahead" : "plain";
      const className = `wire wire-${wire.kind} wire-${tone}`;
      const before = this.edges.get(wire.id);
      if (before && before.className === className) return before;
      const route = view.routes[wire.id];
      const edge: Edge = {
        id: wire.id, ...(route && { type: "routed", data: { route } }), source: wire.source, target: wire.target, sourceHandle: wire.sourcePort, targetHandle: wire.targetPort,
        className, focusable: false, selectable: false, domAttributes: { "aria-hidden": true },
      };
      this.edges.set(wire.id, edge);
      return edge;
    });
  }

  private node(card: Card, step: StepJson | undefined, view: View, selected: boolean, focusable: boolean): CardNode {
    return {
      id: card.id,
      type: card.kind === "step" ? "step" : "source",
      position: view.positions[card.id] ?? { x: 0, y: 0 },
      data: { card, step, ordered: this.ordered.has(card.id) },
      width: card.width,
      height: card.height,
      measured: { width: card.width, height: card.height },
      handles: handles(card, this.ordered.has(card.id)),
      draggable: false,
      connectable: false,
      selectable: false,
      focusable,
      selected,
      ariaRole: "button",
      ariaLabel: cardLabel(card, step),
      domAttributes: { "aria-roledescription": card.kind === "step" ? "step" : card.kind, "aria-pressed": selected },
    };
  }
}

function handles(card: Card, ordered: boolean): NodeHandle[] {
  const at = (id: string, type: "source" | "target", x: number): NodeHandle => ({
    id, type, position: type === "source" ? Position.Bottom : Position.Top,
    x: x - HANDLE / 2, y: (type === "source" ? card.height : 0) - HANDLE / 2, width: HANDLE, height: HANDLE,
  });
  if (card.kind !== "step") return [at("out", "source", card.width / 2)];
  const list = [
    ...card.inputs.map((port, index) => at(port.id, "target", portShare(index, card.inputs.length) * card.width)),
    ...card.outputs.map((port, index) => at(port.id, "source", portShare(index, card.outputs.length) * card.width)),
  ];
  if (ordered) list.push(at(ORDER_PORT, "target", card.width - 16), at(ORDER_PORT, "source", card.width - 16));
  return list;
}
