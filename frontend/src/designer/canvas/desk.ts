/** What canvas, toolbar and palette do together: places, views, adding. Not React. */
import type { ReactFlowInstance } from "@xyflow/react";
import { NOT_COPIED, putOnClipboard } from "../../studio/clipboard";
import type { Addition, Commands, Designer, From } from "../contract";
import { CARD, GAP, PILL } from "../core/geometry";
import type { XY } from "../core/types";
import { rememberUsed } from "../palette/recent";
import { around, boxesOf, frameBox, freePlace, noteBox, PILL_PORT, snapped, type Box } from "./places";
import type { Quick, UiStore } from "./ui";

export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const FIT = { padding: { top: "56px", bottom: "40px", left: "40px", right: "40px" }, maxZoom: 1 } as const;
const NEAR = 0.75;
const MARGIN = 28;

export class Desk {
  root: HTMLElement | null = null;
  /** The card that has (or last had) the keyboard. */
  current = "";
  constructor(
    private readonly flow: ReactFlowInstance<any, any>,
    readonly read: () => Designer,
    readonly commands: Commands,
    readonly ui: UiStore,
  ) {}

  boxes(): Map<string, Box> {
    return boxesOf(this.read());
  }

  /** Boxes of cards, and of notes and groups too. */
  boxOf(id: string): Box | null {
    const boxes = this.boxes();
    const { graph } = this.read();
    const note = graph.ui?.notes?.find((one) => one.id === id);
    if (note) return noteBox(note);
    const group = graph.ui?.groups?.find((one) => one.id === id);
    return group ? frameBox(group, boxes) : (boxes.get(id) ?? null);
  }

  toFlow(screen: XY): XY {
    return this.flow.screenToFlowPosition(screen);
  }

  toScreen(at: XY): XY {
    return this.flow.flowToScreenPosition(at);
  }

