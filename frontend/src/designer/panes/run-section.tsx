/** What the run on the canvas says of one step: status, why, how long, its error, ways to its log and results. */
import { useState } from "react";
import { isFinal, shownStatus, triesText, whyText } from "../../graph/status";
import type { StepJson } from "../../graph/types";
import { Duration } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import { LogDialog } from "./dialogs/log";
import { pagePlace, rest } from "./page";
import { Chip, Icon, useLoad, Waiting } from "./parts";
import { readableWhy } from "./settings";
import { SinceNote } from "./since-note";

const LINES = 12;

export function RunSection({ node, name }: { node: string; name: string }) {
  const run = useDesigner((state) => state.run);
  const editable = useDesigner((state) => state.editable);
  const face = useDesigner((state) => state.view.faces.get(node));
  const { open } = useCommands();
  const [log, setLog] = useState(false);
  if (!run) return null;
  const step = run.steps.get(node);
  if (!step) return <section className="pane-run" aria-label={`Run ${run.number}`}><p className="muted small">{run.upTo ? `Run ${run.number} ran up to another step; this one is not part of it.` : `This step is not part of Run ${run.number}.`}</p></section>;
  const why = step.reused ? "" : readableWhy(whyText(step), face?.parameters);
  const tries = triesText(step);
  const there = isFinal(step.status) || step.started_at;
  return (
    <section className="pane-run" aria-label={`Run ${run.number}`} data-status={shownStatus(step)}>
      <div className="row"><Chip status={shownStatus(step)} /><Duration step={step} />{tries && <span className="muted small">{tries}</span>}<span className="spacer" />
        <a className="small" href={`${run.url}?step=${step.id}`}>Run {run.number}<Icon name="arrow-right" /></a></div>
      {step.reused && <p className="reused small"><Icon name="recycle" /><span>Reused from {step.reused_from?.url ? <a href={step.reused_from.url}>Run {step.reused_from.run_number}</a> : `Run ${step.reused_from?.run_number ?? ""}`}: nothing that counts has changed.</span></p>}
      {why && <p className="small">{why}</p>}
      {step.sentence && !step.reused && step.sentence !== why && <p className={`small ${step.status === "Failed" ? "error" : "muted"}`}>{step.sentence}</p>}
      {(step.status === "Preparing" || step.reason === "environment_failed") && <BuildNote step={step} />}
      <SinceNote node={node} />
      {step.status === "Failed" && <ErrorLines step={step} />}
      {there && <div className="row pane-quick">
        <button type="button" className="button button-small" onClick={() => setLog(true)}><Icon name="log" />Log</button>
        {step.status === "Completed" && <OutputButtons node={node} />}
      </div>}
      {log && <LogDialog step={step} name={name} onClose={() => setLog(false)} />}
      {step.status !== "Failed" && <ToFailed />}
      {!there && !step.sentence && <p className="muted small">It has not started.</p>}
      <span className="visually-hidden" role="status">{`${name}: ${shownStatus(step)}`}</span>
      {editable && step.status === "Failed" && <button type="button" className="button button-small" onClick={() => open({ kind: "submit", upTo: node })}><Icon name="play" />Run up to here again…</button>}
    </section>
  );
}

/** The way to the step that ended the run, from wherever one is. */
export function ToFailed() {
  const { select } = useCommands();
  const failed = useDesigner((state) => [...(state.run?.steps.values() ?? [])].find((step) => step.status === "Failed" && state.view.faces.has(step.node_id))?.node_id);
  const name = useDesigner((state) => (failed ? state.view.faces.get(failed)?.title : ""));
  if (!failed) return null;
  return <button type="button" className="button button-small to-failed" onClick={() => select([failed])}><Icon name="error" /><span className="ellipsis">Go to <bdi>{name}</bdi>, which failed</span></button>;
}

/** What takes the first run its time: packages that are being installed. Their log is on the environment's page. */
function BuildNote({ step }: { step: StepJson }) {
  const told = useLoad((signal) => rest<{ environment: { key: string; status: string; asked?: { name?: string } | null } }>(`/steps/${step.id}`, { signal }), [step.id, step.status]);
  if (told.phase !== "ready" || told.value.environment.status === "Ready") return null;
  const { key, status, asked } = told.value.environment;
  const name = asked?.name || "the step";
  return <p className="small pane-build"><Icon name="environments" /><span>{status === "Failed" ? <>The environment <bdi>{name}</bdi> could not be built.</> : <>The environment <bdi>{name}</bdi> is put together once.</>} <a href={`${pagePlace().pages}/environments/builds/${key}/`}>See its build</a></span></p>;
}

/** The last lines first in sight: they say what went wrong. */
function ErrorLines({ step }: { step: StepJson }) {
  const told = useLoad((signal) => rest<{ error_lines?: string[] }>(`/steps/${step.id}`, { signal }), [step.id, step.attempt]);
  if (told.phase !== "ready") return <Waiting state={told} what="the error" />;
  const lines = told.value.error_lines ?? [];
  if (lines.length === 0) return null;
  return <div className="error-card pane-error-card"><pre className="error-lines" tabIndex={0} aria-label="The end of its error">{lines.slice(-LINES).join("\n")}</pre></div>;
}

function OutputButtons({ node }: { node: string }) {
  const { open } = useCommands();
  const outputs = useDesigner((state) => state.view.faces.get(node)?.outputs);
  return outputs?.map((port) => <button key={port.name} type="button" className="button button-small" onClick={() => open({ kind: "port", place: { node, port: port.name, side: "out" } })}><Icon name="dataset" /><span className="ellipsis">{port.label}</span></button>);
}
