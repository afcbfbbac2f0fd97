/** The menu of a card, a wire or the canvas: right click, long press, Shift+F10, or the dots on a card. */
import { useEffect, useRef, type ReactNode } from "react";
import { Icon } from "../../cards/parts";
import { useDesigner } from "../context";
import type { Designer } from "../contract";
import { aimAt } from "../panes/aim";
import { usePlaced } from "./Chooser";
import type { Desk } from "./desk";
import { KEYMAP } from "./keymap";
import { addNote, group, openConnect } from "./keys";
import { useDesk } from "./parts";
import { useUi, type MenuPlace } from "./ui";

interface Entry { icon: string; text: string; keys?: string; act: () => void; off?: string | false; danger?: boolean }
type Part = Entry | "-";
const whole = (state: Designer) => state;

export function CanvasMenu() {
  const menu = useUi((ui) => ui.menu);
  return menu && <Open key={`${menu.screen.x}/${menu.screen.y}`} menu={menu} />;
}

function Open({ menu }: { menu: MenuPlace }) {
  const desk = useDesk();
  const state = useDesigner(whole);
  const box = useRef<HTMLDivElement>(null);
  const place = usePlaced(box, menu.screen);
  const close = (back = true) => {
    desk.ui.change({ menu: null });
    if (back && desk.current) desk.focus(desk.current);
  };
  useEffect(() => {
    box.current?.querySelector<HTMLElement>("[role='menuitem']:not([aria-disabled])")?.focus();
    const outside = (event: PointerEvent) => { if (!box.current?.contains(event.target as Node)) desk.ui.change({ menu: null }); };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [desk]);
  const parts = menu.kind === "card" ? cardParts(menu.id, state, desk) : menu.kind === "wire" ? wireParts(menu.id, menu, state, desk) : canvasParts(menu, state, desk);
  const walk = (by: number) => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("[role='menuitem']") ?? [])];
    rows[(rows.indexOf(document.activeElement as HTMLElement) + by + rows.length) % rows.length]?.focus();
  };
  return (
    <div ref={box} className="menu-list dz-menu" role="menu" aria-label="Menu" style={place} onContextMenu={(event) => event.preventDefault()} onKeyDown={(event) => {
      const act = ({ ArrowDown: () => walk(1), ArrowUp: () => walk(-1), Escape: () => close(), Tab: () => close() } as Record<string, () => void>)[event.key];
      event.stopPropagation();
      if (!act) return;
      event.preventDefault();
      act();
    }}>
      {trimmed(parts).map((part, index): ReactNode => part === "-" ? <hr key={index} role="separator" /> : (
        <button key={part.text} type="button" role="menuitem" aria-disabled={part.off ? true : undefined} title={part.off || undefined} className={part.danger ? "dz-danger" : undefined}
          onClick={() => { if (part.off) return desk.commands.say(part.off, "warning"); close(false); part.act(); }}>
          <Icon name={part.icon} /><span>{part.text}</span>{part.keys && <kbd>{part.keys}</kbd>}
        </button>
      ))}
    </div>
  );
}

const trimmed = (parts: readonly Part[]): Part[] => parts.filter((part, index) => part !== "-" || (index > 0 && index < parts.length - 1 && parts[index - 1] !== "-"));
const when = (yes: unknown, ...parts: Part[]): Part[] => (yes ? parts : []);

