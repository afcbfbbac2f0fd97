/** The draft -> React Flow's nodes and edges; unchanged ones keep their identity, so only changed cards are drawn. */
import { Position, type Edge, type Node, type NodeHandle } from "@xyflow/react";
import { ORDER_PORT, portShare } from "../../graph/model";
import { isBusy } from "../../graph/status";
import type { StepJson } from "../../graph/types";
import type { Designer } from "../contract";
import type { DraftNode, Face, Group, Note, Pill, Problem, Wire, XY } from "../core/types";
import { cardLabel, pillLabel, type Links } from "./labels";
import { boxesOf, frameBox, noteBox, ORDER_INSET, PILL_PORT, type Box } from "./places";

export interface CardData extends Record<string, unknown> { node: DraftNode; face: Face; wired: string; ordered: boolean; problems: readonly Problem[]; step: StepJson | undefined; running: boolean }
export interface PillData extends Record<string, unknown> { pill: Pill }
export interface NoteData extends Record<string, unknown> { note: Note }
export interface FrameData extends Record<string, unknown> { group: Group }
export type CardNode = Node<CardData, "card">;
export type PillNode = Node<PillData, "pill">;
export type NoteNode = Node<NoteData, "note">;
export type FrameNode = Node<FrameData, "frame">;
export type CanvasNode = CardNode | PillNode | NoteNode | FrameNode;
export type WireEdge = Edge<{ wire: Wire }, "wire">;

export interface Live { places: Readonly<Record<string, XY>>; sizes: Readonly<Record<string, { width: number; height: number }>> }
export const STILL: Live = { places: {}, sizes: {} };

const SIZE = 14;
const NO_PROBLEMS: readonly Problem[] = [];
const LAYER = { frame: -2, note: 0, card: 1, chosen: 2 } as const;

export class FlowCache {
  private readonly nodes = new Map<string, { key: unknown[]; node: CanvasNode }>();
  private readonly edges = new Map<string, WireEdge>();
  private links: { view: Designer["view"]; links: Links } | null = null;
  private problems: { list: readonly Problem[]; byNode: ReadonlyMap<string, Problem[]> } | null = null;

  nodesOf(state: Designer, live: Live, current: string): CanvasNode[] {
    const boxes = boxesOf(state, live.places);
    const links = this.linksOf(state.view);
    const problems = this.problemsOf(state.problems);
    const { selection } = state;
    const list: CanvasNode[] = [];
    for (const group of state.graph.ui?.groups ?? []) {
      const box = frameBox(group, boxes);
      if (box) list.push(this.one(group.id, [group, box.x, box.y, box.width, box.height, selection.has(group.id)], () => frameNode(group, box, selection.has(group.id))));
    }
    for (const note of state.graph.ui?.notes ?? []) {
      const box = noteBox({ ...note, ...live.places[note.id], ...live.sizes[note.id] });
      list.push(this.one(note.id, [note, box.x, box.y, box.width, box.height, selection.has(note.id), state.editable], () => noteNode(note, box, selection.has(note.id))));
    }
    for (const pill of state.view.pills.values()) {
      const box = boxes.get(pill.key) as Box;
      const label = pillLabel(pill, links);
      const chosen = selection.has(pill.key);
      list.push(this.one(pill.key, [pill, box.x, box.y, chosen, label, current === pill.key], () => pillNode(pill, box, chosen, label, current === pill.key)));
    }
    for (const node of state.graph.nodes) {
      const face = state.view.faces.get(node.id);
      if (!face) continue;
      const box = boxes.get(node.id) as Box;
      const data: CardData = {
        node, face, wired: links.wired.get(node.id) ?? "", ordered: links.ordered.has(node.id), problems: problems.get(node.id) ?? NO_PROBLEMS,
        step: state.run?.steps.get(node.id), running: state.run?.steps.has(node.id) ?? false,
      };
      const chosen = selection.has(node.id);
      const label = cardLabel(data, links);
      list.push(this.one(node.id, [node, face, data.wired, data.ordered, data.problems, data.step, data.running, box.x, box.y, chosen, label, current === node.id], () => cardNode(data, box, chosen, label, current === node.id)));
    }
    if (this.nodes.size > list.length + 50) this.forget(new Set(list.map((node) => node.id)));
    return list;
  }

  edgesOf(state: Designer): WireEdge[] {
    return state.view.wires.map((wire) => {
      const source = "pill" in wire.from ? wire.from.pill : wire.from.node;
      const step = state.run?.steps.get(wire.to.node);
      const className = `dz-wire wire-${wire.kind}${step && isBusy(step.status) ? " wire-active" : ""}${wire.fault ? " wire-fault" : ""}`;
      const before = this.edges.get(wire.id);
      if (before && before.data?.wire === wire && before.className === className) return before;
      const order = wire.kind === "order";
      const edge: WireEdge = {
        id: wire.id, type: "wire", source, target: wire.to.node, sourceHandle: order ? ORDER_PORT : "pill" in wire.from ? PILL_PORT : `out:${wire.from.output}`,
        targetHandle: order ? ORDER_PORT : `in:${wire.to.port}`, className, data: { wire }, selectable: false, focusable: false, domAttributes: { "aria-hidden": true },
      };
      this.edges.set(wire.id, edge);
      return edge;
    });
  }

