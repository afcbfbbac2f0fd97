/** The row of tools above the canvas: undo, clipboard, order, view, and whether the draft is saved. */
import { useStore } from "@xyflow/react";
import { type KeyboardEvent } from "react";
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import type { Designer } from "../contract";
import { KEYMAP } from "./keymap";
import { group, removeChosen } from "./keys";
import { useDesk } from "./parts";
import { SaveNote } from "./SaveNote";
import { useUi } from "./ui";

const tools = ({ canUndo, canRedo, editable, selection, graph, view }: Designer) => ({ canUndo, canRedo, editable, chosen: selection.size, cards: graph.nodes.length + view.pills.size });

export function Toolbar() {
  const { canUndo, canRedo, editable, chosen, cards } = useDesigner(tools);
  const commands = useCommands();
  const desk = useDesk();
  const left = useUi((ui) => ui.left);
  const wires = useUi((ui) => ui.wires.size);
  const searching = useUi((ui) => ui.searching > 0);
  return (
    <div className="dz-toolbar" role="toolbar" aria-label="Tools" onKeyDown={walk}>
      {editable && <Tool icon="panel-left" text={left ? "Hide the modules" : "Show the modules"} pressed={left} act={() => desk.ui.change({ left: !left })} />}
      {editable && (
        <>
          <i />
          <Tool icon="undo" text={canUndo ? `Undo: ${canUndo}` : "Nothing to undo"} keys={KEYMAP.undo.keys} off={!canUndo} act={() => commands.undo()} />
          <Tool icon="redo" text={canRedo ? `Redo: ${canRedo}` : "Nothing to redo"} keys={KEYMAP.redo.keys} off={!canRedo} act={() => commands.redo()} />
        </>
      )}
      <i />
      <Tool icon="copy" text="Copy" keys={KEYMAP.copy.keys} off={chosen === 0} act={() => void desk.copy()} />
      {editable && (
        <>
          <Tool icon="paste" text="Paste" keys={KEYMAP.paste.keys} act={() => void desk.paste()} />
          <Tool icon="duplicate" text="Duplicate" keys={KEYMAP.duplicate.keys} off={chosen === 0} act={() => commands.duplicate()} />
          <Tool icon="delete" text="Delete" keys={KEYMAP.remove.keys} off={chosen + wires === 0} act={() => removeChosen(desk)} />
          <i />
          <Tool icon="group" text="Group" keys={KEYMAP.group.keys} off={chosen === 0} act={() => group(desk)} />
          <Tool icon="tidy" text="Tidy up" off={cards === 0} act={() => void desk.tidy()} />
        </>
      )}
      <i />
      <Tool icon="zoom-out" text="Zoom out" keys={KEYMAP.zoomOut.keys} act={() => desk.zoom("out")} />
      <Zoom />
      <Tool icon="zoom-in" text="Zoom in" keys={KEYMAP.zoomIn.keys} act={() => desk.zoom("in")} />
      <Tool icon="fit" text="Fit the graph" keys={KEYMAP.fit.keys} act={() => desk.fit()} />
      <Tool icon="search" text="Find on the canvas" keys={KEYMAP.find.keys} pressed={searching} act={() => desk.ui.change({ searching: searching ? 0 : 1 })} />
      <span className="dz-space" />
      {editable && <SaveNote />}
      <Tool icon="keyboard" text="Shortcuts" keys={KEYMAP.help.keys} act={() => commands.open({ kind: "shortcuts" })} />
    </div>
  );
}

function Tool({ icon, text, keys, off, pressed, act }: { icon: string; text: string; keys?: string; off?: boolean; pressed?: boolean; act: () => void }) {
  return (
    <button type="button" className="button button-quiet icon-only button-small" aria-label={text} aria-keyshortcuts={keys?.replaceAll("Ctrl ", "Control+").replaceAll("Shift ", "Shift+")} title={keys ? `${text} (${keys})` : text}
      aria-pressed={pressed} aria-disabled={off || undefined} onClick={() => { if (!off) act(); }}><Icon name={icon} /></button>
  );
}

/** One stop of Tab; arrows go on. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const by = ({ ArrowRight: 1, ArrowLeft: -1 } as Record<string, number>)[event.key];
  if (!by) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const next = buttons[(buttons.indexOf(document.activeElement as HTMLElement) + by + buttons.length) % buttons.length];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

function Zoom() {
  const desk = useDesk();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return <button type="button" className="button button-quiet button-small dz-zoom" aria-label={`Zoom ${percent} %, set to 100 %`} title={`Zoom to 100 % (${KEYMAP.real.keys})`} onClick={() => desk.zoom("real")}>{percent} %</button>;
}
