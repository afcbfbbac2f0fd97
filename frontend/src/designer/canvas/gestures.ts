/** Pointers on ports, wires and the empty canvas: wiring, taking off, slicing, long press. React Flow moves cards and the view. */
import { useEffect, type RefObject } from "react";
import { useReactFlow } from "@xyflow/react";
import { inputKey } from "../core/view";
import type { XY } from "../core/types";
import type { Desk } from "./desk";
import { crosses, endOf, portPoint, startOf } from "./places";
import { useDesk, useWiring } from "./parts";
import type { PortEnd } from "./ui";
import { ends, fromOf, grabbedEnd, type Held, type Wiring } from "./wiring";

const MOVED = 4;
const LONG = 550;
const EDGE = 48;

const at = (event: PointerEvent): XY => ({ x: event.clientX, y: event.clientY });
const far = (one: XY, other: XY, least = MOVED): boolean => Math.hypot(one.x - other.x, one.y - other.y) > least;

export function portOf(element: Element | null): PortEnd | null {
  const port = element?.closest<HTMLElement>(".dz-port");
  if (!port) return null;
  const { card = "", port: name = "", side } = port.dataset;
  return { card, port: name, side: side === "in" ? "in" : "out" };
}
export const cardOf = (element: Element | null): string | null => element?.closest<HTMLElement>(".react-flow__node-card, .react-flow__node-pill")?.dataset["id"] ?? null;
const wireOf = (element: Element | null): string | null => element?.closest<SVGElement>("[data-wire]")?.dataset["wire"] ?? null;

export function useGestures(root: RefObject<HTMLElement | null>): void {
  const desk = useDesk();
  const wiring = useWiring();
  const flow = useReactFlow();
  useEffect(() => {
    const place = root.current;
    if (!place) return;
    const hands = new Hands(desk, wiring, (by) => { const view = flow.getViewport(); void flow.setViewport({ ...view, x: view.x + by.x, y: view.y + by.y }); });
    return hands.listen(place);
  }, [root, desk, wiring, flow]);
}

class Hands {
  private stopMove: (() => void) | null = null;
  private frame = 0;
  private swallow = 0;

  constructor(private readonly desk: Desk, private readonly wiring: Wiring, private readonly pan: (by: XY) => void) {}

  listen(place: HTMLElement): () => void {
    const down = (event: PointerEvent) => this.down(event, place);
    /** What we took does not also move the view or a card. */
    const guard = (event: Event) => { if (event instanceof MouseEvent && event.altKey && this.desk.ui.get().slice) event.stopPropagation(); };
    const click = (event: MouseEvent) => { if (event.timeStamp < this.swallow) { event.stopPropagation(); event.preventDefault(); } };
    const double = (event: MouseEvent) => this.double(event);
    const hover = (event: PointerEvent) => this.hover(event);
    place.addEventListener("pointerdown", down, true);
    place.addEventListener("mousedown", guard, true);
    place.addEventListener("click", click, true);
    place.addEventListener("dblclick", double);
    place.addEventListener("pointermove", hover);
    return () => {
      place.removeEventListener("pointerdown", down, true);
      place.removeEventListener("mousedown", guard, true);
      place.removeEventListener("click", click, true);
      place.removeEventListener("dblclick", double);
      place.removeEventListener("pointermove", hover);
      this.stopMove?.();
      cancelAnimationFrame(this.frame);
    };
  }

  private down(event: PointerEvent, place: HTMLElement): void {
    const target = event.target as Element;
    const { desk, wiring } = this;
    this.swallow = 0; // a new press is meant as it is
    if (wiring.get()?.sticky && event.button === 0) {
      event.stopPropagation();
      this.look(event);
      this.swallow = event.timeStamp + 400;
      return this.drop();
    }
    if (event.button !== 0 || !event.isPrimary) return;
    const port = portOf(target);
    if (port) return this.portDown(event, port);
    const wire = wireOf(target);
    if (wire !== null && !event.altKey) return this.wireDown(event, wire);
    if (event.altKey && desk.read().editable && !target.closest("button, input, textarea")) return this.slice(event, place);
    if (event.pointerType === "touch" && target.closest(".react-flow__renderer")) this.press(event);
  }

  private portDown(event: PointerEvent, port: PortEnd): void {
    const start = at(event);
    if (event.pointerType === "touch") event.preventDefault();
    this.follow((move) => {
      if (!this.wiring.get()) {
        if (!far(at(move), start)) return;
        if (!this.desk.read().editable) return this.stop();
        this.begin(port, at(move));
      }
      this.look(move);
    }, (up) => {
      if (this.wiring.get()) {
        this.look(up);
        this.let(up);
      } else if (!far(at(up), start)) this.clicked(port, event);
    });
  }

