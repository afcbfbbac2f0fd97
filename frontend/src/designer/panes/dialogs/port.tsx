/** The data behind a port: first rows, histograms, files; or what to do when there is none yet. */
import { useState } from "react";
import { isFinal } from "../../../graph/status";
import type { PortPlace } from "../../contract";
import { useCommands, useDesigner } from "../../context";
import { bytesText } from "../fields/path";
import { pagePlace, rest } from "../page";
import { Empty, Icon, Modal, plural, useLoad, Waiting } from "../parts";
import { RegisterForm } from "./port-register";
import { PortFiles } from "./port-files";
import { hasMetrics, PortMetrics } from "./port-metrics";
import { PortTable } from "./port-table";
import { SinceNote } from "../since-note";

export interface OutputInfo { name: string; datastore: string; path: string; size: number | null; file_count: number | null; registered: boolean; is_directory: boolean | null; dataset: { name?: string; version?: number } | null }
/** Where rows and files are: a step's output, or a dataset. */
export type DataPlace = { kind: "output"; step: string; run: string; name: string; node: string } | { kind: "dataset"; id: string; tabular: boolean };

type Way = "metrics" | "table" | "files" | "register";
const LABELS: Record<Way, string> = { metrics: "Metrics", table: "Rows", files: "Files", register: "Register as dataset" };
/** Modules whose metrics are what people look for behind their port. */
const EVALUATION = "Model Scoring";

export function PortDialog({ place, onClose }: { place: PortPlace; onClose: () => void }) {
  const view = useDesigner((state) => state.view);
  const face = view.faces.get(place.node);
  const wire = place.side === "in" ? view.wires.find((one) => one.kind === "data" && one.to.node === place.node && one.to.port === place.port) : undefined;
  const own = (place.side === "in" ? face?.inputs : face?.outputs)?.find((one) => one.name === place.port);
  const title = <><bdi>{face?.title ?? place.node}</bdi> · <bdi>{own?.label ?? place.port}</bdi></>;
  if (place.side === "in" && !wire) return <Modal title={title} onClose={onClose}><Empty icon="input" title="Nothing is connected"><p>Connect a step or a dataset to this input first.</p></Empty></Modal>;
  if (wire && "pill" in wire.from) {
    const pill = view.pills.get(wire.from.pill);
    const source = pill?.source;
    if (source && "dataset" in source) return <Modal title={<bdi>{pill.title}</bdi>} wide className="pane-dialog-port" onClose={onClose}><DatasetData id={source.dataset} /></Modal>;
    return <Modal title={title} onClose={onClose}><Empty icon="folder" title={pill?.title ?? "A source"}><p>{source && "datastore" in source ? `The files at ${source.datastore}/${source.path} are read when the step runs.` : "A pipeline parameter chooses the data at submit."}</p></Empty></Modal>;
  }
  const from = wire && "node" in wire.from ? wire.from : { node: place.node, output: place.port };
  return <OutputData node={from.node} output={from.output} title={place.side === "in" ? <><bdi>{view.faces.get(from.node)?.title ?? from.node}</bdi> · <bdi>{view.faces.get(from.node)?.outputs.find((one) => one.name === from.output)?.label ?? from.output}</bdi></> : title} onClose={onClose} />;
}

function DatasetData({ id }: { id: string }) {
  const dataset = useLoad((signal) => rest<{ kind: string }>(`/datasets/${id}`, { signal }), [id]);
  if (dataset.phase !== "ready") return <Waiting state={dataset} what="the dataset" />;
  const place: DataPlace = { kind: "dataset", id, tabular: dataset.value.kind === "tabular" };
  return place.tabular ? <PortTable place={place} /> : <PortFiles place={place} />;
}

