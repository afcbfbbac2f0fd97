/** The wire in hand, drawn above everything, and what would happen at the pointer. */
import { useStore } from "@xyflow/react";
import { useDesigner } from "../context";
import type { Designer } from "../contract";
import type { PortType, XY } from "../core/types";
import { boxesOf, portPoint, wirePath } from "./places";
import { useDesk, useHeld } from "./parts";
import { useUi, type PortEnd } from "./ui";
import type { Held } from "./wiring";

const whole = (held: Held | null) => held;
const shown = ({ graph, view }: Designer) => ({ graph, view });

export function HeldWire() {
  const held = useHeld(whole);
  const quick = useUi((ui) => ui.quick);
  const end = held?.from ?? (quick?.connect ? quick.end : null);
  if (!end) return null;
  return <Drawn held={held} end={end} loose={held ? null : (quick?.at ?? null)} />;
}

function Drawn({ held, end, loose }: { held: Held | null; end: PortEnd; loose: XY | null }) {
  const state = useDesigner(shown);
  const desk = useDesk();
  const [x, y, zoom] = useStore((store) => store.transform);
  const boxes = boxesOf(state);
  const start = portPoint(end, state, boxes);
  if (!start) return null;
  const snap = held?.target && !held.refusal ? portPoint(held.target, state, boxes) : null;
  const free = snap ?? loose ?? (held ? desk.toFlow(held.pointer) : start);
  const [from, to] = end.side === "out" ? [start, free] : [free, start];
  return (
    <>
      <svg className="dz-held" aria-hidden="true" data-type={typeAt(end, state)} data-refused={held?.refusal ? "" : undefined}>
        <g transform={`translate(${x} ${y}) scale(${zoom})`}><path d={wirePath(from, to)} fill="none" /></g>
      </svg>
      {held && <Hint held={held} state={state} />}
    </>
  );
}

function Hint({ held, state }: { held: Held; state: Pick<Designer, "view"> }) {
  const desk = useDesk();
  const { left, top, width } = desk.area;
  const text = held.refusal ?? targetText(held, state);
  if (!text) return null;
  const right = held.pointer.x - left > width - 300;
  return (
    <div className="dz-hint" role={held.refusal ? "alert" : undefined} data-refused={held.refusal ? "" : undefined} data-fits={held.target && !held.refusal ? "" : undefined}
      style={{ left: held.pointer.x - left + (right ? -18 : 18), top: held.pointer.y - top + 18, transform: right ? "translateX(-100%)" : undefined }}>{text}</div>
  );
}

function targetText({ from, target, lifted, card }: Held, { view }: Pick<Designer, "view">): string {
  if (!target) return card !== null ? "" : lifted ? "Drop here to disconnect" : from.side === "out" ? "Drop here to choose what comes next" : "Drop here to choose where it comes from";
  const face = view.faces.get(target.card);
  if (!face) return `From ${view.pills.get(target.card)?.title ?? "this source"}`;
  const label = (target.side === "in" ? face.inputs : face.outputs).find((port) => port.name === target.port)?.label ?? target.port;
  const used = target.side === "in" && view.wires.some((wire) => wire !== lifted && wire.to.node === target.card && wire.to.port === target.port);
  return `${used ? "Replaces what comes in at " : ""}${label} of ${face.title}`;
}

function typeAt(end: PortEnd, { view }: Pick<Designer, "view">): PortType {
  const face = view.faces.get(end.card);
  if (!face) return view.pills.get(end.card)?.type ?? "any";
  return (end.side === "in" ? face.inputs : face.outputs).find((port) => port.name === end.port)?.type ?? "any";
}
