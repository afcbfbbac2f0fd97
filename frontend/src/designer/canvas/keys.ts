/** The keyboard of the whole editor. Fields and dialogs keep their own keys. */
import { useEffect } from "react";
import { useRead } from "../context";
import { aimAt } from "../panes/aim";
import type { Desk } from "./desk";
import { cardOf } from "./gestures";
import { useDesk, useWiring } from "./parts";
import { GRID } from "./places";
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

/** True when the key was for us. */
function key(event: KeyboardEvent, desk: Desk, wiring: Wiring): boolean {
  const control = event.ctrlKey || event.metaKey;
  const { commands } = desk;
  if (control && !event.altKey) {
    const name = event.key.toLowerCase();
    if (name === "s") return act(() => void commands.saveNow());
    if (name === "enter" && !event.shiftKey && !(event.target as Element).closest(".dz-note-field")) return desk.read().editable && act(() => commands.open({ kind: "submit", upTo: null }));
    if (name === "f") return act(() => desk.ui.change({ searching: desk.ui.get().searching + 1 }));
    if (typing(event.target)) return false;
    return withControl(name, event, desk);
  }
  if (typing(event.target)) return false;
  if (event.key === "Escape") return escape(desk, wiring);
  const target = event.target as Element;
  const list = target.closest("[role='listbox'], [role='menu'], [role='tree'], .dz-palette, .right-pane, .problems");
  const button = target.closest("button, a, summary");
  if (ARROWS[event.key] && !list && !button) return arrow(event, desk);
  if (event.key === "Tab" && cardOf(target) !== null && !button) return tab(event, desk);
  if (event.key === "Enter" && !button && !list) return enter(target, desk);
  if (event.key === " " && !button && !list && noted(target) !== null) return act(() => toggle(noted(target) as string, desk));
  if ((event.key === "F10" && event.shiftKey) || event.key === "ContextMenu") return menu(target, desk);
  return !event.altKey && plain(event, desk);
}

const act = (what: () => void): boolean => {
  what();
  return true;
};
const noted = (target: Element): string | null => target.closest<HTMLElement>(".react-flow__node")?.dataset["id"] ?? null;

function withControl(name: string, event: KeyboardEvent, desk: Desk): boolean {
  const { commands } = desk;
  const { editable, selection, graph, view } = desk.read();
  if (name === "a") return act(() => commands.select([...graph.nodes.map((node) => node.id), ...view.pills.keys(), ...(graph.ui?.notes ?? []).map((note) => note.id)]));
  if (!editable) return false;
  if (name === "z") return act(() => (event.shiftKey ? commands.redo() : commands.undo()));
  if (name === "y") return act(() => commands.redo());
  if (name === "d") return act(() => commands.duplicate());
  if (name === "g" && event.shiftKey) return act(() => commands.remove([...selection].filter((id) => graph.ui?.groups?.some((group) => group.id === id))));
  if (name === "g") return act(() => group(desk));
  if (name === "delete" || name === "backspace") return act(() => commands.remove(undefined, { reconnect: true }));
  return false;
}

export function group(desk: Desk): void {
  const id = desk.commands.group();
  if (id) desk.ui.change({ renaming: id });
  else desk.commands.say("Choose cards first: Shift and drag over them, or Ctrl and click.", "warning");
}

function escape(desk: Desk, wiring: Wiring): boolean {
  if (wiring.get()) return act(() => wiring.cancel());
  if (desk.ui.close()) return act(() => { if (desk.current) desk.focus(desk.current); });
  if (desk.ui.get().searching) return act(() => desk.ui.change({ searching: 0 }));
  if (desk.ui.get().wires.size) return act(() => desk.ui.selectWires([]));
  if (desk.read().selection.size === 0) return false;
  return act(() => desk.commands.select([]));
}

function arrow(event: KeyboardEvent, desk: Desk): boolean {
  const direction = ARROWS[event.key];
  const state = desk.read();
  if (!direction) return false;
  if (event.altKey) {
    if (!state.editable || state.selection.size === 0) return false;
    const by = GRID * (event.shiftKey ? 5 : 1);
    const members = new Set([...state.selection].flatMap((id) => state.graph.ui?.groups?.find((one) => one.id === id)?.nodes ?? [id]));
    const places = [...members].flatMap((id) => {
      const box = desk.boxOf(id);
      return box ? [[id, { x: box.x + direction.x * by, y: box.y + direction.y * by }] as const] : [];
    });
    return act(() => desk.commands.move(Object.fromEntries(places)));
  }
  const boxes = desk.boxes();
  if (boxes.size === 0) return false;
  const ways = waysOf(state);
  if (event.shiftKey && direction.y && state.selection.size) return act(() => desk.commands.select(reach(state.selection, direction.y < 0 ? "up" : "down", ways)));
  const from = boxes.has(desk.current) ? desk.current : null;
  const next = from === null ? readingOrder(boxes)[0] : stepTo(event.key, from, boxes, ways);
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

function plain(event: KeyboardEvent, desk: Desk): boolean {
  const { commands, ui } = desk;
  const { editable, selection } = desk.read();
  switch (event.key) {
    case "1": return act(() => desk.fit());
    case "0": return act(() => desk.zoom("real"));
    case "+": case "=": return act(() => desk.zoom("in"));
    case "-": return act(() => desk.zoom("out"));
    case ".": return act(() => desk.fitSelection());
    case "?": return act(() => commands.open({ kind: "shortcuts" }));
  }
  if (!editable) return false;
  const only = selection.size === 1 ? [...selection][0] : undefined;
  switch (event.key) {
    case "/": return act(() => desk.openSlash());
    case "Delete": case "Backspace": return act(() => removeChosen(desk));
    case "F2": return only !== undefined && act(() => ui.change({ renaming: only }));
    case "c": return only !== undefined && act(() => openConnect(only, desk));
    case "n": return act(() => addNote(desk));
    default: return false;
  }
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
