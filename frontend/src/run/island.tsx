/** The run page's graph: canvas, tools, outline, keyboard. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent } from "react";
import { Background, BackgroundVariant, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type NodeMouseHandler } from "@xyflow/react";
import { neighbours, type Card } from "../graph/model";
import { shownStatus } from "../graph/status";
import { SourceCard, StepCard, type CardNode } from "./card";
import { FlowCache } from "./flow";
import { Outline } from "./outline";
import type { StepPanel } from "./panel";
import { LevelProvider, STATUS_TONE, useLevel } from "../cards/level";
import { Icon } from "../cards/parts";
import type { RunStore, View } from "./store";
import { Wire } from "./wire";

const NODE_TYPES = { step: StepCard, source: SourceCard };
const EDGE_TYPES = { routed: Wire };
/** Above this many cards only visible ones are drawn, the view starts near, and Tab makes one stop at the graph. */
const MANY = 300;
const ROVING = 60;
/** Room for the tools at the top. */
const FIT = { padding: { top: "64px", bottom: "24px", left: "24px", right: "24px" }, maxZoom: 1 } as const;
const TEXTS = {
  "node.a11yDescription.default": "Press Enter to open it, arrow keys to walk along the wires, Escape to close.",
  "node.a11yDescription.keyboardDisabled": "Press Enter to open it, arrow keys to walk along the wires, Escape to close.",
};

export function Island({ store, panel, first }: { store: RunStore; panel: StepPanel; first: string }) {
  const load = useSyncExternalStore(store.subscribe, store.snapshot);
  if (load.phase === "loading") return <div className="graph-note" role="status"><Icon name="status-running" large /><p>Drawing the graph…</p></div>;
  if (load.phase === "error") {
    return (
      <div className="graph-note" role="alert"><Icon name="error" large /><p>The graph could not be loaded. {load.message}</p>
        <button type="button" className="button" onClick={() => void store.start()}>Try again</button></div>
    );
  }
  if (load.view.model.cards.length === 0) return <div className="graph-note"><Icon name="graph" large /><p>This pipeline has no steps.</p></div>;
  return <ReactFlowProvider><LevelProvider><Canvas view={load.view} panel={panel} first={first} /></LevelProvider></ReactFlowProvider>;
}

