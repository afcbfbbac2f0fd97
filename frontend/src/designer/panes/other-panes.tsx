/** What is neither a step, a source nor the draft: notes, groups, wires, several things at once. */
import { typeWords } from "../core/rules";
import type { Note } from "../core/types";
import { useCommands, useDesigner } from "../context";
import { Field, Icon, plural } from "./parts";

const TONES: [NonNullable<Note["tone"]>, string][] = [["yellow", "Yellow"], ["blue", "Blue"], ["green", "Green"], ["red", "Red"]];

export function NotePane({ id }: { id: string }) {
  const { setNote, remove } = useCommands();
  const note = useDesigner((state) => state.graph.ui?.notes?.find((one) => one.id === id));
  const editable = useDesigner((state) => state.editable);
  if (!note) return null;
  return (
    <div className="pane">
      <div className="pane-head"><Icon name="edit" /><h2 className="pane-name">Note</h2></div>
      <div className="pane-body">
        <Field label="Text">{(ids) => <textarea {...ids} rows={8} dir="auto" disabled={!editable} value={note.text} onChange={(event) => setNote(id, { text: event.target.value })} />}</Field>
        <Tones name={`tone-${id}`} value={note.tone} set={(tone) => setNote(id, { tone })} disabled={!editable} />
        {editable && <div className="row"><button type="button" className="button button-danger" onClick={() => remove([id])}><Icon name="delete" />Delete the note</button></div>}
      </div>
    </div>
  );
}

function Tones({ name, value, set, disabled }: { name: string; value: Note["tone"]; set: (tone: NonNullable<Note["tone"]>) => void; disabled: boolean }) {
  return <fieldset className="pane-tones"><legend>Colour</legend>{TONES.map(([tone, label]) => <label key={tone} className="row"><input type="radio" name={name} checked={(value ?? "yellow") === tone} disabled={disabled} onChange={() => set(tone)} /><span className="pane-tone" data-tone={tone} aria-hidden="true" />{label}</label>)}</fieldset>;
}

export function GroupPane({ id }: { id: string }) {
  const { setGroup, remove, select } = useCommands();
  const group = useDesigner((state) => state.graph.ui?.groups?.find((one) => one.id === id));
  const faces = useDesigner((state) => state.view.faces);
  const editable = useDesigner((state) => state.editable);
  if (!group) return null;
  return (
    <div className="pane">
      <div className="pane-head"><Icon name="outline" /><h2 className="pane-name"><bdi className="ellipsis">{group.name || "Group"}</bdi></h2></div>
      <div className="pane-body">
        <Field label="Name">{(ids) => <input {...ids} type="text" dir="auto" disabled={!editable} value={group.name} onChange={(event) => setGroup(id, { name: event.target.value })} />}</Field>
        <Tones name={`tone-${id}`} value={group.tone} set={(tone) => setGroup(id, { tone })} disabled={!editable} />
        <section className="pane-section"><h3>In this group</h3><ul className="pane-ports">{group.nodes.map((one) => <li key={one}><button type="button" className="pane-link" onClick={() => select([one])}><bdi>{faces.get(one)?.title ?? one}</bdi></button></li>)}</ul></section>
        {editable && <div className="row"><button type="button" className="button" onClick={() => remove([id])}>Ungroup</button><button type="button" className="button" onClick={() => select(group.nodes)}>Select its steps</button></div>}
      </div>
    </div>
  );
}

export function ManyPane() {
  const commands = useCommands();
  const selection = useDesigner((state) => state.selection);
  const faces = useDesigner((state) => state.view.faces);
  const editable = useDesigner((state) => state.editable);
  const computes = useDesigner((state) => state.computes);
  const nodes = [...selection].filter((id) => faces.has(id));
  return (
    <div className="pane">
      <div className="pane-head"><Icon name="steps" /><h2 className="pane-name">{plural(selection.size, "thing")} selected</h2></div>
      <div className="pane-body">
        {nodes.length > 0 && <ul className="pane-ports">{nodes.slice(0, 12).map((id) => <li key={id}><button type="button" className="pane-link" onClick={() => commands.select([id])}><bdi>{faces.get(id)?.title}</bdi></button></li>)}{nodes.length > 12 && <li className="muted">and {nodes.length - 12} more</li>}</ul>}
        {editable && <>
          {nodes.length > 0 && <Field label="Compute target for all of them">{(ids) => <select {...ids} value="keep" onChange={(event) => commands.setNodes(nodes, { compute: event.target.value || null })}><option value="keep">As each has it</option><option value="">The draft's default</option>{computes.map((one) => <option key={one.name}>{one.name}</option>)}</select>}</Field>}
          <div className="row">
            {nodes.length > 1 && <button type="button" className="button" onClick={() => commands.group()}><Icon name="outline" />Group</button>}
            <button type="button" className="button" onClick={() => commands.duplicate()}><Icon name="copy" />Duplicate</button>
            <button type="button" className="button button-danger" onClick={() => commands.remove()}><Icon name="delete" />Delete</button>
          </div>
        </>}
      </div>
    </div>
  );
}

/** What flows along a wire, and between which ports. */
export function WirePane({ id }: { id: string }) {
  const commands = useCommands();
  const wire = useDesigner((state) => state.view.wires.find((one) => one.id === id));
  const view = useDesigner((state) => state.view);
  const editable = useDesigner((state) => state.editable);
  if (!wire) return null;
  const from = "node" in wire.from ? view.faces.get(wire.from.node) : undefined;
  const output = "node" in wire.from ? wire.from.output : "";
  const to = view.faces.get(wire.to.node);
  const end = (title: string, target: string) => <button type="button" className="pane-link" onClick={() => commands.select([target])}><bdi>{title}</bdi></button>;
  return (
    <div className="pane">
      <div className="pane-head"><Icon name="branch" /><h2 className="pane-name">Wire</h2></div>
      <div className="pane-body">
        <dl className="facts">
          <div><dt>From</dt><dd>{"node" in wire.from ? <>{end(from?.title ?? wire.from.node, wire.from.node)} <span className="muted">{from?.outputs.find((one) => one.name === output)?.label ?? output}</span></> : end(view.pills.get(wire.from.pill)?.title ?? wire.from.pill, wire.from.pill)}</dd></div>
          <div><dt>To</dt><dd>{end(to?.title ?? wire.to.node, wire.to.node)} <span className="muted">{to?.inputs.find((one) => one.name === wire.to.port)?.label ?? wire.to.port}</span></dd></div>
          <div><dt>Carries</dt><dd>{wire.kind === "order" ? "no data: the second waits for the first" : typeWords(wire.type)}</dd></div>
        </dl>
        {wire.fault && <p className="error pane-error"><Icon name="error" />{wire.fault}</p>}
        <div className="row">
          {wire.kind === "data" && <button type="button" className="button" onClick={() => commands.open({ kind: "port", place: { ...wire.to, side: "in" } })}><Icon name="dataset" />Look at the data</button>}
          {editable && wire.kind === "data" && <button type="button" className="button button-danger" onClick={() => commands.disconnect([wire.to])}><Icon name="delete" />Disconnect</button>}
        </div>
      </div>
    </div>
  );
}
