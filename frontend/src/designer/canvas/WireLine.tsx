/** A wire: a curve in the colour of what flows, with a wide invisible one to take hold of. */
import { memo } from "react";
import { ViewportPortal } from "@xyflow/react";
import { useLevel } from "../../cards/level";
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import type { XY } from "../core/types";
import type { Line } from "./flow";
import { useDesk, useHeld } from "./parts";
import { wirePath, wirePoint } from "./places";
import { useUi } from "./ui";

const ASIDE = 15;

export const WireLine = memo(function WireLine({ line: { wire, from, to, look } }: { line: Line }) {
  const { id } = wire;
  const far = useLevel() === "dots";
  const chosen = useUi((ui) => ui.wires.has(id));
  const hovered = useUi((ui) => ui.hovered === id);
  const over = useUi((ui) => (ui.over?.wire === id ? (ui.over.fits ? "fits" : "no") : ""));
  const lifted = useHeld((held) => held?.lifted?.id === id);
  const cut = useUi((ui) => ui.slice?.wires.has(id) ?? false);
  const waiting = useUi((ui) => ui.quick?.wire != null && ui.quick.wire.node === wire.to.node && ui.quick.wire.port === wire.to.port);
  const path = wirePath(from, to);
  return (
    <g className={`dz-wire ${look}`}>
      <path className="dz-wire-path" d={path} data-type={wire.type} data-chosen={chosen || waiting || undefined} data-hovered={hovered || undefined} data-over={over || undefined} data-lifted={lifted || undefined} data-cut={cut || undefined} />
      {!far && <path className="dz-wire-hit nopan" d={path} data-wire={id}>{wire.fault && <title>{wire.fault}</title>}</path>}
      {(chosen || hovered) && !lifted && <WireTools id={id} at={wirePoint(from, to, 0.5)} above={Math.abs(to.x - from.x) > Math.abs(to.y - from.y)} order={wire.kind === "order"} />}
    </g>
  );
});

/** Beside the wire, not on it: a click in its middle chooses it, a double click adds there. */
function WireTools({ id, at, above, order }: { id: string; at: XY; above: boolean; order: boolean }) {
  const commands = useCommands();
  const desk = useDesk();
  const editable = useDesigner((state) => state.editable);
  if (!editable || order) return null;
  const wire = () => desk.read().view.wires.find((one) => one.id === id);
  return (
    <ViewportPortal>
      <div className="dz-wire-tools nopan" data-wire-tools={id} style={{ transform: above ? `translate(-50%, -100%) translate(${at.x}px, ${at.y - ASIDE}px)` : `translate(0, -50%) translate(${at.x + ASIDE}px, ${at.y}px)` }}>
        <button type="button" tabIndex={-1} aria-label="Add a module into this wire" title="Add a module here" onClick={() => { const one = wire(); if (one) desk.openQuick({ at, connect: null, wire: one.to, end: null }); }}><Icon name="new" /></button>
        <button type="button" tabIndex={-1} aria-label="Disconnect" title="Disconnect (Delete)" onClick={() => { const one = wire(); if (one) commands.disconnect([one.to]); }}><Icon name="disconnect" /></button>
      </div>
    </ViewportPortal>
  );
}