function Canvas({ view, panel, first }: { view: View; panel: StepPanel; first: string }) {
  const { model, state, positions } = view;
  const flow = useReactFlow<CardNode>();
  const root = useRef<HTMLDivElement>(null);
  const cache = useRef(new FlowCache());
  const [selected, setSelected] = useState<string | null>(null);
  const [current, setCurrent] = useState<string>(model.cards[0]?.id ?? "");
  const [outline, setOutline] = useState(false);
  const [searching, setSearching] = useState(0);
  const [map, setMap] = useState(model.cards.length > 8);
  const many = model.cards.length > MANY;
  const roving = model.cards.length > ROVING ? current : null;
  const nodes = useMemo(() => cache.current.nodesOf(view, selected, roving), [view, selected, roving]);
  const edges = useMemo(() => cache.current.edgesOf(view), [view]);
  const walk = useMemo(() => neighbours(model), [model]);

  const centre = useCallback((card: Card, zoom?: number) => {
    const place = positions[card.id];
    if (!place) return;
    void flow.setCenter(place.x + card.width / 2, place.y + card.height / 2, { zoom: zoom ?? Math.max(flow.getZoom(), 0.75), duration: calm() ? 0 : 220 });
  }, [flow, positions]);

  const select = useCallback((card: Card | undefined, show = false) => {
    if (!card) return;
    setSelected(card.id);
    setCurrent(card.id);
    if (show) centre(card);
    const step = state.steps.get(card.node);
    if (step) panel.open({ step: step.id, node: card.node, name: step.name });
    else if (state.steps.size === 0 && card.kind === "step") panel.open({ step: card.node, node: card.node, name: card.label }); // a graph that is no run
  }, [state.steps, panel, centre]);

  const close = useCallback(() => {
    setSelected(null);
    panel.close();
  }, [panel]);

  const byStep = useCallback((step: string) => {
    const node = [...state.steps.values()].find((one) => one.id === step)?.node_id ?? (state.steps.size === 0 ? step : undefined);
    return node === undefined ? undefined : model.byId.get(`step:${node}`);
  }, [state.steps, model]);

  const focusCard = useCallback((id: string) => {
    const card = model.byId.get(id);
    if (!card || !root.current) return;
    setCurrent(id);
    const visible = find(root.current, id);
    if (!visible || outside(visible, root.current)) centre(card);
    setTimeout(() => root.current && find(root.current, id)?.focus({ preventScroll: true }), visible ? 0 : 260);
  }, [model, centre]);

  const moved = useRef(false);
  useOpening(view, first, select, byStep);
  useRoom(root, view, selected, moved, centre);
  useOutsideLinks(byStep, select, close);

  const onKeyDown = (event: KeyboardEvent) => {
    const typing = (event.target as Element).closest("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && event.key === "f") {
      event.preventDefault();
      setOutline(true);
      setSearching((count) => count + 1);
      return;
    }
    if (event.key === "Escape") {
      if (outline && typing) setOutline(false);
      else close();
      root.current?.focus();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = (event.target as Element).closest<HTMLElement>(".react-flow__node")?.dataset["id"];
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act({ fit: () => void flow.fitView({ ...FIT, duration: 200 }), whole: () => void flow.zoomTo(1, { duration: 150 }), zoomIn: () => void flow.zoomIn(), zoomOut: () => void flow.zoomOut(), outline: () => setOutline((open) => !open) });
    } else if (at && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      select(model.byId.get(at));
    } else if (event.key.startsWith("Arrow")) {
      const next = at ? step(event.key, at, model.cards, walk, positions) : current;
      if (next) {
        event.preventDefault();
        event.stopPropagation();
        focusCard(next);
      }
    }
  };
  const onNodeClick: NodeMouseHandler<CardNode> = useCallback((_, node) => select(node.data.card), [select]);

  return (
    <div className="graph-root" ref={root} tabIndex={-1} onKeyDownCapture={onKeyDown}>
      <ReactFlow nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} onNodeClick={onNodeClick} onPaneClick={close} onMoveStart={(event) => { if (event) moved.current = true; }}
        nodesDraggable={false} nodesConnectable={false} edgesFocusable={false} elementsSelectable={false} nodesFocusable
        onlyRenderVisibleElements={many} minZoom={0.02} maxZoom={2} fitView={!many} fitViewOptions={FIT}
        ariaLabelConfig={TEXTS} deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={null} zoomOnDoubleClick={false} aria-label="Pipeline graph">
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} />
        <LevelClass root={root} />
        <Panel position="top-left" className="graph-tools">
          <Tool icon="outline" text="Outline and search (Ctrl+F)" pressed={outline} act={() => setOutline(!outline)} />
          <Tool icon="fit" text="Fit the whole graph (f)" act={() => void flow.fitView({ ...FIT, duration: 200 })} />
          <Tool icon="zoom-in" text="Zoom in (+)" act={() => void flow.zoomIn()} />
          <Tool icon="zoom-out" text="Zoom out (-)" act={() => void flow.zoomOut()} />
          <Tool icon="map" text="Mini map" pressed={map} act={() => setMap(!map)} />
        </Panel>
        {map && <MiniMap<CardNode> pannable zoomable position="bottom-right" ariaLabel="Mini map" nodeColor={miniColour} nodeStrokeWidth={0} nodeBorderRadius={20} />}
      </ReactFlow>
      {outline && <Outline model={model} steps={state.steps} selected={selected} searching={searching}
        onPick={(card) => select(card, true)} onClose={() => { setOutline(false); root.current?.focus(); }} />}
    </div>
  );
}

function Tool({ icon, text, pressed, act }: { icon: string; text: string; pressed?: boolean; act: () => void }) {
  return <button type="button" className="button button-quiet icon-only" aria-label={text} title={text} aria-pressed={pressed} onClick={act}><Icon name={icon} /></button>;
}

/** The zoom level as a class on the root, for wires and the background. */
function LevelClass({ root }: { root: React.RefObject<HTMLDivElement | null> }) {
  const level = useLevel();
  useEffect(() => { root.current?.setAttribute("data-level", level); }, [level, root]);
  return null;
}

type Select = (card: Card | undefined, show?: boolean) => void;

