/** The lines along which a dragged card stands with its neighbours. */
import { ViewportPortal } from "@xyflow/react";
import { useUi, type Guide } from "./ui";

const OVER = 16;

export function Guides() {
  const guides = useUi((ui) => ui.guides);
  if (guides.length === 0) return null;
  return (
    <ViewportPortal>
      <svg className="dz-guides" aria-hidden="true"><path d={guides.map(lineOf).join("")} /></svg>
    </ViewportPortal>
  );
}

/** A little longer at both ends: the cards lie over it. */
function lineOf({ from, to }: Guide): string {
  return from.x === to.x ? `M${from.x},${from.y - OVER}V${to.y + OVER}` : `M${from.x - OVER},${from.y}H${to.x + OVER}`;
}
