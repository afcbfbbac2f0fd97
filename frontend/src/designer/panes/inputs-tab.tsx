/** Ports and what they are connected to: the way to wire without a mouse. */
import { useMemo } from "react";
import type { From } from "../contract";
import { sourceKey } from "../core/sources";
import { typeFits } from "../core/rules";
import type { FacePort, GraphView } from "../core/types";
import { useCommands, useDesigner } from "../context";
import { Combobox, type Option } from "./combobox";
import type { TabProps } from "./node-pane";
import { Icon, Menu, MenuItem } from "./parts";
import { problemAt } from "./settings";

const TYPE_WORDS: Readonly<Record<string, string>> = { table: "table", learner: "untrained model", model: "model", transform: "transformation", files: "files", image: "image", any: "anything" };

export function InputsTab({ node, face, problems }: TabProps) {
  return (
    <>
      {face.inputs.length === 0 && <p className="muted">This step has no inputs: it is where data begins.</p>}
      {face.inputs.map((port) => <InputRow key={port.name} node={node.id} port={port} problem={problemAt(problems, node.id, `inputs.${port.name}`)} />)}
      <section className="pane-section"><h3>Outputs</h3>
        {face.outputs.length === 0 ? <p className="muted">None.</p> : <ul className="pane-ports">{face.outputs.map((port) => <OutputRow key={port.name} node={node.id} port={port} />)}</ul>}
      </section>
      {(node.after ?? []).length > 0 && <AfterList node={node.id} after={node.after ?? []} />}
    </>
  );
}

function InputRow({ node, port, problem }: { node: string; port: FacePort; problem: string | undefined }) {
  const commands = useCommands();
  const editable = useDesigner((state) => state.editable);
  const view = useDesigner((state) => state.view);
  const datasets = useDesigner((state) => state.datasets);
  const graph = useDesigner((state) => state.graph);
  const wire = view.wires.find((one) => one.kind === "data" && one.to.node === node && one.to.port === port.name);
  const options = useMemo(() => fittingSources(view, node, port, commands.refusal, datasets), [view, node, port, commands, datasets]);
  const current = wire ? fromKey(wire.from) : "";
  const pick = (key: string) => {
    if (key === "") return commands.disconnect([{ node, port: port.name }]);
    if (key.startsWith("add:")) {
      const dataset = datasets.find((one) => one.id === key.slice(4));
      const at = view.pills.get(current);
      if (dataset) commands.add({ source: { dataset: dataset.id }, name: dataset.name, version: dataset.version, kind: dataset.kind }, at ? { x: at.x, y: at.y } : above(graph.nodes.find((one) => one.id === node)?.ui), { to: { node, port: port.name } });
      return;
    }
    const why = commands.connect(readKey(key), { node, port: port.name });
    if (why) commands.say(why, "warning");
  };
  const fault = wire?.fault ?? problem;
  return (
    <div className="field pane-port" data-field={`inputs.${port.name}`}>
      <div className="pane-label"><label htmlFor={`input-${node}-${port.name}`}>{port.label}{port.required && <span className="pane-required" aria-hidden="true"> *</span>}</label><span className="pane-port-type" data-type={port.type}>{TYPE_WORDS[port.type] ?? port.type}</span></div>
      <div className="row pane-path-row">
        <Combobox id={`input-${node}-${port.name}`} value={current} disabled={!editable} options={current && !options.some((one) => one.value === current) ? [...options, { value: current, label: wordsOf(view, current) }] : options}
          placeholder="Connect to…" empty="Nothing in this draft fits. Add a step or a dataset first." onPick={pick} aria-invalid={fault ? true : undefined} aria-describedby={fault ? `input-${node}-${port.name}-fault` : undefined} />
        {wire && editable && <button type="button" className="button button-quiet icon-only" aria-label={`Disconnect ${port.label}`} title="Disconnect" onClick={() => commands.disconnect([{ node, port: port.name }])}><Icon name="close" /></button>}
        {wire && <Menu label={`More for ${port.label}`}>
          {"node" in wire.from && <MenuItem icon="locate" onPick={() => "node" in wire.from && commands.select([wire.from.node])}>Go to {wordsOf(view, current)}</MenuItem>}
          <MenuItem icon="dataset" onPick={() => commands.open({ kind: "port", place: { node, port: port.name, side: "in" } })}>Look at the data</MenuItem>
        </Menu>}
      </div>
      {fault && <p className="error pane-error" id={`input-${node}-${port.name}-fault`}><Icon name="error" />{fault}</p>}
      {port.help && <p className="help">{port.help}</p>}
    </div>
  );
}

