/** Whether the draft is saved, in words and a picture, with what can be done when it is not. */
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import type { Designer, SaveState } from "../contract";

const saveOf = (state: Designer) => state.save;
const ICONS: Readonly<Record<SaveState["kind"], string>> = { saved: "saved", unsaved: "unsaved", saving: "saving", failed: "not-saved", conflict: "warning" };

export function SaveNote() {
  const save = useDesigner(saveOf);
  const commands = useCommands();
  return (
    <span className="dz-save" data-kind={save.kind} title={titleOf(save)}>
      <Icon name={ICONS[save.kind]} />
      <span role="status">{wordsOf(save)}</span>
      {save.kind === "failed" && !save.copy && <button type="button" className="button button-small" onClick={() => void commands.saveNow()}>Try again</button>}
      {save.kind === "failed" && save.copy && <button type="button" className="button button-small" onClick={() => void commands.resolveConflict("copy").catch(() => undefined)}>Keep as a new draft</button>}
      {save.kind === "conflict" && <button type="button" className="button button-small" onClick={() => commands.open({ kind: "conflict" })}>Compare…</button>}
    </span>
  );
}

function wordsOf(save: SaveState): string {
  switch (save.kind) {
    case "saved": return "Saved";
    case "unsaved": return "Unsaved";
    case "saving": return "Saving…";
    case "failed": return "Not saved";
    case "conflict": return "Changed by somebody else";
  }
}

function titleOf(save: SaveState): string {
  switch (save.kind) {
    case "saved": return save.at ? `Saved at ${new Date(save.at).toLocaleTimeString()}` : "Saved";
    case "failed": return save.message;
    case "conflict": return "Somebody saved this draft since you opened it. Nothing is overwritten: choose which version to keep.";
    default: return "Changes save by themselves (Ctrl+S saves now)";
  }
}
