/** The row above the canvas: the draft's name, who is here, its run, Submit, Publish and the rest. */
import { useEffect, useRef, useState } from "react";
import { isFinal, statusWord } from "../../graph/status";
import type { Shown } from "../../graph/status";
import { KEYMAP } from "../canvas/keymap";
import { NOT_COPIED, putOnClipboard } from "../../studio/clipboard";
import { useCommands, useDesigner } from "../context";
import { aimAt } from "./aim";
import { LateDialog, usePreloaded } from "./late";
import { messageOf, pagePlace, rest, toast } from "./page";
import { shownProblems } from "./Problems";
import { Chip, Icon, Menu, MenuItem, Modal, plural } from "./parts";

export function Title() {
  usePreloaded();
  const commands = useCommands();
  const name = useDesigner((state) => state.draft.name);
  const editable = useDesigner((state) => state.editable);
  const problems = useDesigner(shownProblems).length;
  const steps = useDesigner((state) => state.graph.nodes.length);
  usePageName(name);
  return (
    <div className="designer-title">
      <DraftName name={name} editable={editable} />
      <button type="button" className="button button-quiet icon-only" aria-label="Settings" title="Settings: default compute, pipeline parameters" onClick={() => commands.open({ kind: "settings" })}><Icon name="settings" /></button>
      {!editable && <span className="tag">Read only</span>}
      <People />
      <span className="spacer" />
      <RunChip />
      {editable && <>
        <button type="button" className="button designer-publish" onClick={() => commands.open({ kind: "publish" })}><Icon name="endpoints" /><span>Publish</span></button>
        <button type="button" className="button button-primary" onClick={() => commands.open({ kind: "submit", upTo: null })} title={steps === 0 ? "The draft has no steps yet." : problems ? `${plural(problems, "problem")} to solve first` : `Submit a run (${KEYMAP.submit.keys})`}>
          <Icon name="play" />Submit{problems > 0 && <span className="count pane-on-primary"><span aria-hidden="true">{problems}</span><span className="visually-hidden">, {plural(problems, "problem")}</span></span>}
        </button>
      </>}
      <More />
    </div>
  );
}

/** The page around the editor follows a new name, whoever gave it. */
function usePageName(name: string): void {
  const before = useRef(name);
  useEffect(() => {
    if (before.current === name) return;
    document.title = document.title.split(before.current).join(name);
    const crumb = document.querySelector(".breadcrumb [aria-current] bdi");
    if (crumb) crumb.textContent = name;
    before.current = name;
  }, [name]);
}

