/** The draft -> React Flow's nodes, and lines for its wires; unchanged ones keep their identity, so only what changed is drawn. */
import type { Node, NodeHandle } from "@xyflow/react";
import { isBusy } from "../../graph/status";
import type { StepJson } from "../../graph/types";
import type { Designer } from "../contract";
import type { DraftNode, Face, Group, Note, Pill, Problem, Wire, XY } from "../core/types";
import { pillFaults } from "../core/view";
import { cardLabel, pillLabel, type Links } from "./labels";
import { endOf, frameBox, noteBox, portPoint, startOf, type Box } from "./places";

export interface CardData extends Record<string, unknown> { node: DraftNode; face: Face; wired: string; ordered: boolean; problems: readonly Problem[]; step: StepJson | undefined; running: boolean }
export interface PillData extends Record<string, unknown> { pill: Pill; fault: string | undefined }
export interface NoteData extends Record<string, unknown> { note: Note }
export interface FrameData extends Record<string, unknown> { group: Group }
export type CardNode = Node<CardData, "card">;
export type PillNode = Node<PillData, "pill">;
export type NoteNode = Node<NoteData, "note">;
export type FrameNode = Node<FrameData, "frame">;
export type CanvasNode = CardNode | PillNode | NoteNode | FrameNode;
/** A wire as it is drawn, from just below a port to just above another. */
export interface Line { wire: Wire; from: XY; to: XY; look: string }

export interface Live { places: Readonly<Record<string, XY>>; sizes: Readonly<Record<string, { width: number; height: number }>> }
export const STILL: Live = { places: {}, sizes: {} };

/** Wires begin and end at the rim of a port's shape. */
const RIM = 5;
const NO_PROBLEMS: readonly Problem[] = [];
const LAYER = { frame: -2, note: 0, card: 1, chosen: 2 } as const;

interface Kept<T> { key: readonly unknown[]; value: T }

/** What was made before, while nothing that it was made of is another thing. */
function kept<T>(map: Map<string, Kept<T>>, id: string, key: readonly unknown[], make: () => T): T {
  const before = map.get(id);
  if (before && before.key.length === key.length && before.key.every((part, index) => Object.is(part, key[index]))) return before.value;
  const value = make();
  map.set(id, { key, value });
  return value;
}

const at = (one: XY, other: XY): boolean => one.x === other.x && one.y === other.y;

export class FlowCache {
  private readonly nodes = new Map<string, Kept<CanvasNode>>();
  private readonly labels = new Map<string, Kept<string>>();
  private lines = new Map<string, Line>();
  private links: { view: Designer["view"]; links: Links } | null = null;
  private problems: { list: readonly Problem[]; byNode: ReadonlyMap<string, Problem[]> } | null = null;

  nodesOf(state: Designer, boxes: ReadonlyMap<string, Box>, live: Live, current: string): CanvasNode[] {
    const links = this.linksOf(state.view);
    const problems = this.problemsOf(state.problems);
    const { selection } = state;
    const list: CanvasNode[] = [];
    for (const group of state.graph.ui?.groups ?? []) {
      const box = frameBox(group, boxes);
      if (box) list.push(kept(this.nodes, group.id, [group, box.x, box.y, box.width, box.height, selection.has(group.id)], () => frameNode(group, box, selection.has(group.id))));
    }
    for (const note of state.graph.ui?.notes ?? []) {
      const box = noteBox({ ...note, ...live.places[note.id], ...live.sizes[note.id] });
      list.push(kept(this.nodes, note.id, [note, box.x, box.y, box.width, box.height, selection.has(note.id), state.editable], () => noteNode(note, box, selection.has(note.id))));
    }
    const faults = pillFaults(state.problems, state.view);
    for (const pill of state.view.pills.values()) {
      const fault = faults.get(pill.key);
      const box = boxes.get(pill.key) as Box;
      const label = kept(this.labels, pill.key, [pill, links, fault], () => pillLabel(pill, links, fault));
      const chosen = selection.has(pill.key);
      list.push(kept(this.nodes, pill.key, [pill, fault, box.x, box.y, chosen, label, current === pill.key], () => pillNode(pill, fault, box, chosen, label, current === pill.key)));
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
      const label = kept(this.labels, node.id, [node, face, links, data.problems, data.step, data.running], () => cardLabel(data, links));
      list.push(kept(this.nodes, node.id, [node, face, data.wired, data.ordered, data.problems, data.step, data.running, box.x, box.y, chosen, label, current === node.id], () => cardNode(data, box, chosen, label, current === node.id)));
    }
    if (this.nodes.size > list.length + 50) this.forget(new Set(list.map((node) => node.id)));
    return list;
  }

  linesOf(state: Designer, boxes: ReadonlyMap<string, Box>): Line[] {
    const lines = new Map<string, Line>();
    for (const wire of state.view.wires) {
      const start = portPoint(startOf(wire), state, boxes);
      const end = portPoint(endOf(wire), state, boxes);
      if (!start || !end) continue;
      const step = state.run?.steps.get(wire.to.node);
      const look = `wire-${wire.kind}${step && isBusy(step.status) ? " wire-active" : ""}${wire.fault ? " wire-fault" : ""}`;
      const before = this.lines.get(wire.id);
      const from = { x: start.x, y: start.y + RIM };
      const to = { x: end.x, y: end.y - RIM };
      const same = before && before.wire === wire && before.look === look && at(before.from, from) && at(before.to, to);
      lines.set(wire.id, same ? before : { wire, from, to, look });
    }
    this.lines = lines;
    return [...lines.values()];
  }

  private forget(there: ReadonlySet<string>): void {
    for (const id of this.nodes.keys()) if (!there.has(id)) this.nodes.delete(id);
    for (const id of this.labels.keys()) if (!there.has(id)) this.labels.delete(id);
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

/** Ports and wires are ours. Told that there is none to be looked for, React Flow does not draw every card once at first. */
const NO_HANDLES: NodeHandle[] = [];
const sized = (box: Box) => ({ handles: NO_HANDLES, position: { x: box.x, y: box.y }, width: box.width, height: box.height, measured: { width: box.width, height: box.height } });

function cardNode(data: CardData, box: Box, selected: boolean, label: string, current: boolean): CardNode {
  return {
    id: data.node.id, type: "card", ...sized(box), data, selected, zIndex: selected ? LAYER.chosen : LAYER.card,
    ariaRole: "group", ariaLabel: label, domAttributes: { "aria-roledescription": "step", tabIndex: current ? 0 : -1 },
  };
}

function pillNode(pill: Pill, fault: string | undefined, box: Box, selected: boolean, label: string, current: boolean): PillNode {
  return {
    id: pill.key, type: "pill", ...sized(box), data: { pill, fault }, selected, zIndex: selected ? LAYER.chosen : LAYER.card,
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
