/** One wire in somebody's hand: from a port, or a wire's end that was taken off. Mouse, pen and touch alike. */
import type { Commands, Designer, From } from "../contract";
import type { Wire, XY } from "../core/types";
import { endOf, PILL_PORT, startOf } from "./places";
import { Store, type PortEnd } from "./ui";

export interface Held {
  from: PortEnd;
  /** The wire that this end was taken off; it goes when it is not put somewhere else. */
  lifted: Wire | null;
  pointer: XY;
  /** What is below the pointer: a port (or the port to which a card would take it), and why it may not be. */
  target: PortEnd | null;
  card: string | null;
  refusal: string | null;
  /** Begun by a click or tap: it waits for the next one, no button is held. */
  sticky: boolean;
}
export type Mood = "" | "from" | "fits" | "no" | "target" | "refused";

export const samePort = (one: PortEnd | null, other: PortEnd | null): boolean => one !== null && other !== null && one.card === other.card && one.port === other.port && one.side === other.side;
const nameOf = (end: PortEnd): string => `${end.card}\u0000${end.side}\u0000${end.port}`;

/** The two ends as the commands take them; null when both are inputs or both outputs. */
export function ends(one: PortEnd, other: PortEnd, view: Designer["view"]): { from: From; to: { node: string; port: string } } | null {
  if (one.side === other.side) return null;
  const [out, into] = one.side === "out" ? [one, other] : [other, one];
  return { from: fromOf(out, view), to: { node: into.card, port: into.port } };
}
export const fromOf = (end: PortEnd, view: Designer["view"]): From => (view.faces.has(end.card) ? { node: end.card, output: end.port } : { pill: end.card });

export class Wiring extends Store<Held | null> {
  private refusals = new Map<string, string | null>();

  constructor(private readonly read: () => Designer, private readonly commands: Commands) {
    super(null);
  }

  start(from: PortEnd, pointer: XY, lifted: Wire | null, sticky = false): void {
    this.refusals = new Map();
    this.set({ from, lifted, pointer, target: null, card: null, refusal: null, sticky });
  }

  /** `port` or `card` is what lies below the pointer. */
  over(pointer: XY, port: PortEnd | null, card: string | null): void {
    const held = this.get();
    if (!held) return;
    const target = port ?? (card !== null && card !== held.from.card ? this.bestPort(card) : null);
    const own = samePort(target, held.from);
    let refusal = target && !own ? this.refusal(target) : null;
    if (!port && card !== null && card !== held.from.card && !target) refusal = this.noPort(card);
    this.set({ ...held, pointer, target: own ? null : target, card, refusal });
  }

  cancel(): void {
    this.set(null);
  }

  refusal(end: PortEnd): string | null {
    const held = this.get();
    if (!held) return null;
    const name = nameOf(end);
    let found = this.refusals.get(name);
    if (found === undefined) {
      const wire = ends(held.from, end, this.read().view);
      found = wire ? this.commands.refusal(wire.from, wire.to) : held.from.side === "in" ? "A wire goes from an output to an input; both of these are inputs." : "A wire goes from an output to an input; both of these are outputs.";
      this.refusals.set(name, found);
    }
    return found;
  }

  mood(end: PortEnd): Mood {
    const held = this.get();
    if (!held) return "";
    if (samePort(held.from, end)) return "from";
    const refused = this.refusal(end) !== null;
    if (samePort(held.target, end)) return refused ? "refused" : "target";
    return refused ? "no" : "fits";
  }

  /** The port of a card that would take the wire: free ones first. */
  private bestPort(card: string): PortEnd | null {
    const held = this.get();
    const { view } = this.read();
    if (!held) return null;
    const side = held.from.side === "out" ? "in" : "out";
    const face = view.faces.get(card);
    const names = face ? (side === "in" ? face.inputs : face.outputs).map((port) => port.name) : side === "out" ? [PILL_PORT] : [];
    const fitting = names.map((port): PortEnd => ({ card, port, side })).filter((end) => this.refusal(end) === null);
    const used = (end: PortEnd) => side === "in" && view.wires.some((wire) => wire !== held.lifted && samePort(endOf(wire), end));
    return fitting.find((end) => !used(end)) ?? fitting[0] ?? null;
  }

  /** Why no port of a card takes it: the reason of its first port. */
  private noPort(card: string): string {
    const held = this.get() as Held;
    const { view } = this.read();
    const face = view.faces.get(card);
    if (!face) return held.from.side === "out" ? "A source takes nothing in." : "";
    const ports = held.from.side === "out" ? face.inputs : face.outputs;
    const first = ports[0];
    if (!first) return `${face.title} has no ${held.from.side === "out" ? "inputs" : "outputs"}.`;
    return this.refusal({ card, port: first.name, side: held.from.side === "out" ? "in" : "out" }) ?? "";
  }
}

/** Which end of a wire is nearer to a point, when it is near enough to be taken off. */
export function grabbedEnd(wire: Wire, at: XY, from: XY, to: XY): PortEnd | null {
  const toEnd = Math.hypot(at.x - to.x, at.y - to.y);
  const toStart = Math.hypot(at.x - from.x, at.y - from.y);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (wire.kind === "order" || Math.min(toEnd, toStart) > Math.max(32, length * 0.35)) return null;
  return toEnd <= toStart ? startOf(wire) : endOf(wire); // the other end stays
}
