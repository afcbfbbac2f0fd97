/** What a step's module is, its other versions, and what changing to one of them would change. */
import { useState } from "react";
import { movesTo } from "../core/replacing";
import { compareSpecs, upgradeLosses } from "../core/upgrades";
import type { DraftNode, Face, ModuleVersionJson } from "../core/types";
import { useCommands, useDesigner } from "../context";
import { Combobox } from "./combobox";
import type { TabProps } from "./node-pane";
import { Banner, Field, Icon, useLoad, Waiting, When } from "./parts";
import { problemAt } from "./settings";

export function UpgradeNote({ face, onLook }: { node: DraftNode; face: Face; onLook: () => void }) {
  if (!face.newer || face.fault) return null;
  return <div className="pane-slot"><Banner tone="info" actions={<button type="button" className="button button-small" onClick={onLook}>Look</button>}>Version {face.newer} of {face.module?.name} is there; this step keeps version {face.version}.</Banner></div>;
}

export function ModuleTab({ node, face, problems }: TabProps) {
  const problem = problemAt(problems, node.id, "module");
  const { module } = face;
  if (!module) {
    return (
      <div className="stack" data-field="module">
        <Banner tone="danger">{problem ?? face.fault ?? "The module is not in this workspace."}</Banner>
        <Replace node={node} face={face} />
      </div>
    );
  }
  const spec = module.spec;
  return (
    <div className="stack" data-field="module">
      {problem && <Banner tone="danger">{problem}</Banner>}
      <dl className="facts">
        <div><dt>Module</dt><dd><bdi>{module.name}</bdi></dd></div>
        <div><dt>Version</dt><dd>{face.version}{face.version === module.default_version ? " (the default one)" : ""}</dd></div>
        <div><dt>Group</dt><dd>{module.group.replace("/", " › ")}</dd></div>
        <div><dt>From</dt><dd>{module.key ? "the studio" : "this workspace"}{module.status === "Active" ? "" : `, ${module.status.toLowerCase()}`}</dd></div>
      </dl>
      <Description text={module.description} />
      {(spec.inputs.some((one) => one.help) || spec.outputs.some((one) => one.help)) && (
        <section className="pane-section"><h3>Ports</h3><dl className="facts">{[...spec.inputs, ...spec.outputs].filter((one) => one.help).map((one) => <div key={one.name}><dt>{one.label}</dt><dd>{one.help}</dd></div>)}</dl></section>
      )}
      <Versions node={node} face={face} />
      <details className="pane-more"><summary>Replace by another module</summary><Replace node={node} face={face} /></details>
    </div>
  );
}

/** Paragraphs and lists of a description; nothing of it is HTML. */
export function Description({ text }: { text: string }) {
  const blocks = text.trim().split(/\n\s*\n/).filter(Boolean);
  return <div className="pane-description" dir="auto">{blocks.map((block, index) => {
    const lines = block.split("\n");
    return lines.every((line) => /^\s*[-*] /.test(line)) ? <ul key={index}>{lines.map((line, at) => <li key={at}><Inline text={line.replace(/^\s*[-*] /, "")} /></li>)}</ul> : <p key={index}><Inline text={block.replace(/^#+ /, "")} /></p>;
  })}</div>;
}

function Inline({ text }: { text: string }) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, index) => (part.startsWith("`") ? <code key={index}>{part.slice(1, -1)}</code> : part.startsWith("**") ? <strong key={index}>{part.slice(2, -2)}</strong> : part));
}

function Versions({ node, face }: { node: DraftNode; face: Face }) {
  const { moduleVersions } = useCommands();
  const editable = useDesigner((state) => state.editable);
  const versions = useLoad(() => moduleVersions(node.id), [node.id, face.module?.id]);
  const [chosen, setChosen] = useState(face.newer ?? "");
  if (versions.phase !== "ready") return <Waiting state={versions} what="versions" />;
  const others = versions.value.filter((one) => one.version !== face.version);
  if (others.length === 0) return <p className="muted small">This is its only version.</p>;
  const current = versions.value.find((one) => one.version === face.version);
  const target = others.find((one) => one.version === chosen);
  return (
    <section className="pane-section"><h3>Other versions</h3>
      <select aria-label="Version to change to" value={chosen} onChange={(event) => setChosen(event.target.value)}>
        <option value="">Choose a version…</option>
        {others.map((one) => <option key={one.version} value={one.version}>version {one.version}{one.version === face.module?.default_version ? " (default)" : ""}{one.status === "Active" ? "" : `, ${one.status.toLowerCase()}`}</option>)}
      </select>
      {target && <Upgrade node={node} current={current} target={target} newer={target.version === face.newer} editable={editable} />}
    </section>
  );
}

function Upgrade({ node, current, target, newer, editable }: { node: DraftNode; current: ModuleVersionJson | undefined; target: ModuleVersionJson; newer: boolean; editable: boolean }) {
  const { upgrade, say } = useCommands();
  const graph = useDesigner((state) => state.graph);
  const view = useDesigner((state) => state.view);
  const changes = current ? compareSpecs(current.spec, target.spec) : [];
  const losses = upgradeLosses({ graph, view }, node.id, target.spec);
  const go = () => void upgrade(node.id, target.version).then(() => say(`Now version ${target.version}. Undo takes it back.`));
  return (
    <div className="stack pane-upgrade">
      <p className="muted small">By {target.created_by}, <When at={target.created_at} /></p>
      {target.changes && <Description text={target.changes} />}
      {!current ? null : changes.length > 0 ? <ul className="pane-changes">{changes.map((one) => <li key={`${one.part}/${one.name}`} data-what={one.what}><Icon name={one.what === "added" ? "new" : one.what === "removed" ? "close" : "edit"} />{one.sentence}</li>)}</ul> : <p className="muted">Ports and settings are the same.</p>}
      <Losses losses={losses} />
      {editable && <button type="button" className="button button-primary" disabled={target.status === "Disabled"} onClick={go}>{newer ? "Upgrade" : "Change"} to version {target.version}</button>}
    </div>
  );
}

function Losses({ losses }: { losses: readonly string[] }) {
  if (losses.length === 0) return null;
  return <Banner tone="warning"><strong>This step would lose</strong><ul className="pane-losses">{losses.map((one) => <li key={one}>{one}</li>)}</ul></Banner>;
}

/** Another module in this step's place, with what would stay behind. */
function Replace({ node, face }: { node: DraftNode; face: Face }) {
  const { replaceModule } = useCommands();
  const graph = useDesigner((state) => state.graph);
  const view = useDesigner((state) => state.view);
  const modules = useDesigner((state) => state.modules);
  const editable = useDesigner((state) => state.editable);
  const [chosen, setChosen] = useState("");
  const target = modules.find((one) => one.id === chosen);
  if (!editable) return null;
  return (
    <div className="stack">
      <Field label="Module to take its place" help="Wires go to the ports that fit; settings of the same name stay.">{(ids) => <Combobox {...ids} value={chosen} placeholder="Search modules" empty="No module has these letters." options={modules.filter((one) => one.id !== face.module?.id).map((one) => ({ value: one.id, label: one.name, detail: one.group.split("/").pop() ?? "" }))} onPick={setChosen} />}</Field>
      {target && <><Losses losses={movesTo({ graph, view }, node.id, target.spec).lost} /><button type="button" className="button button-primary" onClick={() => replaceModule(node.id, target.id)}>Replace by {target.name}</button></>}
    </div>
  );
}
