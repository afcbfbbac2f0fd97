/** The canvas: React Flow moves cards and the view, the rest is in the files beside it. */
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type MouseEvent as ReactMouseEvent } from "react";
import { Background, BackgroundVariant, ReactFlow, SelectionMode, useReactFlow, useStore, type NodeChange, type OnMoveEnd, type Viewport } from "@xyflow/react";
import { useLevel } from "../../cards/level";
import { useCommands, useDesigner, usePlace } from "../context";
import type { Designer } from "../contract";
import { GRID } from "../core/geometry";
import { StepCard } from "./Card";
import { ConnectTo } from "./ConnectTo";
import { FIT } from "./desk";
import { EmptyHint } from "./Empty";
import { useDrag } from "./drag";
import { FlowCache, type CanvasNode } from "./flow";
import { GroupFrame } from "./Frame";
import { cardOf, useGestures } from "./gestures";
import { Guides } from "./Guides";
import { HeldWire } from "./HeldWire";
import { CanvasMenu } from "./Menu";
import { MiniMap } from "./MiniMap";
import { NoteCard } from "./Note";
import { NARROW, useDesk, useHeld } from "./parts";
import { PillCard } from "./Pill";
import { boxesOf } from "./places";
import { QuickAdd } from "./QuickAdd";
import { CanvasSearch } from "./Search";
import { Slice } from "./Slice";
import { dropOn, wireUnder } from "./splice";
import { useUi } from "./ui";
import { readingOrder } from "./walk";
import { Wires } from "./Wires";

const NODE_TYPES = { card: StepCard, pill: PillCard, note: NoteCard, frame: GroupFrame };
/** Above this many cards only those in view are drawn. */
const MANY = 300;
const MULTI = ["Control", "Meta"];
const PAN: number[] = [0, 1];
const whole = (state: Designer) => state;

export function Canvas() {
  const state = useDesigner(whole);
  const commands = useCommands();
  const desk = useDesk();
  const place = usePlace();
  const root = useRef<HTMLDivElement>(null);
  const cache = useRef(new FlowCache());
  const drag = useDrag();
  const { live } = drag;
  const [current, setCurrent] = useState("");
  const own = useRef(false);
  const { graph, view, editable } = state;
  const count = graph.nodes.length + view.pills.size;
  const many = count > MANY;
  const known = view.faces.has(current) || view.pills.has(current);
  const roving = useMemo(() => (known ? current : (readingOrder(desk.boxes())[0] ?? "")), [known, current, desk, graph]);
  const boxes = useMemo(() => boxesOf({ graph, view }, live.places), [graph, view, live.places]);
  const nodes = useMemo(() => cache.current.nodesOf(state, boxes, live, roving), [state, boxes, live, roving]);
  const lines = useMemo(() => cache.current.linesOf(state, boxes), [state, boxes]);
  useGestures(root);
  useOpening(count, many, place.draft);
  useRevealed(own);
  useEffect(() => { desk.root = root.current; }, [desk]);

  const changed = useCallback((changes: NodeChange<CanvasNode>[]) => {
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length) {
      const now = new Set(desk.read().selection);
      for (const change of chosen) if (change.selected) now.add(change.id); else now.delete(change.id);
      own.current = true;
      desk.ui.selectWires([]);
      commands.select(now);
    }
    drag.changed(changes);
  }, [commands, desk, drag.changed]);

  const dragOver = (event: DragEvent) => {
    const { dragged: what } = desk.ui.get();
    if (!what || !editable) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    desk.ui.change({ over: wireUnder(desk, event.target as Element, what) });
  };
  const drop = (event: DragEvent) => {
    const { dragged: what, over } = desk.ui.get();
    if (!what || !editable) return;
    event.preventDefault();
    desk.ui.change({ dragged: null, over: null });
    dropOn(desk, what, over, desk.toFlow({ x: event.clientX, y: event.clientY }));
  };
  const contextMenu = (event: ReactMouseEvent) => {
    const target = event.target as Element;
    if (target.closest("input, textarea, .dz-menu, .dz-chooser, .dz-find, a")) return;
    event.preventDefault();
    const screen = { x: event.clientX, y: event.clientY };
    const at = desk.toFlow(screen);
    const id = cardOf(target) ?? target.closest<HTMLElement>(".react-flow__node-note, .react-flow__node-frame")?.dataset["id"] ?? null;
    const wire = target.closest<SVGElement>("[data-wire]")?.dataset["wire"];
    desk.ui.close();
    if (id !== null && !desk.read().selection.has(id)) commands.select([id]);
    if (id !== null) desk.current = id;
    desk.ui.change({ menu: id !== null ? { kind: "card", id, screen, at } : wire !== undefined ? { kind: "wire", id: wire, screen, at } : { kind: "canvas", screen, at } });
  };
  const startZoom = useRef(0);
  const moving = useCallback((hand: unknown, { zoom }: Viewport) => { root.current?.toggleAttribute("data-panning", hand !== null && zoom === startZoom.current); }, []);
  const starting = useCallback((_: unknown, { zoom }: Viewport) => { startZoom.current = zoom; }, []);
  const moved: OnMoveEnd = useCallback((_, viewport) => {
    root.current?.removeAttribute("data-panning");
    remember(place.draft, viewport);
  }, [place.draft]);
  const paneClick = useCallback(() => { desk.ui.close(); desk.ui.selectWires([]); root.current?.focus({ preventScroll: true }); }, [desk]);

  return (
    <div className="graph-root dz-canvas" ref={root} tabIndex={-1} onDragOver={dragOver} onDrop={drop} onDragLeave={() => desk.ui.change({ over: null })} onContextMenu={contextMenu}
      onFocus={(event) => { const id = cardOf(event.target); if (id !== null) { desk.current = id; setCurrent(id); } }}>
      <ReactFlow nodes={nodes} nodeTypes={NODE_TYPES} onNodesChange={changed} onNodeDrag={drag.dragging} onNodeDragStop={drag.dragged} onPaneClick={paneClick} onMoveStart={starting} onMove={moving} onMoveEnd={moved}
        nodesDraggable={editable} nodesConnectable={false} elementsSelectable nodesFocusable={false} elevateNodesOnSelect={false} connectOnClick={false}
        selectionMode={SelectionMode.Partial} selectionKeyCode="Shift" multiSelectionKeyCode={MULTI} panActivationKeyCode="Space" panOnDrag={PAN} deleteKeyCode={null} disableKeyboardA11y zoomOnDoubleClick={false}
        snapToGrid snapGrid={SNAP} nodeDragThreshold={3} nodeClickDistance={4} paneClickDistance={4} onlyRenderVisibleElements={many} minZoom={0.05} maxZoom={2} aria-label="Pipeline" proOptions={undefined}>
        <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1.4} />
        {count > 6 && <MiniMap nodes={nodes} />}
        <Wires lines={lines} many={many} />
        <Guides />
        <Mode root={root} />
      </ReactFlow>
      <HeldWire />
      <Slice />
      <EmptyHint />
      <CanvasSearch />
      <QuickAdd />
      <ConnectTo />
      <CanvasMenu />
    </div>
  );
}

