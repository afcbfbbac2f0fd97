/** The keyboard of the whole editor. Fields and dialogs keep their own keys. */
import { useEffect } from "react";
import { useRead } from "../context";
import { GRID } from "../core/geometry";
import { aimAt } from "../panes/aim";
import type { Desk } from "./desk";
import { cardOf } from "./gestures";
import { KEYMAP, pressed, type Binding, type KeyName } from "./keymap";
import { useDesk, useWiring } from "./parts";
import { readingOrder, reach, stepTo, waysOf } from "./walk";
import type { Wiring } from "./wiring";

const ARROWS: Readonly<Record<string, { x: number; y: number }>> = { ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 }, ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 } };

export function useKeys(): void {
  const desk = useDesk();
  const wiring = useWiring();
  const read = useRead();
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !ours(event.target)) return;
      if (key(event, desk, wiring)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    const copy = (event: ClipboardEvent) => {
      if (!ours(event.target) || typing(event.target) || read().selection.size === 0 || String(getSelection() ?? "")) return;
      const cut = event.type === "cut" && read().editable;
      const count = read().selection.size;
      event.clipboardData?.setData("text/plain", desk.commands.copyText());
      event.preventDefault();
      if (cut) desk.commands.remove();
      desk.commands.say(`${count === 1 ? "One thing" : `${count} things`} ${cut ? "cut" : "copied"} as JSON.`);
    };
    const paste = (event: ClipboardEvent) => {
      if (!ours(event.target) || typing(event.target)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!text.trim()) return;
      event.preventDefault();
      desk.pasteText(text);
    };
    addEventListener("keydown", down, true);
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      removeEventListener("keydown", down, true);
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, [desk, wiring, read]);
}

const typing = (target: EventTarget | null): boolean => target instanceof Element && target.closest("input, select, textarea, [contenteditable='true']") !== null;
/** The page without a focus, or the editor; not a dialog, and not the studio's frame around it. */
function ours(target: EventTarget | null): boolean {
  if (document.querySelector("dialog:modal")) return false;
  return target === document.body || target === document || target === document.documentElement || (target instanceof Element && target.closest("#designer") !== null && target.closest("dialog") === null);
}

const LISTS = "[role='listbox'], [role='menu'], [role='tree'], .dz-palette, .right-pane, .problems";

/** True when the key was for us. */
function key(event: KeyboardEvent, desk: Desk, wiring: Wiring): boolean {
  const name = pressed(event);
  if (name === undefined || !(name in ACTS)) return false;
  const { edits, where }: Binding = KEYMAP[name];
  const target = event.target as Element;
  if (where !== "page" && typing(target)) return false;
  if (where === "canvas" && target.closest(`${LISTS}, button, a, summary`)) return false;
  if (edits && !desk.read().editable) return false;
  return ACTS[name as keyof typeof ACTS](desk, event, wiring);
}

const act = (what: () => void): boolean => {
  what();
  return true;
};
const noted = (target: Element): string | null => target.closest<HTMLElement>(".react-flow__node")?.dataset["id"] ?? null;

type Act = (desk: Desk, event: KeyboardEvent, wiring: Wiring) => boolean;
/** What each key of the list does; copying and pasting come as the browser's own events. */
const ACTS: Readonly<Record<Exclude<KeyName, "copy" | "cut" | "paste">, Act>> = {
  add: (desk) => act(() => desk.openSlash()),
  note: (desk) => act(() => addNote(desk)),
  connect: (desk) => { const only = onlyChosen(desk); return only !== undefined && act(() => openConnect(only, desk)); },
  tab: (desk, event) => cardOf(event.target as Element) !== null && !(event.target as Element).closest("button, a, summary") && tab(event, desk),
  walk: (desk, event) => walk(event, desk),
  reach: (desk, event) => spread(event, desk) || walk(event, desk),
  enter: (desk, event) => enter(event.target as Element, desk),
  toggle: (desk, event) => { const id = noted(event.target as Element); return id !== null && act(() => toggle(id, desk)); },
  menu: (desk, event) => menu(event.target as Element, desk),
  rename: (desk) => { const only = onlyChosen(desk); return only !== undefined && act(() => desk.ui.change({ renaming: only })); },
  duplicate: (desk) => act(() => desk.commands.duplicate()),
  remove: (desk) => act(() => removeChosen(desk)),
  bypass: (desk) => act(() => desk.commands.remove(undefined, { reconnect: true })),
  move: (desk, event) => move(event, desk, GRID),
  moveFar: (desk, event) => move(event, desk, 5 * GRID),
  group: (desk) => act(() => group(desk)),
  ungroup: (desk) => { const { selection, graph } = desk.read(); return act(() => desk.commands.remove([...selection].filter((id) => graph.ui?.groups?.some((one) => one.id === id)))); },
  undo: (desk) => act(() => desk.commands.undo()),
  redo: (desk) => act(() => desk.commands.redo()),
  fit: (desk) => act(() => desk.fit()),
  fitChosen: (desk) => act(() => desk.fitSelection()),
  real: (desk) => act(() => desk.zoom("real")),
  zoomIn: (desk) => act(() => desk.zoom("in")),
  zoomOut: (desk) => act(() => desk.zoom("out")),
  find: (desk) => act(() => desk.ui.change({ searching: desk.ui.get().searching + 1 })),
  all: (desk) => { const { graph, view } = desk.read(); return act(() => desk.commands.select([...graph.nodes.map((node) => node.id), ...view.pills.keys(), ...(graph.ui?.notes ?? []).map((note) => note.id)])); },
  escape: (desk, event, wiring) => backToCard(event.target as Element, desk) || escape(desk, wiring),
  submit: (desk, event) => !(event.target as Element).closest(".dz-note-field") && act(() => desk.commands.open({ kind: "submit", upTo: null })),
  save: (desk) => act(() => void desk.commands.saveNow()),
  help: (desk) => act(() => desk.commands.open({ kind: "shortcuts" })),
};