/** What is chosen and seen first: the URL's step, else the server's choice, else the first failed step. */
function useOpening(view: View, first: string, select: Select, byStep: (step: string) => Card | undefined) {
  const flow = useReactFlow<CardNode>();
  const ready = useStore((state) => state.width > 0 && state.panZoom !== null);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current || !ready) return;
    opened.current = true;
    performance.mark("forebay-graph-ready");
    document.body.dispatchEvent(new CustomEvent("forebay:graph-ready", { detail: { cards: view.model.cards.length } }));
    const steps = [...view.state.steps.values()];
    const asked = new URLSearchParams(location.search).get("step") || first;
    const failed = steps.find((step) => step.status === "Failed");
    const card = byStep(asked) ?? (failed && byStep(failed.id));
    if (card) select(card);
    if (view.model.cards.length <= MANY) return;
    const busy = steps.find((step) => shownStatus(step) === "Running");
    const focus = card ?? (busy && byStep(busy.id)) ?? view.model.cards.find((one) => one.kind === "step");
    const place = focus && view.positions[focus.id];
    if (place) void flow.setCenter(place.x + focus.width / 2, place.y + focus.height / 2 + 120, { zoom: 0.75 });
  }, [ready, view, first, select, byStep, flow]);
}

/** When the canvas gets another size (side panel, error card): an untouched picture fits again, a chosen card stays in view. */
function useRoom(root: React.RefObject<HTMLDivElement | null>, view: View, selected: string | null, moved: React.RefObject<boolean>, centre: (card: Card) => void) {
  const flow = useReactFlow<CardNode>();
  const size = useStore((state) => `${state.width}x${state.height}`);
  const before = useRef(size);
  useEffect(() => {
    const old = before.current;
    before.current = size;
    if (size === old || size.startsWith("0x") || old.startsWith("0x")) return;
    if (!moved.current && view.model.cards.length <= MANY) return void flow.fitView(FIT);
    const card = selected ? view.model.byId.get(selected) : undefined;
    const element = card && root.current ? find(root.current, card.id) : null;
    if (card && (!element || (root.current && outside(element, root.current)))) centre(card);
  }, [size, view, selected, moved, centre, flow, root]);
}

/** Links and buttons outside of the canvas that select a step or close the panel. */
function useOutsideLinks(byStep: (step: string) => Card | undefined, select: Select, close: () => void) {
  useEffect(() => {
    const click = (event: Event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("[data-panel-close]")) close();
      const step = target?.closest<HTMLElement>("[data-select-step]")?.dataset["selectStep"];
      const card = step ? byStep(step) : undefined;
      if (!card) return;
      event.preventDefault();
      select(card, true);
    };
    const key = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape" && (event.target as Element | null)?.closest?.(".panel") && !event.defaultPrevented) close();
    };
    document.addEventListener("click", click);
    document.addEventListener("keydown", key);
    return () => {
      document.removeEventListener("click", click);
      document.removeEventListener("keydown", key);
    };
  }, [byStep, select, close]);
}

const KEYS: Record<string, (act: Record<"fit" | "whole" | "zoomIn" | "zoomOut" | "outline", () => void>) => void> = {
  f: (act) => act.fit(), "1": (act) => act.fit(), "0": (act) => act.whole(), "+": (act) => act.zoomIn(), "=": (act) => act.zoomIn(), "-": (act) => act.zoomOut(), o: (act) => act.outline(),
};

const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
const miniColour = (node: CardNode): string => `var(${STATUS_TONE[node.data.step ? shownStatus(node.data.step) : ""] ?? "--idle-line"})`;
const find = (root: HTMLElement, id: string): HTMLElement | null => root.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);

function outside(element: HTMLElement, root: HTMLElement): boolean {
  const a = element.getBoundingClientRect();
  const b = root.getBoundingClientRect();
  return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom;
}

/** Up and down along a wire, left and right in the same row. */
function step(key: string, at: string, cards: Card[], walk: ReturnType<typeof neighbours>, positions: View["positions"]): string | undefined {
  if (key === "ArrowUp") return walk.get(at)?.up[0];
  if (key === "ArrowDown") return walk.get(at)?.down[0];
  const here = positions[at];
  if (!here) return undefined;
  const row = cards.filter((card) => Math.abs((positions[card.id]?.y ?? Infinity) - here.y) < 60)
    .sort((a, b) => (positions[a.id]?.x ?? 0) - (positions[b.id]?.x ?? 0));
  const index = row.findIndex((card) => card.id === at);
  return row[index + (key === "ArrowRight" ? 1 : -1)]?.id;
}