function OutputData({ node, output, title, onClose }: { node: string; output: string; title: React.ReactNode; onClose: () => void }) {
  const commands = useCommands();
  const run = useDesigner((state) => state.run);
  const last = useDesigner((state) => state.draft.last_run);
  const type = useDesigner((state) => state.view.faces.get(node)?.outputs.find((one) => one.name === output)?.type ?? "any");
  const name = useDesigner((state) => state.view.faces.get(node)?.title ?? node);
  const evaluates = useDesigner((state) => state.view.faces.get(node)?.module?.group.startsWith(EVALUATION) ?? false);
  const editable = useDesigner((state) => state.editable);
  const step = run?.steps.get(node);
  const done = step !== undefined && step.status === "Completed";
  const info = useLoad(async (signal) => {
    if (!done) return null;
    const [told, measured] = await Promise.all([rest<{ outputs: OutputInfo[] }>(`/steps/${step.id}`, { signal }), hasMetrics(step.id, signal)]);
    return { output: told.outputs.find((one) => one.name === output) ?? null, measured };
  }, [step?.id, done, output]);
  const [chosen, setWay] = useState<Way | null>(null);
  const upTo = () => commands.open({ kind: "submit", upTo: node });
  if (!run || !step || !done) {
    const waiting = step && !isFinal(step.status);
    return (
      <Modal title={title} onClose={onClose}>
        <Empty icon={waiting ? "status-running" : "dataset"} title={waiting ? "It is on its way" : "No data yet"}>
          <p>{waiting ? `${name} has not ended yet; its data is shown here when it has.` : step ? `${name} ended without a result (${step.status}).` : run ? `${name} is not part of Run ${run.number}.` : "No run of this draft is on the canvas."}</p>
          {!waiting && <div className="empty-actions">{editable && <button type="button" className="button button-primary" onClick={upTo}><Icon name="play" />Run up to here…</button>}{!run && last && <button type="button" className="button" onClick={() => void commands.showRun(last.id)}>Show Run {last.number}</button>}</div>}
        </Empty>
      </Modal>
    );
  }
  const place: DataPlace = { kind: "output", step: step.id, run: run.id, name: output, node };
  const told = info.phase === "ready" ? info.value?.output : null;
  const measured = info.phase === "ready" && info.value?.measured === true;
  const shown: Record<Way, boolean> = { metrics: measured, table: type === "table" || type === "any" || type === "files", files: true, register: editable };
  const order: Way[] = evaluates ? ["metrics", "table", "files", "register"] : ["table", "metrics", "files", "register"];
  const tabs = order.filter((key) => shown[key]);
  const way = chosen ?? (evaluates && measured ? "metrics" : type === "table" || type === "any" ? "table" : "files");
  return (
    <Modal title={title} wide className="pane-dialog-port" onClose={onClose}>
      <div className="row pane-port-facts">
        <a href={`${pagePlace().pages}/runs/${run.id}/?step=${step.id}`}>Run {run.number}</a>
        {step.reused && <span className="reused small"><Icon name="recycle" />Reused from Run {step.reused_from?.run_number}</span>}
        {told && <span className="muted small">{told.size === null ? "" : `${bytesText(told.size)} in ${plural(told.file_count ?? 0, "file")}`}</span>}
        {told?.dataset?.name && <span className="tag"><Icon name="dataset" /><bdi>{told.dataset.name}</bdi>, version {told.dataset.version}</span>}
      </div>
      <SinceNote node={node} />
      <div className="tabs" role="tablist" aria-label="Data">{tabs.map((key) => <button key={key} type="button" role="tab" className="tab" aria-selected={way === key} onClick={() => setWay(key)}>{LABELS[key]}</button>)}</div>
      <Waiting state={info} what="the output" />
      {info.phase === "ready" && told && <div className="pane-port-body" role="tabpanel" aria-label={LABELS[way]}>
        {way === "metrics" && <PortMetrics run={run.id} step={step.id} />}
        {way === "table" && <PortTable place={place} onFiles={() => setWay("files")} />}
        {way === "files" && <PortFiles place={place} />}
        {way === "register" && <RegisterForm output={told} table={type === "table"} suggestion={name} />}
      </div>}
      {info.phase === "ready" && !told && <p className="error pane-error"><Icon name="error" />The run has no output of this name: the module's version was another one.</p>}
    </Modal>
  );
}
