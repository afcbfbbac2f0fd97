/** A step's properties, in tabs; what its run says stands above them. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { DraftNode, Face, Problem } from "../core/types";
import { NOT_COPIED, putOnClipboard } from "../../studio/clipboard";
import { useCommands, useDesigner } from "../context";
import { focusField, useAim } from "./aim";
import { InputsTab } from "./inputs-tab";
import { ModuleTab, UpgradeNote } from "./module-tab";
import { ParametersTab } from "./parameters-tab";
import { Banner, Icon, Menu, MenuItem } from "./parts";
import { RunSection } from "./run-section";
import { RunSettingsTab } from "./run-settings-tab";
import { inputField, tabOf, type PaneTab } from "./settings";

/** Stays when another step is chosen. */
let lastTab: PaneTab = "parameters";

export interface TabProps { node: DraftNode; face: Face; problems: readonly Problem[] }

export function NodePane({ id }: { id: string }) {
  const node = useDesigner((state) => state.graph.nodes.find((one) => one.id === id));
  const face = useDesigner((state) => state.view.faces.get(id));
  const all = useDesigner((state) => state.problems);
  const editable = useDesigner((state) => state.editable);
  const commands = useCommands();
  const aim = useAim();
  const root = useRef<HTMLDivElement>(null);
  const served = useRef(0);
  const [tab, setTab] = useState<PaneTab>(lastTab);
  const choose = (next: PaneTab) => { lastTab = next; setTab(next); };

  const target = aim && aim.node === id && aim.count !== served.current ? aim : null;
  const field = target && node ? inputField(node, target.field) : "";
  useLayoutEffect(() => {
    if (!target) return;
    const wanted = tabOf(field);
    if (wanted !== tab) return choose(wanted);
    if (!root.current) return;
    served.current = target.count;
    focusField(root.current, field);
  }, [target, field, tab]);
  if (!node || !face) return null;

  const problems = all.filter((one) => one.node === id).map((one) => ({ ...one, field: inputField(node, one.field) }));
  const counts = new Map<PaneTab, number>();
  for (const one of problems) counts.set(tabOf(one.field), (counts.get(tabOf(one.field)) ?? 0) + 1);
  const tabs: [PaneTab, string][] = [["parameters", face.kind === "plain" ? "Step" : "Parameters"], ["inputs", "Inputs"], ["settings", "Run settings"], ["module", "Module"]];
  const offered = tabs.filter(([key]) => key !== "module" || face.kind !== "plain");
  const shown = offered.some(([key]) => key === tab) ? tab : "parameters";
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = offered[(offered.findIndex(([key]) => key === shown) + by + offered.length) % offered.length];
    if (next) { choose(next[0]); document.getElementById(`pane-tab-${next[0]}`)?.focus(); }
  };
  return (
    <div className="pane" ref={root}>
      <div className="pane-head">
        <Icon name={face.kind === "plain" ? "step" : "designer"} />
        <NodeName node={node} face={face} editable={editable} />
        <Menu label={`More for ${face.title}`}>
          {editable && <MenuItem icon="play" onPick={() => commands.open({ kind: "submit", upTo: id })}>Run up to here…</MenuItem>}
          <MenuItem icon="copy" onPick={() => void putOnClipboard(commands.copyText([id])).then((copied) => (copied ? commands.say(`${face.title} is on the clipboard.`) : commands.say(NOT_COPIED, "warning")))}>Copy</MenuItem>
          {editable && <MenuItem icon="new" onPick={() => commands.duplicate([id])}>Duplicate</MenuItem>}
          {editable && <><hr /><MenuItem icon="delete" onPick={() => commands.remove([id])}>Delete</MenuItem><MenuItem icon="delete" onPick={() => commands.remove([id], { reconnect: true })}>Delete and reconnect</MenuItem></>}
        </Menu>
      </div>
      {face.kind !== "plain" && face.module && face.title !== face.module.name && <p className="pane-sub muted small"><bdi>{face.module.name}</bdi>, version {face.version}</p>}
      {node.comment && <p className="pane-sub pane-comment"><bdi>{node.comment}</bdi></p>}
      <RunSection node={id} name={face.title} />
      {face.fault && shown !== "module" && <div className="pane-slot"><Banner tone="warning">{face.fault}</Banner></div>}
      <UpgradeNote node={node} face={face} onLook={() => choose("module")} />
      <div className="tabs pane-tabs" role="tablist" aria-label={`Properties of ${face.title}`} onKeyDown={move}>
        {offered.map(([key, label]) => (
          <button key={key} type="button" role="tab" id={`pane-tab-${key}`} className="tab" aria-selected={key === shown} aria-controls="pane-tab-body" tabIndex={key === shown ? 0 : -1} onClick={() => choose(key)}>
            {label}{counts.get(key) ? <span className="count pane-bad" aria-label={`${counts.get(key)} problems`}>{counts.get(key)}</span> : null}
          </button>
        ))}
      </div>
      <div className="pane-body" id="pane-tab-body" role="tabpanel" aria-labelledby={`pane-tab-${shown}`}>
        {shown === "parameters" && <ParametersTab node={node} face={face} problems={problems} />}
        {shown === "inputs" && <InputsTab node={node} face={face} problems={problems} />}
        {shown === "settings" && <RunSettingsTab node={node} face={face} problems={problems} />}
        {shown === "module" && <ModuleTab node={node} face={face} problems={problems} />}
      </div>
    </div>
  );
}

/** Renamed in place; empty gives the module's own name back. */
function NodeName({ node, face, editable }: { node: DraftNode; face: Face; editable: boolean }) {
  const { rename } = useCommands();
  const [text, setText] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => { if (text !== null) input.current?.select(); }, [text === null]);
  const end = (keep: boolean) => {
    if (keep && text !== null && text.trim() !== face.title) rename(node.id, text.trim());
    setText(null);
  };
  if (text !== null) {
    return <input ref={input} className="pane-name-input" aria-label="Name of the step" dir="auto" autoFocus value={text} placeholder={face.module?.name ?? face.title} maxLength={255}
      onChange={(event) => setText(event.target.value)} onBlur={() => end(true)} onKeyDown={(event) => {
        if (event.key === "Enter") end(true);
        if (event.key === "Escape") { event.stopPropagation(); end(false); }
      }} />;
  }
  return editable
    ? <h2 className="pane-name"><button type="button" title={`${face.title}: click to rename`} onClick={() => setText(node.name || face.title)}><bdi className="ellipsis">{face.title}</bdi><Icon name="edit" /><span className="visually-hidden">, rename</span></button></h2>
    : <h2 className="pane-name"><bdi className="ellipsis" title={face.title}>{face.title}</bdi></h2>;
}