/** Click or F2 renames in place; Escape leaves it as it was. */
function DraftName({ name, editable }: { name: string; editable: boolean }) {
  const { setDraft } = useCommands();
  const [text, setText] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const nothing = useDesigner((state) => state.selection.size === 0);
  useEffect(() => {
    if (!editable || !nothing) return;
    const keys = (event: KeyboardEvent) => {
      if (event.key !== "F2" || event.defaultPrevented || (event.target instanceof Element && event.target.closest("input, textarea, select, dialog"))) return;
      event.preventDefault();
      setText(name);
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, [editable, nothing, name]);
  useEffect(() => { if (text !== null) input.current?.select(); }, [text === null]);
  const end = (keep: boolean) => {
    const next = text?.trim();
    if (keep && next && next !== name) setDraft({ name: next });
    setText(null);
    setTimeout(() => { if (document.activeElement === document.body) button.current?.focus(); });
  };
  if (text !== null) {
    return <input ref={input} className="designer-name-input" aria-label="Name of the draft" dir="auto" autoFocus maxLength={255} value={text} onChange={(event) => setText(event.target.value)} onBlur={() => end(true)} onKeyDown={(event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    }} />;
  }
  return <h1 className="designer-name">{editable ? <button ref={button} type="button" title={`${name}: click or F2 to rename`} onClick={() => setText(name)}><bdi className="ellipsis">{name}</bdi><Icon name="edit" /><span className="visually-hidden">, rename</span></button> : <bdi className="ellipsis" title={name}>{name}</bdi>}</h1>;
}

/** Others who have this draft open, and this user's other tabs. */
function People() {
  const people = useDesigner((state) => state.people);
  const me = pagePlace().user;
  const tabs = new Map<string, number>();
  for (const one of people) tabs.set(one.user, (tabs.get(one.user) ?? 0) + 1);
  if ((tabs.get(me) ?? 0) <= 1) tabs.delete(me);
  const shown = [...tabs].slice(0, 5);
  if (shown.length === 0) return null;
  return (
    <ul className="designer-people" aria-label="Also here">
      {shown.map(([user, count]) => {
        const words = user === me ? `You, in ${plural(count, "tab")}` : user;
        return <li key={user} title={words}><span aria-hidden="true">{initials(user)}</span><span className="visually-hidden">{words}</span></li>;
      })}
      {tabs.size > shown.length && <li title={[...tabs.keys()].slice(5).join(", ")}>+{tabs.size - shown.length}</li>}
    </ul>
  );
}

const initials = (user: string): string => user.split(/[\s._@-]+/).filter(Boolean).slice(0, 2).map((part) => part[0]?.toUpperCase()).join("") || "?";

/** The run on the canvas, live; or the draft's last one, to be shown. */
function RunChip() {
  const commands = useCommands();
  const run = useDesigner((state) => state.run);
  const last = useDesigner((state) => state.draft.last_run);
  const editable = useDesigner((state) => state.editable);
  const [choosing, setChoosing] = useState(false);
  const shown = run ?? last;
  if (!shown) return null;
  const busy = editable && run !== null && !isFinal(run.status);
  return (
    <div className="designer-run">
      <a className="designer-run-link" href={`${pagePlace().pages}/runs/${shown.id}/`} title={`Run ${shown.number} in ${shown.experiment}: open its page`}>
        <Chip status={shown.status as Shown} /><span className="nowrap">Run {shown.number}</span></a>
      <span className="visually-hidden" role="status">{run ? `Run ${run.number}: ${statusWord(run.status)}` : ""}</span>
      {busy && <button type="button" className="button button-quiet button-small icon-only" aria-label={`Cancel Run ${run.number}`} title="Cancel the run" disabled={run.status === "CancelRequested"} onClick={() => void commands.cancelRun().catch((error: unknown) => toast(messageOf(error), "danger"))}><Icon name="cancel" /></button>}
      <Menu label="More about the run">
        {!run && last && <MenuItem icon="graph" onPick={() => void commands.showRun(last.id)}>Show Run {last.number} on the canvas</MenuItem>}
        <MenuItem icon="search" onPick={() => setChoosing(true)}>Runs of this draft…</MenuItem>
        {run && <MenuItem icon="close" onPick={() => void commands.showRun(null)}>Hide the run</MenuItem>}
      </Menu>
      {choosing && <LateDialog late="RunsDialog" onClose={() => setChoosing(false)} />}
    </div>
  );
}

function More() {
  const commands = useCommands();
  const place = pagePlace();
  const only = useDesigner((state) => (state.selection.size === 1 && state.view.faces.has([...state.selection][0] ?? "") ? [...state.selection][0] ?? null : null));
  const title = useDesigner((state) => (only ? state.view.faces.get(only)?.title ?? "" : ""));
  const editable = useDesigner((state) => state.editable);
  const unsaved = useDesigner((state) => state.save.kind !== "saved");
  const [deleting, setDeleting] = useState(false);
  const [writing, setWriting] = useState(false);
  const say = (error: unknown) => toast(messageOf(error), "danger");
  const saved = async (): Promise<boolean> => !unsaved || !editable || commands.saveNow();
  const clone = async () => {
    if (!await saved()) return;
    const made = await rest<{ id: string }>("/drafts", { method: "POST", body: { from_draft: place.draft } });
    location.assign(`${place.pages}/designer/${made.id}`);
  };
  const copy = async () => {
    if (await putOnClipboard(commands.copyText(copyAll()))) toast("The graph is on the clipboard as JSON.", "success");
    else toast(NOT_COPIED, "warning");
  };
  const nodes = useDesigner((state) => state.view);
  const graph = useDesigner((state) => state.graph);
  const copyAll = (): string[] => [...nodes.faces.keys(), ...nodes.pills.keys(), ...(graph.ui?.notes ?? []).map((one) => one.id), ...(graph.ui?.groups ?? []).map((one) => one.id)];
  return (
    <>
      <Menu label="More" small={false} className="designer-more">
        {editable && <MenuItem icon="play" disabled={!only} why="Select a step first." onPick={() => only && commands.open({ kind: "submit", upTo: only })}>{only ? `Run up to ${title}…` : "Run up to the selection…"}</MenuItem>}
        <MenuItem icon="edit" onPick={() => { commands.select([]); aimAt(null, "description"); }}>Description and tags</MenuItem>
        <MenuItem icon="calendar" onPick={() => commands.open({ kind: "history" })}>History</MenuItem>
        <hr />
        {editable && <MenuItem icon="copy" onPick={() => void clone().catch(say)}>Clone the draft</MenuItem>}
        <MenuItem icon="code" onPick={() => setWriting(true)}>Export as Python program…</MenuItem>
        <MenuItem icon="json" onPick={() => void copy()}>Copy the graph as JSON</MenuItem>
        <MenuItem icon="keyboard" onPick={() => commands.open({ kind: "shortcuts" })}>Keyboard shortcuts</MenuItem>
        {editable && <><hr /><MenuItem icon="delete" onPick={() => setDeleting(true)}>Delete the draft…</MenuItem></>}
      </Menu>
      {writing && <LateDialog late="ProgramDialog" onClose={() => setWriting(false)} />}
      {deleting && <DeleteDialog onClose={() => setDeleting(false)} />}
    </>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const name = useDesigner((state) => state.draft.name);
  const [refused, setRefused] = useState("");
  const go = async () => {
    const place = pagePlace();
    try {
      await rest(`/drafts/${place.draft}`, { method: "DELETE", body: {} });
      location.assign(`${place.pages}/designer/`);
    } catch (error) {
      setRefused(messageOf(error));
    }
  };
  return (
    <Modal title={<>Delete <bdi>{name}</bdi>?</>} onClose={onClose} actions={<><button type="button" className="button" data-first="" onClick={onClose}>Keep it</button><button type="button" className="button button-danger" onClick={() => void go()}><Icon name="delete" />Delete the draft</button></>}>
      <p>The draft and its history go for good. Runs that it made and what was published stay.</p>
      {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
    </Modal>
  );
}