const SNAP: [number, number] = [GRID, GRID];

/** Zoom level and wiring as attributes of the root, for CSS. */
function Mode({ root }: { root: React.RefObject<HTMLDivElement | null> }) {
  const level = useLevel();
  const wiring = useHeld((held) => held !== null);
  const over = useUi((ui) => ui.dragged !== null);
  useEffect(() => {
    root.current?.setAttribute("data-level", level);
    root.current?.toggleAttribute("data-wiring", wiring);
    root.current?.toggleAttribute("data-dragging", over);
  }, [root, level, wiring, over]);
  return null;
}

const viewKey = (draft: string) => `forebay:designer-view:${draft}`;

function remember(draft: string, viewport: { x: number; y: number; zoom: number }): void {
  try {
    sessionStorage.setItem(viewKey(draft), JSON.stringify(viewport));
  } catch {
    // The view fits again at the next visit.
  }
}

/** The view of the last time in this tab, else all of a small graph, else the beginning of a large one. */
function useOpening(count: number, many: boolean, draft: string): void {
  const desk = useDesk();
  const flow = useReactFlow();
  const ready = useStore((store) => store.width > 0 && store.panZoom !== null);
  const opened = useRef(false);
  useEffect(() => {
    if (!ready || opened.current) return;
    opened.current = true;
    const before = sessionStorage.getItem(viewKey(draft));
    if (before) void flow.setViewport(JSON.parse(before) as { x: number; y: number; zoom: number });
    else if (many) {
      const boxes = desk.boxes();
      const box = boxes.get(readingOrder(boxes)[0] ?? "");
      if (box) void flow.setCenter(box.x + box.width / 2, box.y + 240, { zoom: 0.75 });
    } else if (count) void flow.fitView(FIT);
    performance.mark("forebay-designer-ready");
    document.body.dispatchEvent(new CustomEvent("forebay:designer-ready", { detail: { cards: count } }));
  }, [ready, count, many, draft, desk, flow]);
}

const selectionOf = (state: Designer) => state.selection;

/** What others choose (the list of problems, a paste) comes into view; what is chosen on the canvas is there. */
function useRevealed(own: React.RefObject<boolean>): void {
  const selection = useDesigner(selectionOf);
  const desk = useDesk();
  const first = useRef(true);
  useEffect(() => {
    const mine = own.current || first.current;
    own.current = false;
    first.current = false;
    const [only] = selection;
    if (only !== undefined && !mine) desk.reveal(only);
    // In a narrow window the pane that comes up may lie over the card that was tapped.
    else if (only !== undefined && innerWidth <= NARROW && selection.size === 1) requestAnimationFrame(() => desk.reveal(only));
    if (only !== undefined && selection.size === 1) desk.current = only;
  }, [selection, own, desk]);
}
