/** A note on the canvas: text, one of four colours, any size. */
import { memo, useEffect, useRef, useState } from "react";
import { NodeResizer, type NodeProps } from "@xyflow/react";
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import { GRID } from "../core/geometry";
import type { Note } from "../core/types";
import type { NoteNode } from "./flow";
import { useDesk } from "./parts";
import { useUi, useUiStore } from "./ui";

const TONES: readonly NonNullable<Note["tone"]>[] = ["yellow", "blue", "green", "red"];
const LEAST = { width: 120, height: 56 } as const;
const round = (value: number) => Math.round(value / GRID) * GRID;

export const NoteCard = memo(function NoteCard({ id, data: { note }, selected }: NodeProps<NoteNode>) {
  const commands = useCommands();
  const ui = useUiStore();
  const editable = useDesigner((state) => state.editable);
  const editing = useUi((now) => now.renaming === id);
  return (
    <div className={`dz-note${selected ? " is-selected" : ""}`} data-tone={note.tone ?? "yellow"} onDoubleClick={() => { if (editable) ui.change({ renaming: id }); }}>
      {editable && (
        <NodeResizer isVisible={selected} minWidth={LEAST.width} minHeight={LEAST.height} handleClassName="dz-resize" lineClassName="dz-resize-line"
          onResizeEnd={(_, { x, y, width, height }) => commands.setNote(id, { x: round(x), y: round(y), width: round(width), height: round(height) })} />
      )}
      {editing ? <NoteField id={id} note={note} /> : <div className="dz-note-text" dir="auto">{note.text || <span className="muted">{editable ? "Double-click to write" : ""}</span>}</div>}
      {selected && editable && (
        <div className="dz-note-tools nodrag nopan" role="toolbar" aria-label="Colour of the note">
          {TONES.map((tone) => (
            <button key={tone} type="button" tabIndex={-1} data-tone={tone} aria-label={`Colour ${tone}`} aria-pressed={(note.tone ?? "yellow") === tone} onClick={() => commands.setNote(id, { tone })} />
          ))}
          <button type="button" tabIndex={-1} className="dz-note-delete" aria-label="Delete the note" title="Delete" onClick={() => commands.remove([id])}><Icon name="delete" /></button>
        </div>
      )}
    </div>
  );
});

function NoteField({ id, note }: { id: string; note: Note }) {
  const commands = useCommands();
  const ui = useUiStore();
  const desk = useDesk();
  const [text, setText] = useState(note.text);
  const done = useRef(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => { field.current?.setSelectionRange(text.length, text.length); }, []);
  const end = (keep: boolean) => {
    if (done.current) return;
    done.current = true;
    ui.change({ renaming: null });
    if (keep && text !== note.text) commands.setNote(id, { text });
    desk.focus(id);
  };
  return (
    <textarea ref={field} className="dz-note-field nodrag nopan nowheel" aria-label="Text of the note" autoFocus value={text} dir="auto" maxLength={20_000} onChange={(event) => setText(event.target.value)} onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) end(event.key === "Enter" || text !== "");
      }} />
  );
}
