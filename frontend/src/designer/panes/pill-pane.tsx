/** A source on the canvas: which data it is, what it feeds, and the way to a pipeline parameter. */
import { useState } from "react";
import type { Pill } from "../core/types";
import type { DatasetItem } from "../contract";
import { pillFaults } from "../core/view";
import { useCommands, useDesigner } from "../context";
import { SOURCE_ICON } from "../palette/groups";
import { Combobox } from "./combobox";
import { DefaultText } from "./default-text";
import { PathInput } from "./fields/path";
import { PromoteSource } from "./dialogs/promote-source";
import { messageOf, rest } from "./page";
import { Field, Icon } from "./parts";

export function PillPane({ id }: { id: string }) {
  const commands = useCommands();
  const pill = useDesigner((state) => state.view.pills.get(id));
  const editable = useDesigner((state) => state.editable);
  const datasets = useDesigner((state) => state.datasets);
  const parameters = useDesigner((state) => state.graph.parameters);
  const faces = useDesigner((state) => state.view.faces);
  const wires = useDesigner((state) => state.view.wires);
  const [promoting, setPromoting] = useState(false);
  if (!pill) return null;
  const { source } = pill;
  const feeds = wires.filter((one) => "pill" in one.from && one.from.pill === id);
  const dataset = "dataset" in source ? datasets.find((one) => one.id === source.dataset) : undefined;
  const parameter = "parameter" in source ? parameters?.find((one) => one.name === source.parameter) : undefined;
  return (
    <div className="pane">
      <div className="pane-head"><Icon name={SOURCE_ICON[pill.kind]} /><h2 className="pane-name"><bdi className="ellipsis" title={pill.title}>{pill.title}</bdi></h2></div>
      <div className="pane-body">
        {pill.kind === "dataset" && editable && <ChosenDataset pill={pill} />}
        <dl className="facts">
          {pill.kind === "dataset" && !editable && <><div><dt>Dataset</dt><dd><bdi>{pill.title}</bdi></dd></div><div><dt>Version</dt><dd>{pill.detail.replace("version ", "") || "not registered"}</dd></div></>}
          {pill.kind === "dataset" && <div><dt>Kind</dt><dd>{dataset?.kind === "file" || pill.type === "files" ? "Files" : "Table"}</dd></div>}
          {"datastore" in source && <><div><dt>Datastore</dt><dd>{source.datastore}</dd></div><div><dt>Path</dt><dd className="mono">{source.path}</dd></div></>}
          {"parameter" in source && <><div><dt>Pipeline parameter</dt><dd>{source.parameter}</dd></div><div><dt>Default</dt><dd>{parameter ? <DefaultText value={parameter.default} /> : "There is no such parameter any more."}</dd></div></>}
        </dl>
        {dataset?.description && <p dir="auto">{dataset.description}</p>}
        {"parameter" in source && parameter && editable && (
          <Field label="Default of the parameter">{(ids) => (parameter.type === "datapath"
            ? <PathInput ids={ids} label="Default" disabled={false} value={parameter.default} set={(value) => commands.setParameters((parameters ?? []).map((one) => (one.name === parameter.name ? { ...one, default: value } : one)))} />
            : <button {...ids} aria-invalid={undefined} type="button" className="button" onClick={() => commands.open({ kind: "settings" })}>Change in the draft's settings</button>)}</Field>
        )}
        <section className="pane-section"><h3>Feeds</h3>
          {feeds.length === 0 ? <p className="muted">Nothing yet: draw a wire to an input.</p> : <ul className="pane-ports">{feeds.map((one) => <li key={one.id}><button type="button" className="pane-link" onClick={() => commands.select([one.to.node])}><bdi>{faces.get(one.to.node)?.title ?? one.to.node}</bdi></button> <span className="muted small">{faces.get(one.to.node)?.inputs.find((port) => port.name === one.to.port)?.label}</span></li>)}</ul>}
        </section>
        {editable && <div className="row">
          {pill.kind === "parameter"
            ? <button type="button" className="button" onClick={() => { const why = commands.detachSource(id); if (why) commands.say(why, "warning"); }}><Icon name="link" />Detach from the parameter</button>
            : <button type="button" className="button" onClick={() => setPromoting(true)}><Icon name="parameter" />Make it a pipeline parameter…</button>}
          <button type="button" className="button button-danger" onClick={() => commands.remove([id])}><Icon name="delete" />Remove</button>
        </div>}
      </div>
      {promoting && <PromoteSource pill={pill} onClose={() => setPromoting(false)} />}
    </div>
  );
}

/** Another dataset, or another version of it, for everything that reads this one. */
function ChosenDataset({ pill }: { pill: Pill }) {
  const { replaceSource, say } = useCommands();
  const datasets = useDesigner((state) => state.datasets);
  const fault = useDesigner((state) => pillFaults(state.problems, state.view).get(pill.key));
  const id = "dataset" in pill.source ? pill.source.dataset : "";
  const known = datasets.find((one) => one.id === id) ?? datasets.find((one) => one.name === pill.title);
  const latest = known?.version ?? 0;
  const version = pill.detail.replace("version ", "");
  const versions = Array.from({ length: Math.min(latest, 200) }, (_, index) => String(latest - index));
  const toVersion = async (wanted: string) => {
    try {
      replaceSource(pill.key, await rest<DatasetItem>(`/datasets/by-name/${encodeURIComponent(known?.name ?? pill.title)}?version=${wanted}`));
    } catch (error) {
      say(`The version was not changed: ${messageOf(error)}`, "warning");
    }
  };
  const options = datasets.map((one) => ({ value: one.id, label: one.name, detail: `${one.kind === "tabular" ? "table" : "files"}, version ${one.version}` }));
  return (
    <>
      <Field label="Dataset" error={fault}>{(ids) => <Combobox {...ids} value={id} required placeholder="Choose a dataset" empty="No registered dataset has these letters." options={options.some((one) => one.value === id) ? options : [...options, { value: id, label: pill.title, detail: fault ? "gone" : pill.detail }]}
        onPick={(next) => { const item = datasets.find((one) => one.id === next); if (item) replaceSource(pill.key, item); }} />}</Field>
      {!fault && versions.length > 0 && version !== "" && <Field label="Version" help={Number(version) < latest ? `Version ${latest} is the newest.` : undefined}>{(ids) => <select {...ids} value={version} onChange={(event) => void toVersion(event.target.value)}>{[...new Set([version, ...versions])].sort((a, b) => Number(b) - Number(a)).map((one) => <option key={one} value={one}>{one}</option>)}</select>}</Field>}
    </>
  );
}
