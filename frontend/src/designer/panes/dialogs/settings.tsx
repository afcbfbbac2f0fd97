/** The draft's settings: default compute and pipeline parameters. Each change is one step of undo. */
import { useEffect, useState } from "react";
import type { ParameterJson } from "../../../graph/types";
import { parameterNameFault } from "../../core/parameters";
import { useCommands, useDesigner } from "../../context";
import { DefaultInput, PARAMETER_TYPES, TYPE_WORDS } from "./parameter-default";
import { Field, Icon, Modal, plural } from "../parts";
import { ComputeSelect } from "../run-settings-tab";
import { DefaultText } from "../default-text";
import { usesOf, type ParameterUse } from "../settings";

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  const draft = useDesigner((state) => state.draft);
  const graph = useDesigner((state) => state.graph);
  const faces = useDesigner((state) => state.view.faces);
  const problems = useDesigner((state) => state.problems);
  const editable = useDesigner((state) => state.editable);
  const parameters = graph.parameters ?? [];
  const change = (index: number, next: Partial<ParameterJson>) => commands.setParameters(parameters.map((one, at) => (at === index ? { ...one, ...next } : one)));
  const [begun, setBegun] = useState(false);
  const [asking, setAsking] = useState(false);
  const leave = () => { if (begun && !asking) setAsking(true); else onClose(); };
  const go = (node: string) => { onClose(); commands.select([node]); };
  return (
    <Modal title="Settings" wide onClose={leave} actions={asking
      ? <><span role="alert">The new parameter is not added yet.</span><span className="spacer" /><button type="button" className="button" onClick={() => setAsking(false)}>Go on</button><button type="button" className="button button-danger" onClick={onClose}>Leave it</button></>
      : <><span className="muted small">Saved as you go; Ctrl-Z on the canvas takes a change back.</span><span className="spacer" /><button type="button" className="button button-primary" onClick={leave}>Done</button></>}>
      <div className="form pane-settings">
        <Field label="Default compute target" help="Steps that name no other run here.">{(ids) => <ComputeSelect ids={ids} value={draft.default_compute} set={(name) => commands.setDraft({ default_compute: name })} disabled={!editable} />}</Field>
        <section className="pane-section" aria-label="Pipeline parameters"><h3>Pipeline parameters</h3>
          <p className="help">Who submits the pipeline or calls its endpoint gives their values. Use one in a field by the field's menu.</p>
          {parameters.length === 0 && <p className="muted">None yet.</p>}
          <ul className="pane-parameters">
            {parameters.map((one, index) => (
              <ParameterRow key={index} parameter={one} taken={parameters.filter((_, at) => at !== index).map((other) => other.name)} uses={usesOf(graph, one.name, faces)} editable={editable} go={go}
                problem={problems.find((each) => each.node === null && each.field.startsWith(`parameters.${one.name}`))?.message} change={(next) => change(index, next)} remove={() => commands.setParameters(parameters.filter((_, at) => at !== index))} />
            ))}
          </ul>
          {editable && <NewParameter taken={parameters.map((one) => one.name)} add={(made) => commands.setParameters([...parameters, made])} onBegun={(now) => { setBegun(now); if (!now) setAsking(false); }} />}
        </section>
      </div>
    </Modal>
  );
}

