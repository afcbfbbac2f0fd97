/** Cards, notes and groups under the mouse: where they are meanwhile, with what they stand in line, and the wire into which a card would go. */
import { useCallback, useRef, useState } from "react";
import { useReactFlow, type NodeChange } from "@xyflow/react";
import { useCommands } from "../context";
import type { Designer } from "../contract";
import type { Group, XY } from "../core/types";
import type { Desk } from "./desk";
import { STILL, type CanvasNode, type Live } from "./flow";
import { alignment, NEAR } from "./alignment";
import { useDesk } from "./parts";
import { around, boxesOf, noteBox, type Box } from "./places";
import { wireBelow } from "./splice";
import { NO_GUIDES } from "./ui";

type Moved = { id: string; position: XY };
type Places = Record<string, XY>;

export function useDrag() {
  const commands = useCommands();
  const desk = useDesk();
  const flow = useReactFlow<CanvasNode>();
  const [live, setLive] = useState<Live>(STILL);
  const now = useRef(live);
  const show = useCallback((next: Live) => {
    now.current = next;
    setLive(next);
  }, []);

  const changed = useCallback((changes: NodeChange<CanvasNode>[]) => {
    const moved = changes.flatMap((change): Moved[] => (change.type === "position" && change.position ? [{ id: change.id, position: change.position }] : []));
    if (moved.length) {
      const groups = groupsOf(desk.read());
      const places = moved.some(({ id }) => groups.has(id)) ? withMembers(now.current.places, moved, groups, desk, (id) => flow.getNode(id)?.position) : { ...now.current.places, ...inLine(moved, desk, flow.getZoom()) };
      show({ ...now.current, places });
    }
    const sized = changes.filter((change) => change.type === "dimensions");
    if (sized.some((change) => change.resizing)) {
      show({ ...now.current, sizes: { ...now.current.sizes, ...Object.fromEntries(sized.flatMap((change) => (change.resizing && change.dimensions ? [[change.id, change.dimensions]] : []))) } });
    }
    if (sized.some((change) => change.resizing === false)) show(STILL);
  }, [desk, flow, show]);

  const dragging = useCallback((_: unknown, node: CanvasNode, together: CanvasNode[]) => {
    const at = now.current.places[node.id] ?? node.position;
    desk.ui.change({ over: together.length === 1 && node.type === "card" ? wireBelow(desk, node.id, at) : null });
  }, [desk]);

  const dragged = useCallback((_: unknown, node: CanvasNode, together: CanvasNode[]) => {
    const { over } = desk.ui.get();
    desk.ui.change({ over: null, guides: NO_GUIDES });
    const places = finished(now.current.places, together, desk.read());
    const wire = over?.fits ? desk.read().view.wires.find((one) => one.id === over.wire) : undefined;
    const refusal = wire && together.length === 1 ? commands.splice({ node: node.id }, wire.to, places[node.id] ?? node.position) : null;
    if ((!wire || refusal) && Object.keys(places).length) commands.move(places);
    show(STILL);
  }, [commands, desk, show]);

  return { live, changed, dragging, dragged };
}

const groupsOf = ({ graph }: Designer): Map<string, Group> => new Map((graph.ui?.groups ?? []).map((group) => [group.id, group]));

/** A group takes its cards along. */
function withMembers(before: Live["places"], moved: readonly Moved[], groups: ReadonlyMap<string, Group>, desk: Desk, drawn: (id: string) => XY | undefined): Places {
  const places = { ...before };
  for (const { id, position } of moved) {
    const group = groups.get(id);
    const from = group && drawn(id);
    if (!group || !from) {
      places[id] = position;
      continue;
    }
    for (const member of group.nodes) {
      const box = places[member] ?? desk.boxOf(member);
      if (box) places[member] = { x: box.x + position.x - from.x, y: box.y + position.y - from.y };
    }
  }
  return places;
}

/** What is dragged goes into line with a card or note nearby, and lines show with which. */
function inLine(moved: readonly Moved[], desk: Desk, zoom: number): Places {
  const state = desk.read();
  const boxes = boxesOf(state);
  for (const note of state.graph.ui?.notes ?? []) boxes.set(note.id, noteBox(note));
  const dragged: Box[] = [];
  for (const { id, position } of moved) {
    const box = boxes.get(id);
    if (!box) continue;
    dragged.push({ ...box, ...position });
    boxes.delete(id);
  }
  const whole = around(dragged);
  const { by, guides } = whole ? alignment(whole, boxes.values(), desk.seen, Math.min(16, Math.max(NEAR, NEAR / zoom))) : { by: { x: 0, y: 0 }, guides: NO_GUIDES };
  desk.ui.change({ guides: guides.length ? guides : NO_GUIDES });
  return Object.fromEntries(moved.map(({ id, position }) => [id, { x: position.x + by.x, y: position.y + by.y }]));
}

/** The places of cards after a drag; a group's are those of its cards, as far apart as they were. */
function finished(live: Live["places"], together: readonly CanvasNode[], state: Designer): Places {
  const places: Places = {};
  const groups = groupsOf(state);
  const put = (id: string, at: XY | undefined) => { if (at) places[id] = { x: Math.round(at.x), y: Math.round(at.y) }; };
  for (const node of together) {
    const group = groups.get(node.id);
    if (group) for (const member of group.nodes) put(member, live[member]);
    else put(node.id, live[node.id] ?? node.position);
  }
  return places;
}