function OutputRow({ node, port }: { node: string; port: FacePort }) {
  const { open, select } = useCommands();
  const readers = useDesigner((state) => state.view.wires.filter((one) => "node" in one.from && one.from.node === node && one.from.output === port.name).map((one) => one.to.node).join("\n"));
  const faces = useDesigner((state) => state.view.faces);
  const names = [...new Set(readers ? readers.split("\n") : [])];
  return (
    <li>
      <div className="row"><Icon name="output" /><strong className="ellipsis">{port.label}</strong><span className="pane-port-type" data-type={port.type}>{TYPE_WORDS[port.type] ?? port.type}</span><span className="spacer" />
        <button type="button" className="button button-quiet button-small" onClick={() => open({ kind: "port", place: { node, port: port.name, side: "out" } })}>Data<span className="visually-hidden"> of {port.label}</span></button></div>
      <p className="small muted pane-readers">{names.length === 0 ? "Not connected" : <>To {names.map((one, index) => <span key={one}>{index > 0 && ", "}<button type="button" className="pane-link" onClick={() => select([one])}><bdi>{faces.get(one)?.title ?? one}</bdi></button></span>)}</>}</p>
    </li>
  );
}

function AfterList({ node, after }: { node: string; after: readonly string[] }) {
  const { setNode, select } = useCommands();
  const faces = useDesigner((state) => state.view.faces);
  const editable = useDesigner((state) => state.editable);
  return (
    <section className="pane-section" data-field="after"><h3>Waits for, without data</h3>
      <ul className="pane-ports">{after.map((one) => <li key={one} className="row"><button type="button" className="pane-link" onClick={() => select([one])}><bdi>{faces.get(one)?.title ?? one}</bdi></button><span className="spacer" />
        {editable && <button type="button" className="button button-quiet button-small icon-only" aria-label={`No longer wait for ${faces.get(one)?.title ?? one}`} onClick={() => setNode(node, { after: after.filter((other) => other !== one) })}><Icon name="close" /></button>}</li>)}</ul>
    </section>
  );
}

const SEPARATOR = "\u0001";
const fromKey = (from: From): string => ("pill" in from ? `pill:${from.pill}` : `node:${from.node}${SEPARATOR}${from.output}`);
function readKey(key: string): From {
  if (key.startsWith("pill:")) return { pill: key.slice(5) };
  const [node = "", output = ""] = key.slice(5).split(SEPARATOR);
  return { node, output };
}

function wordsOf(view: GraphView, key: string): string {
  const from = readKey(key);
  if ("pill" in from) return view.pills.get(from.pill)?.title ?? from.pill;
  const face = view.faces.get(from.node);
  const port = face?.outputs.find((one) => one.name === from.output);
  return `${face?.title ?? from.node}${face && face.outputs.length > 1 ? ` · ${port?.label ?? from.output}` : ""}`;
}

/** What may be connected here: outputs of other steps and pills that fit by type and make no cycle, then datasets that are not on the canvas. */
function fittingSources(view: GraphView, node: string, port: FacePort, refusal: (from: From, to: { node: string; port: string }) => string | null, datasets: readonly { id: string; name: string; version: number; kind: "tabular" | "file" }[]): Option[] {
  const to = { node, port: port.name };
  const found: Option[] = [];
  for (const [id, face] of view.faces) {
    if (id === node) continue;
    for (const output of face.outputs) {
      const from = { node: id, output: output.name };
      if (typeFits(output.type, port.type) && refusal(from, to) === null) found.push({ value: fromKey(from), label: wordsOf(view, fromKey(from)), detail: TYPE_WORDS[output.type] ?? output.type });
    }
  }
  for (const [key, pill] of view.pills) if (refusal({ pill: key }, to) === null) found.push({ value: `pill:${key}`, label: pill.title, detail: pill.kind === "dataset" ? pill.detail || "dataset" : pill.kind });
  for (const one of datasets) {
    const gives = one.kind === "tabular" ? "table" : "any";
    if (!view.pills.has(sourceKey({ dataset: one.id })) && typeFits(gives, port.type)) found.push({ value: `add:${one.id}`, label: one.name, detail: `dataset, version ${one.version}` });
  }
  return found;
}

/** Where a new pill goes: above the card that it feeds. */
const above = (card: { x?: number; y?: number } | undefined): { x: number; y: number } => ({ x: card?.x ?? 0, y: (card?.y ?? 0) - 110 });
