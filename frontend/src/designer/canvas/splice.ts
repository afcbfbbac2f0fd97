/** A card or module that is held over a wire goes into it. */
import type { Addition } from "../contract";
import { CARD } from "../core/geometry";
import { typeFits } from "../core/rules";
import type { FacePort, SpecPort, Wire, XY } from "../core/types";
import type { Desk } from "./desk";
import { endOf, nearness, portPoint, startOf } from "./places";
import type { Ui } from "./ui";

type Ports = readonly Pick<SpecPort | FacePort, "type">[];
/** The wire goes through the inner part of the card. */
const NEAR = 0.7;

export function fitsInto(inputs: Ports, outputs: Ports, wire: Wire, desk: Desk): boolean {
  const target = desk.read().view.faces.get(wire.to.node)?.inputs.find((port) => port.name === wire.to.port);
  return wire.kind === "data" && inputs.some((port) => typeFits(wire.type, port.type)) && outputs.some((port) => typeFits(port.type, target?.type ?? "any"));
}

/** The wire below a card that is dragged and has no wires yet. */
export function wireBelow(desk: Desk, id: string, at: XY): Ui["over"] {
  const state = desk.read();
  const { view } = state;
  if (view.wires.some((wire) => wire.to.node === id || ("node" in wire.from && wire.from.node === id))) return null;
  const face = view.faces.get(id);
  if (!face) return null;
  const boxes = desk.boxes();
  let best: Wire | null = null;
  let least = NEAR;
  for (const wire of view.wires) {
    const from = portPoint(startOf(wire), state, boxes);
    const to = portPoint(endOf(wire), state, boxes);
    if (!from || !to || wire.kind === "order") continue;
    const far = nearness({ ...at, ...CARD }, from, to);
    if (far < least) {
      least = far;
      best = wire;
    }
  }
  return best && { wire: best.id, fits: fitsInto(face.inputs, face.outputs, best, desk) };
}

/** The wire below a module that comes from the palette. */
export function wireUnder(desk: Desk, target: Element, what: Addition): Ui["over"] {
  const id = target.closest<SVGElement>("[data-wire]")?.dataset["wire"];
  const wire = id === undefined ? undefined : desk.read().view.wires.find((one) => one.id === id);
  if (!wire) return null;
  const before = desk.ui.get().over;
  if (before?.wire === wire.id) return before;
  return { wire: wire.id, fits: "module" in what && fitsInto(what.module.spec.inputs, what.module.spec.outputs, wire, desk) };
}

export function dropOn(desk: Desk, what: Addition, over: Ui["over"], at: XY): void {
  const wire = over && desk.read().view.wires.find((one) => one.id === over.wire);
  if (wire && over.fits) return desk.splice(what, wire.to, at);
  desk.add(what, at);
  if (wire) desk.commands.say("It does not fit into that wire; it stands beside it.", "warning");
}