  /** The part of the window where the canvas is, without what lies over it in a narrow one. */
  get area(): DOMRect {
    const all = this.root?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);
    const over = document.querySelector(".right-pane")?.getBoundingClientRect();
    if (over && over.width >= all.width && over.top < all.bottom) return new DOMRect(all.left, all.top, all.width, Math.max(0, over.top - all.top));
    return over && over.width > 0 && over.left < all.right ? new DOMRect(all.left, all.top, Math.max(0, over.left - all.left), all.height) : all;
  }

  /** What of the canvas is seen. */
  get seen(): Box {
    const { left, top, right, bottom } = this.area;
    const { x, y } = this.toFlow({ x: left, y: top });
    const end = this.toFlow({ x: right, y: bottom });
    return { x, y, width: end.x - x, height: end.y - y };
  }

  get middle(): XY {
    const { left, top, width, height } = this.area;
    return this.toFlow({ x: left + width / 2, y: top + height / 2 });
  }

  // The view.
  fit(): void {
    void this.flow.fitView({ ...FIT, duration: calm() ? 0 : 200 });
  }

  fitSelection(): void {
    const boxes = [...this.read().selection].flatMap((id) => this.boxOf(id) ?? []);
    const whole = around(boxes);
    if (!whole) return this.fit();
    void this.flow.fitBounds(whole, { padding: 0.3, duration: calm() ? 0 : 200 });
  }

  zoom(by: "in" | "out" | "real"): void {
    const duration = calm() ? 0 : 150;
    if (by === "real") void this.flow.zoomTo(1, { duration });
    else void (by === "in" ? this.flow.zoomIn({ duration }) : this.flow.zoomOut({ duration }));
  }

  /** Moves the view just as far as it must for this card to be whole in it; to its middle when `always`. */
  reveal(id: string, always = false): void {
    const box = this.boxOf(id);
    if (!box) return;
    const { left, top, right, bottom } = this.area;
    const a = this.toScreen(box);
    const b = this.toScreen({ x: box.x + box.width, y: box.y + box.height });
    const readable = this.flow.getZoom() >= 0.45;
    if (always || !readable || b.x - a.x > right - left || b.y - a.y > bottom - top) {
      void this.flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: Math.max(this.flow.getZoom(), NEAR), duration: calm() ? 0 : 220 });
      return;
    }
    const by = { x: short(a.x - left, right - b.x), y: short(a.y - top, bottom - b.y) };
    if (!by.x && !by.y) return;
    const view = this.flow.getViewport();
    void this.flow.setViewport({ ...view, x: view.x + by.x, y: view.y + by.y }, { duration: calm() ? 0 : 180 });
  }

  /** Ends a movement of the view that is still on its way. */
  still(): void {
    void this.flow.setViewport(this.flow.getViewport());
  }

  /** The keyboard's place, in the view; culled cards are there after the view has moved. */
  focus(id: string, tries = 12): void {
    this.current = id;
    this.reveal(id);
    const card = this.root?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    if (card) card.focus({ preventScroll: true });
    else if (tries > 0) setTimeout(() => { if (this.current === id) this.focus(id, tries - 1); }, 40);
  }

  // Adding.
  /** Adds with its upper middle at `at`, or beside what stands there. */
  add(what: Addition, at: XY, connect?: { from: From } | { to: { node: string; port: string } } | null): string {
    const size = "module" in what ? CARD : PILL;
    const place = freePlace({ x: at.x - size.width / 2, y: at.y - 20 }, this.boxes().values(), size);
    const id = this.commands.add(what, place, connect ?? undefined);
    this.added(what, id);
    return id;
  }

  added(what: Addition, id: string): void {
    rememberUsed("module" in what ? what.module.id : "dataset" in what.source ? `dataset:${what.source.dataset}` : "");
    if (!id) return;
    this.current = id;
    this.commands.select([id]);
    setTimeout(() => this.focus(id), 0);
  }

  splice(what: Addition, wire: { node: string; port: string }, at: XY): void {
    const before = new Set(this.read().graph.nodes.map((node) => node.id));
    const refusal = this.commands.splice(what, wire, snapped({ x: at.x - CARD.width / 2, y: at.y - CARD.height / 2 }));
    if (!refusal) this.added(what, this.read().graph.nodes.find((node) => !before.has(node.id))?.id ?? "");
  }

  /** Where something new belongs: below the chosen card (and connected to it), else in the middle of the view. */
  place(): { at: XY; from: From | null; end: Quick["end"] } {
    const { selection, view } = this.read();
    const [only, more] = selection;
    const box = only !== undefined && more === undefined ? this.boxes().get(only) : undefined;
    if (!box || only === undefined) return { at: this.middle, from: null, end: null };
    const at = { x: box.x + box.width / 2, y: box.y + box.height + GAP + 20 };
    const face = view.faces.get(only);
    if (!face) return { at, from: { pill: only }, end: { card: only, port: PILL_PORT, side: "out" } };
    const used = new Set(view.wires.flatMap((wire) => ("node" in wire.from && wire.from.node === only ? [wire.from.output] : [])));
    const port = face.outputs.find((one) => !used.has(one.name)) ?? face.outputs[0];
    return port ? { at, from: { node: only, output: port.name }, end: { card: only, port: port.name, side: "out" } } : { at, from: null, end: null };
  }

  /** From the palette by a key or a tap: below the chosen card and connected where it fits. */
  addHere(what: Addition): void {
    const { at, from } = this.place();
    this.add(what, at, "module" in what && from ? { from } : null);
  }

  openQuick(quick: Omit<Quick, "screen"> & { screen?: XY }): void {
    if (!this.read().editable) return;
    this.ui.close();
    this.ui.change({ quick: { ...quick, screen: quick.screen ?? this.toScreen(quick.at) } });
  }

  /** `/`: all modules; the one that is picked stands below the chosen card, connected when it fits. */
  openSlash(): void {
    const { at, end } = this.place();
    const { left, top, width, height } = this.area;
    this.openQuick({ at, end, connect: null, wire: null, screen: { x: left + width / 2 - 180, y: top + Math.min(90, height / 6) } });
  }

  async tidy(): Promise<void> {
    this.root?.setAttribute("data-tidying", "");
    await this.commands.tidy();
    this.fit();
    setTimeout(() => this.root?.removeAttribute("data-tidying"), 220);
  }

  async copy(cut = false): Promise<void> {
    const { selection, editable } = this.read();
    if (selection.size === 0) return this.commands.say("Nothing is chosen to copy.");
    const text = this.commands.copyText();
    const count = selection.size;
    if (!await putOnClipboard(text)) return this.commands.say(NOT_COPIED, "warning");
    if (cut && editable) this.commands.remove();
    this.commands.say(`${count === 1 ? "One thing" : `${count} things`} ${cut ? "cut" : "copied"} as JSON.`);
  }

  async paste(): Promise<void> {
    try {
      this.pasteText(await navigator.clipboard.readText());
    } catch {
      this.commands.say("The browser does not let the page read the clipboard here: press Ctrl+V instead.", "warning");
    }
  }

  pasteText(text: string, at?: XY): void {
    if (!this.read().editable) return;
    const refusal = this.commands.paste(text, at ? snapped(at) : undefined);
    if (!refusal) setTimeout(() => { for (const id of this.read().selection) { this.reveal(id); break; } }, 0);
  }
}

/** How far to move so that both sides have their margin. */
function short(before: number, after: number): number {
  if (before < MARGIN) return MARGIN - before;
  return after < MARGIN ? after - MARGIN : 0;
}