  /** A used input gives up its wire; any other port begins a new one. */
  private begin(port: PortEnd, pointer: XY): void {
    const { view } = this.desk.read();
    const used = port.side === "in" ? view.byInput.get(inputKey(port.card, port.port)) : undefined;
    this.desk.ui.close();
    this.desk.still();
    this.wiring.start(used ? startOf(used) : port, pointer, used ?? null);
    this.autoPan();
  }

  private clicked(port: PortEnd, event: PointerEvent): void {
    const { desk } = this;
    const { run, view, editable } = desk.read();
    const wire = port.side === "in" ? view.byInput.get(inputKey(port.card, port.port)) : undefined;
    const maker = port.side === "out" ? port.card : wire && "node" in wire.from ? wire.from.node : "";
    if (event.pointerType !== "touch" && run?.steps.get(maker)?.status === "Completed") return desk.commands.open({ kind: "port", place: { node: port.card, port: port.port, side: port.side } });
    if (!editable) return;
    this.wiring.start(port, at(event), null, true);
    desk.commands.say("Now click the port to connect it with. Escape cancels.");
    const move = (moved: PointerEvent) => { if (this.wiring.get()?.sticky) this.look(moved); else removeEventListener("pointermove", move); };
    addEventListener("pointermove", move);
  }

  private wireDown(event: PointerEvent, id: string): void {
    const start = at(event);
    const { desk } = this;
    const state = desk.read();
    const wire = state.view.wires.find((one) => one.id === id);
    if (!wire) return;
    const boxes = desk.boxes();
    const from = portPoint(startOf(wire), state, boxes);
    const to = portPoint(endOf(wire), state, boxes);
    const end = from && to && state.editable ? grabbedEnd(wire, desk.toFlow(start), from, to) : null;
    this.follow((move) => {
      if (!this.wiring.get()) {
        if (!end || !far(at(move), start)) return;
        desk.still();
        this.wiring.start(end, at(move), wire);
        this.autoPan();
      }
      this.look(move);
    }, (up) => {
      if (this.wiring.get()) return this.let(up);
      if (far(at(up), start)) return;
      const more = event.ctrlKey || event.metaKey || event.shiftKey ? desk.ui.get().wires : [];
      desk.ui.close();
      desk.ui.selectWires([...more, id]);
      desk.commands.select([]);
    });
  }

  private look(event: PointerEvent): void {
    const below = document.elementFromPoint(event.clientX, event.clientY);
    this.wiring.over(at(event), portOf(below), cardOf(below));
  }

  /** The click that follows is not meant for what lies below. */
  private let(up: PointerEvent): void {
    this.swallow = up.timeStamp + 300;
    this.drop();
  }

  private drop(): void {
    const held = this.wiring.get();
    this.wiring.cancel();
    if (held) drop(this.desk, held);
  }

  private slice(event: PointerEvent, place: HTMLElement): void {
    const { desk } = this;
    const { ui } = desk;
    event.stopPropagation();
    let line = [desk.toFlow(at(event))];
    const cut = new Set<string>();
    ui.change({ slice: { line, wires: cut } });
    place.setAttribute("data-slicing", "");
    const state = desk.read();
    const boxes = desk.boxes();
    const wires = state.view.wires.flatMap((wire) => {
      const from = portPoint(startOf(wire), state, boxes);
      const to = portPoint(endOf(wire), state, boxes);
      return from && to && wire.kind === "data" ? [{ wire, from, to }] : [];
    });
    this.follow((move) => {
      const last = line[line.length - 1] as XY;
      const now = desk.toFlow(at(move));
      if (!far(now, last, 2)) return;
      for (const { wire, from, to } of wires) if (!cut.has(wire.id) && crosses([last, now], from, to)) cut.add(wire.id);
      line = [...line, now];
      ui.change({ slice: { line, wires: new Set(cut) } });
    }, () => {
      ui.change({ slice: null });
      place.removeAttribute("data-slicing");
      this.swallow = performance.now() + 300;
      if (cut.size) desk.commands.disconnect(wires.filter((one) => cut.has(one.wire.id)).map((one) => one.wire.to));
    });
  }

