/** The whole graph in a corner: a few shapes, however many cards there are. Press or drag moves the view there, the wheel zooms. */
import { memo, useMemo, useRef, type PointerEvent, type WheelEvent } from "react";
import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { STATUS_TONE } from "../../cards/level";
import { shownStatus } from "../../graph/status";
import type { CanvasNode } from "./flow";
import { isTodo } from "./labels";
import { around, contains, mapped, type Box } from "./places";

const SIZE = { width: 156, height: 108 } as const;
const ROUND = 20;
const LOOK_TONE: Readonly<Record<CanvasNode["type"], string>> = { card: "--idle-line", pill: "--port-table", note: "--warn-soft", frame: "--hover" };

export const MiniMap = memo(function MiniMap({ nodes }: { nodes: readonly CanvasNode[] }) {
  const flow = useReactFlow();
  const pressed = useRef(false);
  const [x, y, zoom] = useStore((store) => store.transform);
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const cards = useMemo(() => around(nodes.map(boxOf)), [nodes]);
  const seen: Box = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  if (cards && contains(seen, cards)) return null; // all of it is there already, and nothing should lie over it
  const whole = mapped(cards ? [cards, seen] : [seen], SIZE);
  const go = (event: PointerEvent) => {
    if (!pressed.current) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const scale = whole.width / SIZE.width;
    void flow.setCenter(whole.x + (event.clientX - left) * scale, whole.y + (event.clientY - top) * scale, { zoom });
  };
  const wheel = (event: WheelEvent) => void flow.zoomTo(zoom * 2 ** (-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)));
  const frame = `M${whole.x},${whole.y}h${whole.width}v${whole.height}h${-whole.width}z`;
  return (
    <Panel position="bottom-right" className="react-flow__minimap dz-map">
      <svg {...SIZE} viewBox={`${whole.x} ${whole.y} ${whole.width} ${whole.height}`} role="img" aria-label="Mini map" onWheel={wheel} onPointerMove={go} onPointerUp={() => { pressed.current = false; }} onPointerCancel={() => { pressed.current = false; }}
        onPointerDown={(event) => { if (event.button !== 0) return; pressed.current = true; event.currentTarget.setPointerCapture(event.pointerId); go(event); }}>
        <Shapes nodes={nodes} />
        <path className="dz-map-mask" fillRule="evenodd" d={`${frame}M${seen.x},${seen.y}h${seen.width}v${seen.height}h${-seen.width}z`} />
      </svg>
    </Panel>
  );
});

const boxOf = ({ position, width = 0, height = 0 }: CanvasNode): Box => ({ ...position, width, height });

/** One path for each colour. */
const Shapes = memo(function Shapes({ nodes }: { nodes: readonly CanvasNode[] }) {
  const tones = useMemo(() => {
    const byTone = new Map<string, string[]>();
    for (const node of nodes) {
      const tone = toneOf(node);
      const list = byTone.get(tone);
      if (list) list.push(shape(node));
      else byTone.set(tone, [shape(node)]);
    }
    return [...byTone].map(([tone, shapes]) => ({ tone, path: shapes.join("") }));
  }, [nodes]);
  return <>{tones.map(({ tone, path }) => <path key={tone} d={path} style={{ fill: `var(${tone})` }} />)}</>;
});

function shape({ position: { x, y }, width = 0, height = 0 }: CanvasNode): string {
  const [w, h] = [width - 2 * ROUND, height - 2 * ROUND];
  const turn = `a${ROUND},${ROUND} 0 0 1 `;
  return `M${x + ROUND},${y}h${w}${turn}${ROUND},${ROUND}v${h}${turn}${-ROUND},${ROUND}h${-w}${turn}${-ROUND},${-ROUND}v${-h}${turn}${ROUND},${-ROUND}z`;
}

function toneOf(node: CanvasNode): string {
  if (node.type === "card" && node.data.running) return STATUS_TONE[shownStatus(node.data.step)] ?? "--idle-line";
  if (node.type === "card" && node.data.problems.length && !isTodo(node.data.problems)) return "--bad-line";
  return LOOK_TONE[node.type];
}
