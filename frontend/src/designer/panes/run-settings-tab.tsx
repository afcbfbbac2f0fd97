/** How a step runs: where, whether earlier results are taken, what its outputs are registered as. */
import type { DraftOutput, FacePort } from "../core/types";
import { isReference } from "../core/values";
import { useCommands, useDesigner } from "../context";
import type { TabProps } from "./node-pane";
import { Switch } from "./fields/scalar";
import { Field } from "./parts";
import { Bound } from "./parameter-field";
import { problemAt, shownDefault } from "./settings";

export function RunSettingsTab({ node, face, problems }: TabProps) {
  const { setNode } = useCommands();
  const editable = useDesigner((state) => state.editable);
  const parameters = useDesigner((state) => state.graph.parameters);
  const reuse = node.allow_reuse !== false;
  const compute = node.compute;
  return (
    <>
      <div data-field="compute">
        <Field label="Compute target" error={problemAt(problems, node.id, "compute")} help={isReference(compute) ? undefined : "Where this step runs."}>
          {(ids) => (isReference(compute)
            ? <Bound ids={ids} name={compute.parameter} known={parameters?.some((one) => one.name === compute.parameter) ?? false} shown={shownDefault(parameters?.find((one) => one.name === compute.parameter)?.default)}
              detach={editable ? () => setNode(node.id, { compute: stringDefault(parameters?.find((one) => one.name === compute.parameter)?.default) }) : null} />
            : <ComputeSelect ids={ids} value={compute ?? ""} set={(name) => setNode(node.id, { compute: name || null })} disabled={!editable} inherit />)}
        </Field>
      </div>
      <div className="field" data-field="allow_reuse">
        <div className="pane-label"><label htmlFor={`reuse-${node.id}`}>Allow reuse</label><Switch ids={{ id: `reuse-${node.id}`, "aria-describedby": `reuse-help-${node.id}`, "aria-invalid": undefined }} checked={reuse} disabled={!editable} set={(on) => setNode(node.id, { allow_reuse: on })} /></div>
        <p className="help" id={`reuse-help-${node.id}`}>{reuse ? "On: when nothing that counts has changed, the earlier output is taken." : "Off: its output is regenerated in every run, and what follows may run again."}</p>
      </div>
      <div data-field="comment">
        <Field label="Comment" help="Stands on the card.">{(ids) => <textarea {...ids} rows={2} dir="auto" maxLength={2000} disabled={!editable} value={node.comment ?? ""} onChange={(event) => setNode(node.id, { comment: event.target.value })} />}</Field>
      </div>
      <section className="pane-section" data-field="outputs"><h3>Register outputs as datasets</h3>
        {face.outputs.length === 0 ? <p className="muted">This step has no outputs.</p> : <p className="help">With a name, each run that computes the output makes the next version of that dataset.</p>}
        {face.outputs.map((port) => <RegisterField key={port.name} port={port} outputs={node.outputs ?? []} set={(outputs) => setNode(node.id, { outputs })} disabled={!editable} problem={problemAt(problems, node.id, `outputs.${port.name}`)} />)}
      </section>
    </>
  );
}

const stringDefault = (value: unknown): string | null => (typeof value === "string" && value ? value : null);

/** A compute target of the workspace; one that is gone is shown as it is. */
export function ComputeSelect({ ids, value, set, disabled, inherit }: { ids: object; value: string; set: (name: string) => void; disabled: boolean; inherit?: boolean }) {
  const computes = useDesigner((state) => state.computes);
  const standard = useDesigner((state) => state.draft.default_compute);
  return (
    <select {...ids} disabled={disabled} value={value} onChange={(event) => set(event.target.value)}>
      <option value="">{inherit ? (standard ? `The draft's default (${standard})` : "The draft's default (none chosen)") : "None chosen"}</option>
      {value !== "" && !computes.some((one) => one.name === value) && <option value={value}>{value} (not in this workspace)</option>}
      {computes.map((one) => <option key={one.name} value={one.name}>{one.name}{one.state && !/idle|active|running|succeeded|steady/i.test(one.state) ? ` (${one.state.toLowerCase()})` : ""}</option>)}
    </select>
  );
}

function RegisterField({ port, outputs, set, disabled, problem }: { port: FacePort; outputs: readonly DraftOutput[]; set: (outputs: DraftOutput[]) => void; disabled: boolean; problem: string | undefined }) {
  const now = outputs.find((one) => one.name === port.name);
  const name = typeof now?.register_on_complete?.["name"] === "string" ? now.register_on_complete["name"] : "";
  const change = (next: string) => {
    const registration = next === "" ? null : { ...now?.register_on_complete, ...registrationFor(port), name: next, create_new_version: true };
    const made: DraftOutput = { ...now, name: port.name, register_on_complete: registration };
    set(now ? outputs.map((one) => (one.name === port.name ? made : one)) : [...outputs, made]);
  };
  return <Field label={port.label} error={problem}>{(ids) => <input {...ids} type="text" dir="auto" autoComplete="off" maxLength={255} placeholder="Not registered" disabled={disabled} value={name} onChange={(event) => change(event.target.value)} />}</Field>;
}

/** Tables lie in one Parquet file beside a description of their columns. */
const registrationFor = (port: FacePort): Record<string, unknown> => (port.type === "table" ? { kind: "tabular", definition: { format: "parquet" }, path_glob: "**/*.parquet" } : { kind: "file" });