  /** A finger that stays opens the menu of what is below it. */
  private press(event: PointerEvent): void {
    const start = at(event);
    const { desk } = this;
    const card = cardOf(event.target as Element);
    const timer = setTimeout(() => {
      stop();
      this.swallow = performance.now() + 900;
      desk.ui.close();
      if (card !== null) desk.commands.select([card]);
      desk.ui.change({ menu: card !== null ? { kind: "card", id: card, screen: start, at: desk.toFlow(start) } : { kind: "canvas", screen: start, at: desk.toFlow(start) } });
    }, LONG);
    const moved = (move: PointerEvent) => { if (far(at(move), start, 8)) stop(); };
    const second = (down: PointerEvent) => { if (down.pointerId !== event.pointerId) stop(); };
    const stop = () => {
      clearTimeout(timer);
      removeEventListener("pointerdown", second, true);
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", stop);
      removeEventListener("pointercancel", stop);
    };
    addEventListener("pointerdown", second, true);
    addEventListener("pointermove", moved);
    addEventListener("pointerup", stop);
    addEventListener("pointercancel", stop);
  }

  private double(event: MouseEvent): void {
    const { desk } = this;
    const target = event.target as Element;
    const { view, editable } = desk.read();
    if (!editable) return;
    const id = wireOf(target);
    const wire = id === null ? undefined : view.wires.find((one) => one.id === id && one.kind === "data");
    const screen = { x: event.clientX, y: event.clientY };
    if (wire) desk.openQuick({ at: desk.toFlow(screen), screen, connect: null, wire: wire.to, end: null });
    else if (target.classList.contains("react-flow__pane")) desk.openQuick({ at: desk.toFlow(screen), screen, connect: null, wire: null, end: null });
    else if (target.closest(".card-name") && cardOf(target) !== null && view.faces.has(cardOf(target) as string)) desk.ui.change({ renaming: cardOf(target) });
  }

  private hover(event: PointerEvent): void {
    if (event.pointerType !== "mouse" || event.buttons || this.wiring.get()) return;
    (event.currentTarget as Element).removeAttribute("data-panning"); // let go where nobody heard of it
    const target = event.target as Element;
    const tools = target.closest<HTMLElement>("[data-wire-tools]")?.dataset["wireTools"] ?? null;
    this.desk.ui.change({ hovered: wireOf(target) ?? tools });
  }

  private follow(move: (event: PointerEvent) => void, up: (event: PointerEvent) => void): void {
    this.stopMove?.();
    const end = (event: PointerEvent) => {
      this.stop();
      if (event.type === "pointercancel") this.wiring.cancel();
      else up(event);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.wiring.cancel();
      this.desk.ui.change({ slice: null });
      this.stop();
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    addEventListener("keydown", key, true);
    this.stopMove = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      removeEventListener("keydown", key, true);
    };
  }

  private stop(): void {
    this.stopMove?.();
    this.stopMove = null;
  }

  /** Near the border of the canvas the view goes on by itself. */
  private autoPan(): void {
    cancelAnimationFrame(this.frame);
    const tick = () => {
      const held = this.wiring.get();
      if (!held || held.sticky) return;
      const { left, top, right, bottom } = this.desk.area;
      const { x, y } = held.pointer;
      const speed = (low: number, high: number) => (low < EDGE ? Math.min(12, (EDGE - low) / 3) : high < EDGE ? -Math.min(12, (EDGE - high) / 3) : 0);
      const by = { x: speed(x - left, right - x), y: speed(y - top, bottom - y) };
      if (by.x || by.y) {
        this.pan(by);
        const below = document.elementFromPoint(x, y);
        this.wiring.over(held.pointer, portOf(below), cardOf(below));
      }
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }
}

/** What becomes of a wire where it was let go. */
function drop(desk: Desk, { from, target, card, refusal, lifted, pointer, sticky }: Held): void {
  const { view } = desk.read();
  if (refusal) return desk.commands.say(refusal, "warning");
  if (target) {
    const wire = ends(from, target, view);
    if (!wire || (lifted && sameInput(lifted.to, wire.to) && from.side === "out")) return;
    if (lifted && !sameInput(lifted.to, wire.to)) desk.commands.rewire(lifted.to, wire.from, wire.to);
    else desk.commands.connect(wire.from, wire.to);
    return;
  }
  if (card !== null || sticky) return;
  if (lifted) return desk.commands.disconnect([lifted.to]);
  desk.openQuick({
    screen: pointer, at: desk.toFlow(pointer), wire: null, end: from,
    connect: from.side === "out" ? { from: fromOf(from, view) } : { to: { node: from.card, port: from.port } },
  });
}

const sameInput = (one: { node: string; port: string }, other: { node: string; port: string }): boolean => one.node === other.node && one.port === other.port;
