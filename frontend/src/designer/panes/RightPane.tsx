/** The right side: what is selected, or the draft itself. Its width is the reader's own and remembered. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { backToCard } from "../canvas/keys";
import { useDesk } from "../canvas/parts";
import { useUi } from "../canvas/ui";
import { useCommands } from "../context";
import { dropAim, useAim } from "./aim";
import { LateDialog } from "./late";
import { remembered } from "./page";
import { Icon } from "./parts";

const LEAST = 300;
const MOST = 640;
const STANDARD = 360;
const NARROW = "(max-width: 1000px)"; // as in designer.css

export function RightPane() {
  const [width, setWidth] = useState(() => within(Number(remembered.read("pane-width")) || STANDARD));
  const [shut, setShut] = useState(() => remembered.read("pane-shut") === "yes");
  const desk = useDesk();
  const aim = useAim();
  useEffect(() => { if (aim) setShut(false); }, [aim]);
  const keep = (next: number) => { setWidth(within(next)); remembered.write("pane-width", String(within(next))); };
  const { select } = useCommands();
  const fold = (next: boolean) => {
    if (next && matchMedia(NARROW).matches) { // there it lies over the canvas, and away is away
      dropAim();
      return select([]);
    }
    setShut(next); remembered.write("pane-shut", next ? "yes" : "no");
  };
  if (shut) {
    return <aside className="panel right-pane right-pane-shut" aria-label="Properties"><button type="button" className="button button-quiet icon-only" aria-label="Show properties" title="Show properties" onClick={() => fold(false)}><Icon name="chevron-left" /></button></aside>;
  }
  return (
    <aside className="panel right-pane" aria-label="Properties" style={{ width }} onKeyDown={(event) => {
      // Single keys and Delete belong to the field, not to the canvas; Ctrl-Z in a text is the browser's own until it leaves the field.
      if (event.key === "Escape" && !event.defaultPrevented && backToCard(event.target as Element, desk)) event.preventDefault();
      if ((event.target as Element).closest("input, textarea, select, [role=listbox]") && event.key !== "Escape") event.stopPropagation();
    }}>
      <Resizer width={width} set={setWidth} keep={keep} />
      <button type="button" className="button button-quiet button-small icon-only right-pane-fold" aria-label="Hide properties" title="Hide properties" onClick={() => fold(true)}><Icon name="chevron-right" /></button>
      <Content />
    </aside>
  );
}

/** What is shown comes with the dialogs, in their bundle. */
function Content() {
  const wires = useUi((ui) => ui.wires);
  return <LateDialog late="PaneContent" wire={wires.size === 1 ? [...wires][0] ?? "" : ""} failed={(why, again) => <div className="pane-body" role="alert"><p className="muted">{why}</p><button type="button" className="button" onClick={again}>Try again</button></div>} />;
}

/** Dragged or moved by arrows. */
function Resizer({ width, set, keep }: { width: number; set: (width: number) => void; keep: (width: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const { say } = useCommands();
  const sign = () => (document.dir === "rtl" ? -1 : 1);
  const down = (event: PointerEvent<HTMLDivElement>) => {
    from.current = { x: event.clientX, width };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => { if (from.current) set(within(from.current.width + (from.current.x - event.clientX) * sign())); };
  const up = () => { if (from.current) keep(width); from.current = null; };
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: 20, ArrowRight: -20, Home: MOST, End: -MOST }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    keep(width + by * sign());
    say(`Properties are ${within(width + by * sign())} pixels wide.`);
  };
  return <div className="right-pane-resize" role="separator" tabIndex={0} aria-orientation="vertical" aria-label="Width of the properties" aria-valuenow={width} aria-valuemin={LEAST} aria-valuemax={MOST} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onKeyDown={keys} onDoubleClick={() => keep(STANDARD)} />;
}

const within = (width: number): number => Math.min(MOST, Math.max(LEAST, Math.round(width)));
