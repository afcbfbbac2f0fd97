/** Versions of the draft: who saved what when, what is different now, and the way back. */
import { useCallback, useEffect, useState } from "react";
import type { DraftVersionJson } from "../../core/types";
import { useCommands, useDesigner } from "../../context";
import { diffGraphs } from "../diff";
import { DiffView, marksOf } from "../diff-view";
import { messageOf } from "../page";
import { Icon, Modal, plural, useLoad, Waiting, When } from "../parts";
import { Picture } from "../picture";
import { useTitles } from "../titles";
import { asRead } from "./run-difference";

export function HistoryDialog({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  const editable = useDesigner((state) => state.editable);
  const current = useDesigner((state) => state.draft.version);
  const [items, setItems] = useState<DraftVersionJson[]>([]);
  const [next, setNext] = useState<string | null | undefined>(undefined);
  const [chosen, setChosen] = useState<number | null>(null);
  const [refused, setRefused] = useState("");
  const [note, setNote] = useState("");
  const load = useCallback(async (before?: string) => {
    try {
      const told = await commands.versions(before);
      setItems((old) => (before ? [...old, ...told.items] : told.items));
      setNext(told.next);
      if (!before) setChosen((old) => old ?? told.items[1]?.version ?? told.items[0]?.version ?? null);
      setRefused("");
    } catch (error) {
      setRefused(messageOf(error));
      setNext(null);
    }
  }, [commands]);
  useEffect(() => void load(), [load, current]);
  const name = async () => {
    const clean = note.trim();
    if (!clean) return;
    if (await commands.saveNow(clean)) {
      setNote("");
      await load();
      commands.say(`This version is now called ${clean}.`);
    } else setRefused("It could not be saved: see what the toolbar says.");
  };
  return (
    <Modal title="History" wide className="pane-dialog-history" onClose={onClose}>
      {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
      <div className="pane-history">
        <div className="pane-history-list">
          {editable && <form className="row pane-path-row" onSubmit={(event) => { event.preventDefault(); void name(); }}><input type="text" aria-label="Name for the version of now" placeholder="Name the version of now…" maxLength={255} dir="auto" value={note} onChange={(event) => setNote(event.target.value)} /><button type="submit" className="button" disabled={!note.trim()}>Name it</button></form>}
          {next === undefined && <p className="muted pane-wait" role="status"><Icon name="status-running" />Loading versions…</p>}
          <ul className="pane-rows" aria-label="Versions">
            {items.map((one) => (
              <li key={one.version} data-on={one.version === chosen || undefined}>
                <button type="button" className="pane-row pane-version" aria-pressed={one.version === chosen} onClick={() => setChosen(one.version)}>
                  <strong className="ellipsis" dir="auto" title={one.note}>{one.note || "Saved by itself"}</strong>
                  <span className="muted small">{one.version === current ? "now · " : ""}version {one.version} · {plural(one.step_count, "step")} · {one.saved_by}, <When at={one.saved_at} /></span>
                </button>
              </li>
            ))}
          </ul>
          {next && <button type="button" className="button" onClick={() => void load(next)}>Earlier versions</button>}
        </div>
        {chosen !== null && <Version key={chosen} version={chosen} isCurrent={chosen === current} onRestored={onClose} />}
      </div>
    </Modal>
  );
}

function Version({ version, isCurrent, onRestored }: { version: number; isCurrent: boolean; onRestored: () => void }) {
  const { versionGraph, restore, say } = useCommands();
  const graph = useDesigner((state) => state.graph);
  const editable = useDesigner((state) => state.editable);
  const then = useLoad(() => versionGraph(version), [version]);
  const titleOf = useTitles();
  const modules = useDesigner((state) => state.modules);
  const [refused, setRefused] = useState("");
  const [going, setGoing] = useState(false);
  if (then.phase !== "ready") return <div className="pane-history-one"><Waiting state={then} what="the version" /></div>;
  const diff = diffGraphs(asRead(then.value, modules), asRead(graph, modules), titleOf);
  const marks = marksOf(diff);
  const back = async () => {
    setGoing(true);
    try {
      await restore(version);
      say(`Version ${version} is back. What was there before stays in the history.`);
      onRestored();
    } catch (error) {
      setRefused(messageOf(error));
      setGoing(false);
    }
  };
  return (
    <div className="pane-history-one" aria-label={`Version ${version}`} role="region">
      <Picture titleOf={titleOf} graph={then.value} marks={new Map([...marks].filter(([, mark]) => mark !== "added"))} label={`Version ${version}: ${plural(then.value.nodes.length, "step")}`} />
      <h3>Since then</h3>
      <DiffView diff={diff} same={isCurrent ? "This is the version of now." : "Nothing is different from now."} />
      {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
      {editable && !isCurrent && <div className="row"><button type="button" className="button button-primary" aria-disabled={going || undefined} onClick={() => void back()}><Icon name="refresh" />Restore version {version}</button><span className="muted small">Nothing is lost: it becomes the newest version.</span></div>}
    </div>
  );
}
