/** One setting of a module: its control by type, help, problem, default, and the pipeline parameter that may give it. */
import { useState } from "react";
import type { Columns, DraftNode, Setting, SpecParameter } from "../core/types";
import { isEmpty, isReference, settingOf, valueFault } from "../core/values";
import { useCommands, useDesigner } from "../context";
import { CodeField } from "./fields/code";
import { ColumnField, ColumnsField } from "./fields/columns";
import { PathInput } from "./fields/path";
import { ChoiceField, NumberField, Switch, TextField, type ValueProps } from "./fields/scalar";
import { TableField } from "./fields/table";
import { PromoteDialog } from "./dialogs/promote";
import { Field, Icon, Menu, MenuItem, type FieldIds } from "./parts";
import { sameValue, shownDefault } from "./settings";

export interface Incoming { columns: Columns | null; connected: boolean; label: string }

export function ParameterField({ node, spec, incoming, problem, written }: { node: DraftNode; spec: SpecParameter; incoming: Incoming; problem: string | undefined; written: boolean }) {
  const { setSetting, detach } = useCommands();
  const editable = useDesigner((state) => state.editable);
  const parameters = useDesigner((state) => state.graph.parameters);
  const [promoting, setPromoting] = useState(false);
  const value = settingOf(spec, node.settings ?? {});
  const set = (next: Setting | undefined) => setSetting(node.id, spec.name, next);
  const bound = isReference(value) ? value.parameter : null;
  const given = node.settings?.[spec.name] !== undefined;
  const changed = given && !sameValue(node.settings?.[spec.name], spec.default);
  const local = bound === null && !isEmpty(spec, value) ? valueFault(spec, value) : null;
  const error = local ?? problem;
  const menu = editable && (
    <Menu label={`More for ${spec.label}`} className="pane-field-menu">
      {bound !== null
        ? <MenuItem icon="link" onPick={() => detach(node.id, spec.name)}>Detach from {bound}</MenuItem>
        : <MenuItem icon="parameter" disabled={written} why="Where a module writes can't be a parameter." onPick={() => setPromoting(true)}>Use a pipeline parameter…</MenuItem>}
      <MenuItem icon="refresh" disabled={!changed} why="It has its default." onPick={() => set(undefined)}>Reset to default{spec.default !== undefined && typeof spec.default !== "object" && String(spec.default).length < 24 && spec.default !== "" ? ` (${String(spec.default)})` : ""}</MenuItem>
    </Menu>
  );
  return (
    <div className="pane-field" data-field={`settings.${spec.name}`} data-changed={changed || undefined}>
      <Field label={spec.label} required={spec.required ?? false} help={bound === null ? spec.help : undefined} error={error} action={menu}>
        {(ids) => (bound !== null
          ? <Bound ids={ids} name={bound} shown={shownDefault(parameters?.find((one) => one.name === bound)?.default)} known={parameters?.some((one) => one.name === bound) ?? false} detach={editable ? () => detach(node.id, spec.name) : null} />
          : <Control spec={spec} value={value} set={set} ids={ids} disabled={!editable} incoming={incoming} node={node.id} />)}
      </Field>
      {promoting && <PromoteDialog node={node.id} spec={spec} value={isEmpty(spec, value) ? undefined : value} onClose={() => setPromoting(false)} />}
    </div>
  );
}

function Control({ incoming, node, ...props }: ValueProps & { incoming: Incoming; node: string }) {
  const { spec, value, set, ids, disabled } = props;
  const columns = { ...props, incoming: incoming.columns, connected: incoming.connected, inputLabel: incoming.label };
  switch (spec.type) {
    case "int": case "float": return <NumberField {...props} />;
    case "bool": return <Switch checked={value === true} set={set} ids={ids} disabled={disabled} />;
    case "choice": return <ChoiceField {...props} />;
    case "column": return <ColumnField {...columns} />;
    case "columns": return <ColumnsField {...columns} />;
    case "code": return <CodeField {...props} node={node} />;
    case "table": return <TableField {...props} />;
    case "datastore_path": return <PathInput value={value} set={(next) => set(next as Setting | undefined)} ids={ids} disabled={disabled} label={spec.label} required={spec.required} />;
    default: return <TextField {...props} />;
  }
}

/** A value that comes from elsewhere is shown, not edited. */
export function Bound({ ids, name, shown, known, detach }: { ids: FieldIds; name: string; shown: string; known: boolean; detach: (() => void) | null }) {
  const { open } = useCommands();
  return (
    <div className="pane-bound">
      <Icon name="parameter" />
      <button type="button" {...ids} aria-invalid={undefined} aria-label={`Pipeline parameter ${name}`} className="pane-bound-name" title="Pipeline parameter: change its default in the draft's settings" onClick={() => open({ kind: "settings" })}><bdi className="ellipsis">{name}</bdi></button>
      <span className="muted ellipsis" title={shown}>{known ? (shown === "no default" ? shown : `default ${shown}`) : "is not there any more"}</span>
      {detach && <button type="button" className="button button-small" onClick={detach}>Detach</button>}
    </div>
  );
}