function ParameterRow({ parameter, taken, uses, editable, problem, change, remove, go }: { parameter: ParameterJson; taken: readonly string[]; uses: readonly ParameterUse[]; editable: boolean; problem: string | undefined; change: (next: Partial<ParameterJson>) => void; remove: () => void; go: (node: string) => void }) {
  const [name, setName] = useState<string | null>(null);
  const [refusal, setRefusal] = useState(false);
  const clean = name?.trim() ?? parameter.name;
  const fault = name === null || clean === parameter.name ? undefined : parameterNameFault(clean) ?? (taken.includes(clean) ? `There is a parameter ${clean} already.` : undefined);
  const rename = () => {
    if (fault) return; // what was typed stays until it is right, or Escape takes it back
    if (name !== null && clean !== parameter.name) change({ name: clean });
    setName(null);
  };
  const retype = (type: string) => change({ type, default: converted(parameter.default, type) });
  const data = parameter.type === "dataset" || parameter.type === "datapath";
  return (
    <li className="pane-parameter" aria-label={parameter.name}>
      <div className="pane-parameter-row" data-wide={data || undefined}>
        <Field label="Name" error={fault}>{(ids) => <input {...ids} type="text" disabled={!editable} value={name ?? parameter.name} onChange={(event) => setName(event.target.value)} onBlur={rename} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); rename(); } if (event.key === "Escape" && name !== null) { event.preventDefault(); event.stopPropagation(); setName(null); } }} />}</Field>
        <Field label="Type">{(ids) => <select {...ids} disabled={!editable || uses.length > 0} title={uses.length > 0 ? "It is used: its type stays." : undefined} value={parameter.type} onChange={(event) => retype(event.target.value)}>{PARAMETER_TYPES.map((one) => <option key={one} value={one}>{TYPE_WORDS[one]}</option>)}</select>}</Field>
        <Field label="Default" error={problem}>{(ids) => (editable ? <DefaultInput type={parameter.type} value={parameter.default} set={(value) => change({ default: value ?? null })} ids={ids} label={`Default of ${parameter.name}`} /> : <output {...ids} aria-invalid={undefined}><DefaultText value={parameter.default} /></output>)}</Field>
        {editable && <button type="button" className="button button-quiet icon-only pane-parameter-remove" aria-label={`Delete ${parameter.name}`} title="Delete" onClick={() => (uses.length ? setRefusal(true) : remove())}><Icon name="delete" /></button>}
      </div>
      <p className="small muted" role={refusal ? "alert" : undefined}>
        {refusal && uses.length > 0 && <strong className="error">It is used, so it stays. Detach it first: </strong>}
        {uses.length === 0 ? "Not used yet." : <>{refusal ? "" : `${plural(uses.length, "use")}: `}{uses.slice(0, 8).map((one, index) => <span key={index}>{index > 0 && ", "}<button type="button" className="pane-link" onClick={() => go(one.node)}><bdi>{one.name}</bdi> ({one.what})</button></span>)}{uses.length > 8 && ` and ${uses.length - 8} more`}</>}
      </p>
    </li>
  );
}

function NewParameter({ taken, add, onBegun }: { taken: readonly string[]; add: (made: ParameterJson) => void; onBegun: (begun: boolean) => void }) {
  const [name, setName] = useState("");
  const [type, setType] = useState("string");
  const [value, setValue] = useState<unknown>(undefined);
  const [tried, setTried] = useState(false);
  const begun = name.trim() !== "" || (value !== undefined && value !== null && value !== "");
  useEffect(() => onBegun(begun), [begun]);
  const clean = name.trim();
  const fault = parameterNameFault(clean) ?? (taken.includes(clean) ? `There is a parameter ${clean} already.` : undefined);
  const submit = () => {
    setTried(true);
    if (fault) return;
    add({ name: clean, type, default: value ?? null });
    setName("");
    setValue(undefined);
    setTried(false);
  };
  return (
    <div className="pane-parameter pane-parameter-new" role="group" aria-label="New parameter" onKeyDown={(event) => { if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.getAttribute("role") !== "combobox") { event.preventDefault(); submit(); } }}>
      <div className="pane-parameter-row">
        <Field label="New parameter" error={tried || (clean && taken.includes(clean)) ? fault : undefined}>{(ids) => <input {...ids} type="text" placeholder="Name" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label="Type">{(ids) => <select {...ids} value={type} onChange={(event) => { setType(event.target.value); setValue(converted(value, event.target.value)); }}>{PARAMETER_TYPES.map((one) => <option key={one} value={one}>{TYPE_WORDS[one]}</option>)}</select>}</Field>
        <Field label="Default">{(ids) => <DefaultInput type={type} value={value} set={setValue} ids={ids} label="Default of the new parameter" />}</Field>
        <button type="button" className="button" onClick={submit}><Icon name="new" />Add</button>
      </div>
    </div>
  );
}

/** The default in another type, where it means something there. */
export function converted(value: unknown, type: string): unknown {
  if (value === undefined || value === null || typeof value === "object") return null;
  if (type === "string") return String(value);
  const number = Number(value);
  if (type === "float") return Number.isFinite(number) && value !== "" ? number : null;
  if (type === "int") return Number.isInteger(number) && value !== "" ? number : null;
  if (type === "bool") return value === true || value === "true" ? true : value === false || value === "false" ? false : null;
  return null;
}
