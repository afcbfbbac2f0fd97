/** "Use a pipeline parameter…": one that is there, or a new one with name, type and default. */
import { useState } from "react";
import type { ParameterJson } from "../../../graph/types";
import { fittingParameters, parameterNameFault, takes } from "../../core/parameters";
import type { Setting, SpecParameter } from "../../core/types";
import { useCommands, useDesigner } from "../../context";
import { Field, Icon, Modal } from "../parts";
import { DefaultInput } from "./parameter-default";
import { shownDefault } from "../settings";

export function PromoteDialog({ node, spec, value, onClose }: { node: string; spec: SpecParameter; value: Setting | undefined; onClose: () => void }) {
  const commands = useCommands();
  const graph = useDesigner((state) => state.graph);
  const parameters = graph.parameters ?? [];
  const types = takes(spec);
  const fitting = fittingParameters(graph, spec);
  const free = (name: string) => !parameters.some((one) => one.name === name);
  const first = typesFor(value, types);
  const [way, setWay] = useState<string>(fitting.length ? fitting[0]?.name ?? "" : "");
  const [name, setName] = useState(() => suggestion(spec.name, free));
  const [type, setType] = useState(first);
  const [given, setGiven] = useState<unknown>(value);
  const [refused, setRefused] = useState("");
  const fault = way !== "" ? undefined : (parameterNameFault(name.trim()) ?? (free(name.trim()) ? undefined : `There is a parameter ${name.trim()} already.`));
  const submit = () => {
    if (fault) return;
    if (way === "") commands.setParameters([...parameters, { name: name.trim(), type, ...(given === undefined ? {} : { default: given }) } as ParameterJson]);
    const why = commands.promote(node, spec.name, way === "" ? name.trim() : way);
    if (why) return setRefused(why);
    onClose();
  };
  return (
    <Modal title={<>A pipeline parameter for {spec.label}</>} onClose={onClose} onSubmit={submit}
      actions={<><button type="button" className="button" onClick={onClose}>Cancel</button><button type="submit" className="button button-primary" disabled={Boolean(fault)}>Use it</button></>}>
      <div className="form">
        <p className="muted">Who submits the pipeline or calls its endpoint chooses the value; here stands the default.</p>
        {fitting.length > 0 && (
          <fieldset className="pane-choices"><legend>Parameter</legend>
            {fitting.map((one) => <label key={one.name} className="row"><input type="radio" name="promote" checked={way === one.name} onChange={() => setWay(one.name)} /><Icon name="parameter" /><bdi className="ellipsis">{one.name}</bdi><span className="muted small ellipsis">{one.type}, {shownDefault(one.default)}</span></label>)}
            <label className="row"><input type="radio" name="promote" checked={way === ""} onChange={() => setWay("")} /><Icon name="new" />A new one</label>
          </fieldset>
        )}
        {way === "" && (
          <>
            <Field label="Name" required error={fault} help="Callers of the pipeline use it.">{(ids) => <input {...ids} type="text" data-first="" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
            {types.length > 1 && <Field label="Type">{(ids) => <select {...ids} value={type} onChange={(event) => setType(event.target.value)}>{types.map((one) => <option key={one}>{one}</option>)}</select>}</Field>}
            <Field label="Default" help="Empty: every submit must give a value.">{(ids) => <DefaultInput type={type} value={given} set={setGiven} ids={ids} label="Default" />}</Field>
          </>
        )}
        {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
      </div>
    </Modal>
  );
}

function suggestion(name: string, free: (name: string) => boolean): string {
  if (free(name)) return name;
  let number = 2;
  while (!free(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}

function typesFor(value: unknown, types: readonly string[]): string {
  const natural = typeof value === "number" ? (Number.isInteger(value) && !types.includes("float") ? "int" : "float") : typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "";
  return types.includes(natural) ? natural : types[0] ?? "string";
}