function cardParts(id: string, state: Designer, desk: Desk): Part[] {
  const { commands, ui } = desk;
  const { editable, view, run, selection, graph } = state;
  const face = view.faces.get(id);
  const pill = view.pills.get(id);
  const note = graph.ui?.notes?.find((one) => one.id === id);
  const several = selection.size > 1 && selection.has(id);
  const ids = several ? [...selection] : [id];
  const step = run?.steps.get(id);
  const first = face?.outputs[0];
  return [
    { icon: "parameter", text: "Properties", keys: KEYMAP.enter.keys, act: () => { commands.select([id]); aimAt(id, ""); } },
    ...when(face && editable, { icon: "run-to", text: "Run up to here…", act: () => commands.open({ kind: "submit", upTo: id }) }),
    ...when(face && first && run, { icon: "dataset", text: "Look at its data", off: step?.status === "Completed" ? false : "There is data once this step has run to its end.", act: () => first && commands.open({ kind: "port", place: { node: id, port: first.name, side: "out" } }) }),
    ...when(face && step, { icon: "log", text: "Step in the run", act: () => { if (run) location.assign(`${run.url}${run.url.includes("?") ? "&" : "?"}step=${step?.id ?? ""}`); } }),
    "-",
    ...when(editable && (face || pill), { icon: "link", text: "Connect to…", keys: KEYMAP.connect.keys, act: () => openConnect(id, desk) }),
    ...when(editable && face?.outputs.length, { icon: "new", text: "Add what comes next…", keys: KEYMAP.add.keys, act: () => { commands.select([id]); desk.openSlash(); } }),
    ...when(editable && pill && pill.kind !== "parameter", { icon: "promote", text: "Set as pipeline parameter", act: () => void commands.promoteSource(id, freeName(pill?.title ?? "", state)) }),
    ...when(editable && pill?.kind === "parameter", { icon: "disconnect", text: "Detach from the parameter", act: () => void commands.detachSource(id) }),
    ...when(editable && face?.newer, { icon: "promote", text: `Version ${face?.newer} is there…`, act: () => { commands.select([id]); aimAt(id, "module"); } }),
    "-",
    ...when(editable && !several && (face || note), { icon: "edit", text: note ? "Edit" : "Rename", keys: KEYMAP.rename.keys, act: () => ui.change({ renaming: id }) }),
    ...when(editable && face, { icon: "comment", text: face && graph.nodes.find((node) => node.id === id)?.comment ? "Edit the comment" : "Add a comment", act: () => comment(id, desk) }),
    { icon: "copy", text: "Copy", keys: KEYMAP.copy.keys, act: () => { commands.select(ids); void desk.copy(); } },
    ...when(editable, { icon: "duplicate", text: "Duplicate", keys: KEYMAP.duplicate.keys, act: () => commands.duplicate(ids) }),
    ...when(editable && ids.some((one) => view.faces.has(one)), { icon: "group", text: several ? "Group" : "Frame it as a group", keys: KEYMAP.group.keys, act: () => { commands.select(ids); group(desk); } }),
    "-",
    ...when(editable && face && !several, { icon: "bypass", text: "Delete and reconnect", keys: KEYMAP.bypass.keys, act: () => commands.remove(ids, { reconnect: true }) }),
    ...when(editable, { icon: "delete", text: several ? `Delete ${ids.length}` : "Delete", keys: KEYMAP.remove.keys, danger: true, act: () => commands.remove(ids) }),
  ];
}

/** The comment is a field of the properties. */
function comment(id: string, desk: Desk): void {
  desk.commands.select([id]);
  aimAt(id, "comment");
}

/** A parameter's name made of a source's, that no other parameter has. */
function freeName(title: string, { graph }: Designer): string {
  const base = title.toLowerCase().replace(/[^a-z0-9_]+/g, "_").replace(/^(?=[0-9])|^_+|_+$/g, "") || "data";
  const taken = new Set((graph.parameters ?? []).map((one) => one.name));
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  return name;
}

function wireParts(id: string, { at, screen }: MenuPlace, { view, editable }: Designer, desk: Desk): Part[] {
  const wire = view.wires.find((one) => one.id === id);
  if (!wire || !editable) return [];
  return [
    ...when(wire.kind === "data", { icon: "new", text: "Add a module here…", act: () => desk.openQuick({ at, screen, connect: null, wire: wire.to, end: null }) }),
    { icon: "disconnect", text: "Disconnect", keys: KEYMAP.remove.keys, danger: true, act: () => desk.commands.disconnect([wire.to]) },
  ];
}

function canvasParts({ at, screen }: MenuPlace, { editable, graph, view, run }: Designer, desk: Desk): Part[] {
  const { commands } = desk;
  const some = graph.nodes.length + view.pills.size > 0;
  return [
    ...when(editable,
      { icon: "new", text: "Add a module…", keys: KEYMAP.add.keys, act: () => desk.openQuick({ at, screen, connect: null, wire: null, end: null }) },
      { icon: "note", text: "Add a note", keys: KEYMAP.note.keys, act: () => addNote(desk, at) },
      { icon: "paste", text: "Paste", keys: KEYMAP.paste.keys, act: () => void desk.paste() }, "-"),
    ...when(some, { icon: "check", text: "Select all", keys: KEYMAP.all.keys, act: () => commands.select([...graph.nodes.map((node) => node.id), ...view.pills.keys()]) }),
    ...when(some && editable, { icon: "tidy", text: "Tidy up", act: () => void desk.tidy() }),
    { icon: "fit", text: "Fit the graph", keys: KEYMAP.fit.keys, act: () => desk.fit() },
    { icon: "search", text: "Find on the canvas…", keys: KEYMAP.find.keys, act: () => desk.ui.change({ searching: desk.ui.get().searching + 1 }) },
    "-",
    ...when(run, { icon: "close", text: "Hide the run", act: () => void commands.showRun(null) }),
    { icon: "keyboard", text: "Shortcuts", keys: KEYMAP.help.keys, act: () => commands.open({ kind: "shortcuts" }) },
  ];
}
