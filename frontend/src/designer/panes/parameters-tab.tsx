/** The settings of a module's step, or the facts of one that came from a program. */
import type { DraftNode } from "../core/types";
import { isReference, mayBeShown, withDefaults } from "../core/values";
import { useDesigner, usePlace } from "../context";
import type { TabProps } from "./node-pane";
import { Banner, Icon } from "./parts";
import { ParameterField, type Incoming } from "./parameter-field";
import { problemAt } from "./settings";

export function ParametersTab({ node, face, problems }: TabProps) {
  const schema = useDesigner((state) => state.schema);
  if (face.kind === "plain") return <ProgramStep node={node} />;
  const general = problems.filter((one) => one.field === "settings" || one.field === "");
  const values = withDefaults(face.parameters, node.settings ?? {});
  const shown = face.parameters.filter((one) => mayBeShown(one, values));
  const written = new Set((face.module?.spec.outputs ?? []).map((port) => (port as { destination?: string }).destination));
  const incoming = (input: string | undefined): Incoming => {
    const port = face.inputs.find((one) => one.name === input) ?? face.inputs.find((one) => one.type === "table");
    return {
      columns: (port && schema?.inputs[node.id]?.[port.name]) ?? null,
      connected: Boolean(port && (node.inputs ?? []).some((one) => one.name === port.name && one.source)),
      label: port?.label ?? "a table",
    };
  };
  return (
    <>
      {general.map((one) => <Banner key={one.message} tone="danger">{one.message}</Banner>)}
      {face.kind === "loading" && <p className="muted pane-wait" role="status"><Icon name="status-running" />Loading version {face.version}…</p>}
      {face.kind === "module" && face.parameters.length === 0 && <p className="muted">This module has no parameters: connect its inputs and run it.</p>}
      {face.kind === "missing" && Object.keys(node.settings ?? {}).length > 0 && <KeptSettings node={node} />}
      {shown.map((spec) => <ParameterField key={spec.name} node={node} spec={spec} incoming={incoming(spec.input)} problem={problemAt(problems, node.id, `settings.${spec.name}`)} written={written.has(spec.name)} />)}
    </>
  );
}

/** What was chosen for a module that is gone: shown, so that it can be set again in another one. */
function KeptSettings({ node }: { node: DraftNode }) {
  return (
    <>
      <p className="muted">What was set is kept and comes back with the module:</p>
      <dl className="facts">{Object.entries(node.settings ?? {}).map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{isReference(value) ? `parameter ${value.parameter}` : typeof value === "string" ? value : JSON.stringify(value)}</dd></div>)}</dl>
    </>
  );
}

/** A step of an SDK program: what it runs is the program's, not the designer's. */
function ProgramStep({ node }: { node: DraftNode }) {
  const { api } = usePlace();
  const given = (Array.isArray(node["arguments"]) ? node["arguments"] : []) as unknown[];
  const environment = node["environment"] as { name?: string; python?: { version?: string } } | null | undefined;
  const own = Object.entries((node["parameters"] ?? {}) as Record<string, unknown>);
  const source = typeof node["snapshot"] === "string" && typeof node["script"] === "string" ? `${api}/snapshots/${node["snapshot"]}/files/${node["script"].split("/").map(encodeURIComponent).join("/")}` : "";
  return (
    <>
      <p className="muted">This step came from a program. Its script, arguments and environment stay as they were sent; wires and compute can be changed.</p>
      <dl className="facts">
        <div><dt>Kind</dt><dd>{node.kind ?? "python_script"}</dd></div>
        <div><dt>Script</dt><dd className="mono">{source ? <a href={source} download>{String(node["script"])}</a> : String(node["script"] ?? "none")}</dd></div>
        <div><dt>Environment</dt><dd>{environment?.name ?? "Default"}</dd></div>
        {typeof node["timeout_seconds"] === "number" && <div><dt>Time limit</dt><dd>{node["timeout_seconds"]} s</dd></div>}
      </dl>
      <section className="pane-section"><h3>Arguments</h3>
        {given.length === 0 ? <p className="muted">None.</p> : <ol className="pane-arguments">{given.map((one, index) => <li key={index}><Argument value={one} /></li>)}</ol>}
      </section>
      {own.length > 0 && <section className="pane-section"><h3>Values of its own</h3><dl className="facts">{own.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Argument value={value} /></dd></div>)}</dl></section>}
    </>
  );
}

function Argument({ value }: { value: unknown }) {
  if (typeof value === "object" && value !== null) {
    const [kind, name] = Object.entries(value)[0] ?? ["", ""];
    return <span className="tag"><Icon name={kind === "parameter" ? "parameter" : kind === "output" ? "output" : "input"} /><span className="tag-key">{kind}</span><bdi>{String(name)}</bdi></span>;
  }
  return <code dir="auto">{String(value)}</code>;
}
