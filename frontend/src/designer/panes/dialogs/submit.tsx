/** Submitting: experiment, values, and beforehand what would run and what would be reused. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { ParameterJson } from "../../../graph/types";
import type { SubmitForm } from "../../contract";
import type { Problem } from "../../core/types";
import { useCommands, useDesigner } from "../../context";
import { Combobox } from "../combobox";
import { messageOf, rest } from "../page";
import { DefaultInput, TYPE_WORDS } from "./parameter-default";
import { useParameterValues, type Values } from "./parameter-values";
import { Field, Icon, Modal, plural, useLoad } from "../parts";
import { runsOfDraft } from "./runs-dialog";
import { DefaultText } from "../default-text";
import { experimentOf, sameValue } from "../settings";
import { ForecastView } from "./forecast-view";
import { ProblemList } from "./problem-list";
import { TagsInput } from "./tags-input";

/** What was filled in and not sent, for the next time: a problem is mended first, or Escape was pressed. */
let unsent: { experiment?: string; description: string; tags?: Record<string, string>; goOn: boolean; values: Values } | null = null;

export function SubmitDialog({ upTo, onClose }: { upTo: string | null; onClose: () => void }) {
  const commands = useCommands();
  const draft = useDesigner((state) => state.draft);
  const graph = useDesigner((state) => state.graph);
  const faces = useDesigner((state) => state.view.faces);
  const experiments = useLoad((signal) => rest<{ items: { name: string; run_count?: number }[] }>("/experiments?limit=200", { signal }).then((told) => told.items), []);
  const runs = useLoad((signal) => runsOfDraft("", signal), []);
  const { parameters, values, set, typed, faults } = useParameterValues(unsent?.values);
  const proposed = draft.experiment || experimentOf(draft.name);
  const [experiment, setExperiment] = useState(unsent?.experiment ?? proposed);
  const [description, setDescription] = useState(unsent?.description ?? "");
  const [tags, setTags] = useState<Record<string, string>>(unsent?.tags ?? draft.tags);
  const [until, setUntil] = useState(upTo);
  const [forced, setForced] = useState<ReadonlySet<string>>(new Set());
  const [goOn, setGoOn] = useState(unsent?.goOn ?? false);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [refused, setRefused] = useState("");
  const [sending, setSending] = useState(false);
  const alert = useRef<HTMLDivElement>(null);
  const sent = useRef(false);
  useEffect(() => {
    if (!sent.current) unsent = { description, goOn, ...(experiment !== proposed && { experiment }), ...(!sameValue(tags, draft.tags) && { tags }), values: typed };
  });

  const missing = parameters.filter((one) => values[one.name] === undefined || values[one.name] === null || values[one.name] === "");
  const form: SubmitForm = {
    experiment: experiment.trim(), description: description.trim(), upTo: until, tags, continueOnStepFailure: goOn, forceNodes: [...forced],
    parameters: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "")),
  };
  const [firstFault] = faults.values();
  const fault = firstFault ?? (form.experiment ? "" : "Name the experiment that the run belongs to.");
  const submit = async () => {
    if (sending) return;
    if (fault) { setRefused(fault); return focusAlert(alert); }
    setSending(true);
    setRefused("");
    setProblems([]);
    try {
      const answer = await commands.submit(form);
      if ("run" in answer) {
        sent.current = true;
        unsent = null;
        commands.say(`Submitted as Run ${answer.run.number}.`);
        return onClose();
      }
      setProblems(answer.problems);
      focusAlert(alert);
    } catch (error) {
      setRefused(messageOf(error));
      focusAlert(alert);
    } finally {
      setSending(false);
    }
  };
  const recent = useMemo(() => recentValues(parameters, runs.phase === "ready" ? runs.value as unknown as { parameters?: Record<string, unknown> }[] : []), [parameters, runs]);
  const names = experiments.phase === "ready" ? experiments.value : [];
  const isNew = form.experiment !== "" && experiments.phase === "ready" && !names.some((one) => one.name === form.experiment);
  return (
    <Modal title={until ? <>Run up to <bdi>{faces.get(until)?.title ?? until}</bdi></> : "Submit a run"} wide onClose={onClose} onSubmit={() => void submit()}
      actions={<><span className="muted small pane-keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span><span className="spacer" /><button type="button" className="button" onClick={onClose}>Cancel</button><button type="submit" className="button button-primary" aria-disabled={sending || undefined}><Icon name={sending ? "status-running" : "play"} />{sending ? "Submitting…" : "Submit"}</button></>}>
      <div className="pane-two">
        <div className="form">
          <div ref={alert} tabIndex={-1} className="pane-alert" role="alert">
            {refused && <p className="error pane-error"><Icon name="error" />{refused}</p>}
            {problems.length > 0 && <ProblemList problems={problems} onJump={onClose} title={`${plural(problems.length, "problem")} to solve first`} />}
          </div>
          <Field label="Experiment" required help={isNew ? "A new experiment." : "Runs of one experiment stand together."}>
            {(ids) => <Combobox {...ids} value={experiment} free required placeholder="Choose or name one" options={names.map((one) => ({ value: one.name, ...(one.run_count === undefined ? {} : { detail: plural(one.run_count, "run") }) }))} empty="Press Enter to make it." onPick={setExperiment} onText={setExperiment} />}
          </Field>
          <Field label="Description">{(ids) => <textarea {...ids} rows={2} dir="auto" placeholder="What is different this time" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
          {parameters.length > 0 && <fieldset className="pane-fieldset"><legend>Pipeline parameters</legend>
            {parameters.map((one) => {
              const changed = !sameValue(values[one.name], one.default);
              return <div key={one.name} data-changed={changed || undefined} className="pane-field"><Field label={<bdi>{one.name}</bdi>} required={one.default === undefined || one.default === null} error={faults.has(one.name) ? faults.get(one.name) : missing.includes(one) && problems.length + Number(Boolean(refused)) > 0 ? `${one.name} needs a value.` : undefined}
                help={<>{TYPE_WORDS[one.type] ?? one.type}{changed && <>; default: <DefaultText value={one.default} /></>}</>}
                action={changed && one.default !== undefined && one.default !== null && <button type="button" className="button button-quiet button-small" onClick={() => set(one.name, one.default)}>Default<span className="visually-hidden"> of {one.name}</span></button>}>
                {(ids) => <DefaultInput type={one.type} value={values[one.name]} set={(value) => set(one.name, value)} ids={ids} label={one.name} recent={recent.get(one.name)} />}
              </Field></div>;
            })}</fieldset>}
          <Field label="Run" help={until ? "Only this step and what it needs." : undefined}>{(ids) => <select {...ids} value={until ?? ""} onChange={(event) => setUntil(event.target.value || null)}><option value="">the whole pipeline</option>{graph.nodes.map((one) => <option key={one.id} value={one.id}>up to {faces.get(one.id)?.title ?? one.id}</option>)}</select>}</Field>
          <details className="pane-more"><summary>Tags, failures</summary>
            <div className="form">
              <TagsInput tags={tags} set={setTags} />
              <label className="row"><input type="checkbox" checked={goOn} onChange={(event) => setGoOn(event.target.checked)} />Go on with other branches when a step fails</label>
            </div>
          </details>
        </div>
        <ForecastView form={form} forced={forced} setForced={setForced} onJump={onClose} />
      </div>
    </Modal>
  );
}

const focusAlert = (box: React.RefObject<HTMLDivElement | null>) => setTimeout(() => box.current?.focus());

/** Values that earlier runs of this draft had, the newest first. */
function recentValues(parameters: readonly ParameterJson[], runs: readonly { parameters?: Record<string, unknown> }[]): Map<string, string[]> {
  return new Map(parameters.map((one) => [one.name, [...new Set(runs.flatMap((run) => { const value = run.parameters?.[one.name]; return value === undefined || value === null || typeof value === "object" ? [] : [String(value)]; }))].slice(0, 8)]));
}
