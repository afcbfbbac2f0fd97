/** Nothing is selected: the draft itself. */
import { useEffect, useRef, useState } from "react";
import { useCommands, useDesigner } from "../context";
import { focusField, useAim } from "./aim";
import { pagePlace } from "./page";
import { Chip, Field, Icon, plural, When } from "./parts";
import { ToFailed } from "./run-section";
import { ComputeSelect } from "./run-settings-tab";
import { DefaultText } from "./default-text";
import { usesOf } from "./settings";
import type { Shown } from "../../graph/status";

export function DraftPane() {
  const commands = useCommands();
  const draft = useDesigner((state) => state.draft);
  const graph = useDesigner((state) => state.graph);
  const editable = useDesigner((state) => state.editable);
  const run = useDesigner((state) => state.run);
  const problem = useDesigner((state) => state.problems.find((one) => one.node === null && one.field === "default_compute")?.message ?? (state.draft.default_compute ? undefined : state.problems.find((one) => one.code === "missing_compute") ? "No default: each step would need its own." : undefined));
  const last = run ?? draft.last_run;
  const parameters = graph.parameters ?? [];
  const aim = useAim();
  const root = useRef<HTMLDivElement>(null);
  const served = useRef(aim?.node === null ? 0 : aim?.count ?? 0);
  useEffect(() => {
    if (!aim || aim.node !== null || aim.count === served.current || !root.current) return;
    served.current = aim.count;
    focusField(root.current, aim.field);
  }, [aim]);
  return (
    <div className="pane" ref={root}>
      <div className="pane-head"><Icon name="designer" /><h2 className="pane-name"><bdi className="ellipsis" title={draft.name}>{draft.name}</bdi></h2></div>
      <div className="pane-body">
        <div data-field="default_compute"><Field label="Default compute target" error={problem} help="Steps that name no other run here.">{(ids) => <ComputeSelect ids={ids} value={draft.default_compute} set={(name) => commands.setDraft({ default_compute: name })} disabled={!editable} />}</Field></div>
        <div data-field="description"><Field label="Description">{(ids) => <textarea {...ids} rows={Math.min(8, Math.max(3, draft.description.split("\n").length))} dir="auto" placeholder={editable ? "What it is for. Markdown is shown on the run's page." : "None"} disabled={!editable} value={draft.description} onChange={(event) => commands.setDraft({ description: event.target.value })} />}</Field></div>
        <section className="pane-section"><div className="pane-label"><h3>Pipeline parameters</h3>{editable && <button type="button" className="button button-quiet button-small" onClick={() => commands.open({ kind: "settings" })}>{parameters.length ? "Edit" : "Add"}<span className="visually-hidden"> pipeline parameters</span></button>}</div>
          {parameters.length === 0 ? <p className="muted">None yet. A field's menu makes one: “Use a pipeline parameter…”.</p> : <dl className="facts">{parameters.map((one) => <div key={one.name}><dt className="ellipsis" title={one.name}><bdi>{one.name}</bdi></dt><dd><span dir="auto"><DefaultText value={one.default} /></span> <span className="muted small">{one.type}, {usesOf(graph, one.name).length === 0 ? "not used" : plural(usesOf(graph, one.name).length, "use")}</span></dd></div>)}</dl>}
        </section>
        <Tags tags={draft.tags} set={(tags) => commands.setDraft({ tags })} editable={editable} />
        <section className="pane-section"><h3>Last run</h3>
          {last ? <p className="row"><Chip status={last.status as Shown} /><a href={`${pagePlace().pages}/runs/${last.id}/`}>Run {last.number}</a><span className="muted ellipsis" title={last.experiment}>{last.experiment}</span></p> : <p className="muted">It has not run yet.</p>}
          <ToFailed />
        </section>
        <p className="muted small">{plural(graph.nodes.length, "step")}. Made by {draft.created_by} <When at={draft.created_at} />, last saved by {draft.updated_by} <When at={draft.updated_at} />.</p>
        {editable && <p className="muted small pane-hint"><kbd>/</kbd> adds a module, <kbd>?</kbd> shows all keys.</p>}
      </div>
    </div>
  );
}

function Tags({ tags, set, editable }: { tags: Readonly<Record<string, string>>; set: (tags: Record<string, string>) => void; editable: boolean }) {
  const [text, setText] = useState("");
  const add = () => {
    const clean = text.trim();
    if (!clean) return;
    const cut = clean.search(/[:=]/);
    const name = (cut < 0 ? clean : clean.slice(0, cut)).trim();
    if (name) set({ ...tags, [name]: cut < 0 ? "" : clean.slice(cut + 1).trim() });
    setText("");
  };
  const names = Object.keys(tags);
  return (
    <section className="pane-section"><h3>Tags</h3>
      {names.length > 0 ? <ul className="pane-chips" aria-label="Tags">{names.map((name) => <li key={name} title={tags[name] ? `${name}: ${tags[name]}` : name}><span className="ellipsis" dir="auto">{name}{tags[name] ? `: ${tags[name]}` : ""}</span>{editable && <button type="button" aria-label={`Remove tag ${name}`} onClick={() => set(Object.fromEntries(Object.entries(tags).filter(([other]) => other !== name)))}><Icon name="close" /></button>}</li>)}</ul> : !editable && <p className="muted">None.</p>}
      {editable && <div className="row pane-path-row"><input type="text" aria-label="New tag" placeholder="name: value" dir="auto" value={text} onChange={(event) => setText(event.target.value)} onBlur={add} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }} /></div>}
    </section>
  );
}