function onlyChosen(desk: Desk): string | undefined {
  const { selection } = desk.read();
  return selection.size === 1 ? [...selection][0] : undefined;
}

export function group(desk: Desk): void {
  const id = desk.commands.group();
  if (id) desk.ui.change({ renaming: id });
  else desk.commands.say("Choose cards first: Shift and drag over them, or Ctrl and click.", "warning");
}

/** From the properties back to the card that they are of. */
export function backToCard(target: Element, desk: Desk): boolean {
  const { selection } = desk.read();
  const [only] = selection;
  if (selection.size !== 1 || only === undefined || target.closest(".right-pane") === null || target.closest(".menu[open], dialog")) return false;
  return act(() => desk.focus(only));
}

function escape(desk: Desk, wiring: Wiring): boolean {
  if (wiring.get()) return act(() => wiring.cancel());
  if (desk.ui.close()) return act(() => { if (desk.current) desk.focus(desk.current); });
  if (desk.ui.get().searching) return act(() => desk.ui.change({ searching: 0 }));
  if (desk.ui.get().wires.size) return act(() => desk.ui.selectWires([]));
  if (desk.read().selection.size === 0) return false;
  return act(() => desk.commands.select([]));
}

function move(event: KeyboardEvent, desk: Desk, by: number): boolean {
  const direction = ARROWS[event.key];
  const state = desk.read();
  if (!direction || state.selection.size === 0) return false;
  const members = new Set([...state.selection].flatMap((id) => state.graph.ui?.groups?.find((one) => one.id === id)?.nodes ?? [id]));
  const places = [...members].flatMap((id) => {
    const box = desk.boxOf(id);
    return box ? [[id, { x: box.x + direction.x * by, y: box.y + direction.y * by }] as const] : [];
  });
  return act(() => desk.commands.move(Object.fromEntries(places)));
}

function spread(event: KeyboardEvent, desk: Desk): boolean {
  const up = ARROWS[event.key]?.y;
  const state = desk.read();
  return Boolean(up) && state.selection.size > 0 && act(() => desk.commands.select(reach(state.selection, up === -1 ? "up" : "down", waysOf(state))));
}

function walk(event: KeyboardEvent, desk: Desk): boolean {
  const boxes = desk.boxes();
  if (boxes.size === 0) return false;
  const from = boxes.has(desk.current) ? desk.current : null;
  const next = from === null ? readingOrder(boxes)[0] : stepTo(event.key, from, boxes, waysOf(desk.read()));
  return next ? act(() => walkTo(next, desk)) : true;
}

function walkTo(id: string, desk: Desk): void {
  desk.commands.select([id]);
  desk.focus(id);
}

/** Through the cards in reading order; after the last one the page goes on. */
function tab(event: KeyboardEvent, desk: Desk): boolean {
  const order = readingOrder(desk.boxes());
  const next = order[order.indexOf(desk.current) + (event.shiftKey ? -1 : 1)];
  return next !== undefined && act(() => walkTo(next, desk));
}

/** To the properties of the card. */
function enter(target: Element, desk: Desk): boolean {
  const id = noted(target);
  if (id === null) return false;
  const { graph, selection } = desk.read();
  if (graph.ui?.notes?.some((note) => note.id === id)) return act(() => desk.ui.change({ renaming: id }));
  if (!selection.has(id)) desk.commands.select([id]);
  aimAt(id, "");
  return true;
}

function toggle(id: string, desk: Desk): void {
  const now = new Set(desk.read().selection);
  if (!now.delete(id)) now.add(id);
  desk.commands.select(now);
}

function menu(target: Element, desk: Desk): boolean {
  const id = noted(target) ?? [...desk.read().selection][0];
  const box = id === undefined ? null : desk.boxOf(id);
  if (!box || id === undefined) return false;
  const screen = desk.toScreen({ x: box.x + 24, y: box.y + box.height / 2 });
  return act(() => { desk.ui.close(); desk.commands.select([id]); desk.ui.change({ menu: { kind: "card", id, screen, at: desk.toFlow(screen) } }); });
}

export function removeChosen(desk: Desk): void {
  const { wires } = desk.ui.get();
  if (wires.size === 0) return desk.commands.remove();
  desk.commands.disconnect(desk.read().view.wires.filter((wire) => wires.has(wire.id)).map((wire) => wire.to));
  desk.ui.selectWires([]);
}

export function openConnect(id: string, desk: Desk): void {
  const box = desk.boxOf(id);
  if (!box) return;
  desk.ui.close();
  desk.ui.change({ connecting: { node: id, screen: desk.toScreen({ x: box.x, y: box.y + box.height + 12 }) } });
}

export function addNote(desk: Desk, at = desk.middle): void {
  const id = desk.commands.addNote({ x: Math.round(at.x / GRID) * GRID - 120, y: Math.round(at.y / GRID) * GRID - 40 });
  desk.commands.select([id]);
  desk.ui.change({ renaming: id });
}