  private one(id: string, key: unknown[], make: () => CanvasNode): CanvasNode {
    const before = this.nodes.get(id);
    if (before && before.key.length === key.length && before.key.every((part, index) => Object.is(part, key[index]))) return before.node;
    const node = make();
    this.nodes.set(id, { key, node });
    return node;
  }

  private forget(kept: ReadonlySet<string>): void {
    for (const id of this.nodes.keys()) if (!kept.has(id)) this.nodes.delete(id);
  }

  private linksOf(view: Designer["view"]): Links {
    if (this.links?.view !== view) this.links = { view, links: linksOf(view) };
    return this.links.links;
  }

  private problemsOf(list: readonly Problem[]): ReadonlyMap<string, Problem[]> {
    if (this.problems?.list !== list) {
      const byNode = new Map<string, Problem[]>();
      for (const problem of list) if (problem.node) byNode.set(problem.node, [...(byNode.get(problem.node) ?? []), problem]);
      this.problems = { list, byNode };
    }
    return this.problems.byNode;
  }
}

function linksOf(view: Designer["view"]): Links {
  const wired = new Map<string, string>();
  const ordered = new Set<string>();
  const outs = new Map<string, Wire[]>();
  const mark = (id: string, port: string) => {
    const list = wired.get(id) ?? "";
    if (!list.includes(`${port}\n`)) wired.set(id, `${list}${port}\n`);
  };
  for (const wire of view.wires) {
    if (wire.kind === "order") {
      if ("node" in wire.from) ordered.add(wire.from.node);
      ordered.add(wire.to.node);
      continue;
    }
    const source = "pill" in wire.from ? wire.from.pill : wire.from.node;
    if ("node" in wire.from) mark(source, `out:${wire.from.output}`);
    mark(wire.to.node, `in:${wire.to.port}`);
    const list = outs.get(source);
    if (list) list.push(wire);
    else outs.set(source, [wire]);
  }
  return { view, wired, ordered, outs };
}

const sized = (box: Box) => ({ position: { x: box.x, y: box.y }, width: box.width, height: box.height, measured: { width: box.width, height: box.height } });

function cardNode(data: CardData, box: Box, selected: boolean, label: string, current: boolean): CardNode {
  return {
    id: data.node.id, type: "card", ...sized(box), data, selected, handles: handlesOf(data, box), zIndex: selected ? LAYER.chosen : LAYER.card,
    ariaRole: "group", ariaLabel: label, domAttributes: { "aria-roledescription": "step", tabIndex: current ? 0 : -1 },
  };
}

function pillNode(pill: Pill, box: Box, selected: boolean, label: string, current: boolean): PillNode {
  return {
    id: pill.key, type: "pill", ...sized(box), data: { pill }, selected, handles: [handle(PILL_PORT, "source", box.width / 2, box.height)], zIndex: selected ? LAYER.chosen : LAYER.card,
    ariaRole: "group", ariaLabel: label, domAttributes: { "aria-roledescription": pill.kind, tabIndex: current ? 0 : -1 },
  };
}

function noteNode(note: Note, box: Box, selected: boolean): NoteNode {
  return {
    id: note.id, type: "note", ...sized(box), data: { note }, selected, zIndex: LAYER.note, ariaRole: "group", ariaLabel: `Note: ${note.text || "empty"}`,
    domAttributes: { "aria-roledescription": "note", tabIndex: -1 },
  };
}

function frameNode(group: Group, box: Box, selected: boolean): FrameNode {
  return {
    id: group.id, type: "frame", ...sized(box), data: { group }, selected, zIndex: LAYER.frame, style: { pointerEvents: "none" }, dragHandle: ".frame-head", ariaRole: "group",
    ariaLabel: `Group ${group.name}, ${group.nodes.length} cards`, domAttributes: { "aria-roledescription": "group", tabIndex: -1 },
  };
}

function handlesOf({ face, ordered }: CardData, box: Box): NodeHandle[] {
  const list = [
    ...face.inputs.map((port, index) => handle(`in:${port.name}`, "target", portShare(index, face.inputs.length) * box.width, 0)),
    ...face.outputs.map((port, index) => handle(`out:${port.name}`, "source", portShare(index, face.outputs.length) * box.width, box.height)),
  ];
  if (ordered) list.push(handle(ORDER_PORT, "target", box.width - ORDER_INSET, 0), handle(ORDER_PORT, "source", box.width - ORDER_INSET, box.height));
  return list;
}

const handle = (id: string, type: "source" | "target", x: number, y: number): NodeHandle => ({
  id, type, position: type === "source" ? Position.Bottom : Position.Top, x: x - SIZE / 2, y: y - SIZE / 2, width: SIZE, height: SIZE,
});
