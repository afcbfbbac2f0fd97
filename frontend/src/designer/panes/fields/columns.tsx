/** Controls that choose columns of the table that comes in: one, or several as chips. */
import { useId, useMemo } from "react";
import { chooseColumns, type ColumnChoice } from "../../core/columns";
import type { Column, Columns } from "../../core/types";
import { useDesigner } from "../../context";
import { Combobox } from "../combobox";
import { Icon } from "../parts";
import { columnsRule, ruleValue } from "../settings";
import type { ValueProps } from "./scalar";

export interface ColumnProps extends ValueProps { incoming: Columns | null; connected: boolean; inputLabel: string }

const TYPES: Readonly<Record<string, string>> = { numeric: "numbers", text: "texts", boolean: "true or false", datetime: "dates", categorical: "categories" };
const FROM: Readonly<Record<string, string>> = { dataset: "from the dataset", run: "from the last run", rule: "" };

/** Where the columns are known from, or that they are not known yet. */
export function ColumnsNote({ incoming, connected, inputLabel }: { incoming: Columns | null; connected: boolean; inputLabel: string }) {
  const checking = useDesigner((state) => state.checking);
  if (incoming) return <p className="help pane-columns-note">{incoming.columns.length === 1 ? "1 column comes in" : `${incoming.columns.length} columns come in`}{FROM[incoming.from] ? ` (${FROM[incoming.from]})` : ""}.</p>;
  if (connected && checking) return <p className="help pane-columns-note"><Icon name="status-running" />Looking for its columns…</p>;
  return <p className="help pane-columns-note"><Icon name="info" />{connected ? "The columns are not known before the step above has run: type their names." : `Connect ${inputLabel} to choose among its columns.`}</p>;
}

export function ColumnField(props: ColumnProps) {
  const { spec, value, set, ids, disabled, incoming } = props;
  const name = typeof value === "string" ? value : "";
  const options = useMemo(() => (incoming?.columns ?? []).map((one) => ({ value: one.name, detail: TYPES[one.type] ?? one.type })), [incoming]);
  const missing = incoming !== null && name !== "" && !options.some((one) => one.value === name);
  return (
    <>
      <Combobox {...ids} aria-invalid={missing ? true : ids["aria-invalid"]} value={name} options={options} free disabled={disabled} required={spec.required ?? false} placeholder={spec.required ? "Choose a column" : "None"}
        empty={incoming ? "No column has these letters." : "Type the column's name."} onPick={(next) => set(next === "" ? undefined : next)} />
      {missing && !ids["aria-invalid"] && <p className="error pane-error"><Icon name="warning" />{`There is no column “${name}” among those that come in.`}</p>}
      {!incoming && <ColumnsNote {...props} />}
    </>
  );
}

type Way = "names" | "types" | "all";

export function ColumnsField(props: ColumnProps) {
  const { value, set, ids, disabled, incoming, spec } = props;
  const rule = columnsRule(value);
  const columns = incoming?.columns ?? null;
  const way: Way = rule.all ? "all" : rule.types.length ? "types" : "names";
  const change = (next: Partial<ColumnChoice>) => set(ruleValue({ ...rule, ...next }));
  const group = useId();
  const found = columns && chooseColumns(columns, rule);
  const missing = found?.missing ?? [];
  const chosen = found?.columns.map((one) => one.name);
  const list = rule.all ? rule.except : rule.include;
  const setList = (names: string[]) => change(rule.all ? { except: names } : { include: names });
  const ways: [Way, string][] = [["names", "By name"], ["types", "By type"], ["all", "All"]];
  return (
    <div className="pane-columns" role="group" aria-label={spec.label} aria-describedby={ids["aria-describedby"]}>
      <div className="pane-segments" role="radiogroup" aria-label={`How ${spec.label} are chosen`}>
        {ways.map(([key, label]) => (
          <label key={key} data-on={key === way || undefined}>
            <input type="radio" name={group} checked={key === way} disabled={disabled} onChange={() => set(ruleValue({ include: key === "all" ? [] : rule.include, types: key === "types" ? (rule.types.length ? rule.types : ["numeric"]) : [], all: key === "all", except: key === "all" ? rule.except : [] }))} /><span>{label}</span>
          </label>
        ))}
      </div>
      {way === "types" && <TypeBoxes rule={rule} columns={columns} change={change} disabled={disabled} />}
      <Chips names={list} missing={missing} columns={columns} set={setList} disabled={disabled} what={rule.all ? "left out" : "chosen"} />
      <Combobox id={ids.id} aria-describedby={ids["aria-describedby"]} aria-invalid={ids["aria-invalid"]} value="" adding free disabled={disabled}
        placeholder={rule.all ? "Leave out a column…" : way === "types" ? "And by name…" : "Add a column…"} empty={columns ? "No other column." : "Type a name and press Enter."}
        options={(columns ?? []).filter((one) => !list.includes(one.name)).map((one) => ({ value: one.name, detail: TYPES[one.type] ?? one.type }))}
        onPick={(name) => { const clean = name.trim(); if (clean && !list.includes(clean)) setList([...list, clean]); }} />
      {!disabled && way === "names" && (
        <div className="row pane-quick">
          {columns && columns.some((one) => !list.includes(one.name)) && <button type="button" className="button button-quiet button-small" onClick={() => change({ include: [...list, ...columns.map((one) => one.name).filter((name) => !list.includes(name))] })}>Add all</button>}
          {list.length > 0 && <button type="button" className="button button-quiet button-small" onClick={() => change({ include: [] })}>Clear</button>}
          {missing.length > 0 && <button type="button" className="button button-quiet button-small" onClick={() => setList(list.filter((name) => !missing.includes(name)))}>Remove the missing</button>}
        </div>
      )}
      {missing.length > 0 && !ids["aria-invalid"] && <p className="error pane-error"><Icon name="warning" />{missing.length === 1 ? `There is no column “${missing[0]}” among those that come in.` : `${missing.length} of these columns do not come in.`}</p>}
      {columns && chosen && way !== "names" && <p className="help" role="status">{chosen.length === 0 ? "No column that comes in is chosen." : `${chosen.length} of ${columns.length}: ${chosen.slice(0, 6).join(", ")}${chosen.length > 6 ? " …" : ""}`}</p>}
      {!incoming && <ColumnsNote {...props} />}
    </div>
  );
}

function TypeBoxes({ rule, columns, change, disabled }: { rule: Required<ColumnChoice>; columns: readonly Column[] | null; change: (next: Partial<ColumnChoice>) => void; disabled: boolean }) {
  return (
    <div className="pane-types">
      {Object.entries(TYPES).map(([type, label]) => {
        const on = rule.types.includes(type);
        const count = columns?.filter((one) => one.type === type).length;
        return (
          <label key={type} className="row"><input type="checkbox" checked={on} disabled={disabled || (on && rule.types.length === 1)} onChange={() => change({ types: on ? rule.types.filter((one) => one !== type) : [...rule.types, type] })} />
            <span>{label}</span>{count !== undefined && <span className="count">{count}</span>}</label>
        );
      })}
    </div>
  );
}

/** In the order that was chosen; Delete on one takes it away. */
function Chips({ names, missing, columns, set, disabled, what }: { names: string[]; missing: readonly string[]; columns: readonly Column[] | null; set: (names: string[]) => void; disabled: boolean; what: string }) {
  if (names.length === 0) return null;
  return (
    <ul className="pane-chips" aria-label={`Columns ${what}`}>
      {names.map((name) => {
        const bad = missing.includes(name);
        const type = columns?.find((one) => one.name === name)?.type;
        return (
          <li key={name} data-missing={bad || undefined} title={bad ? `${name}: does not come in` : type ? `${name}: ${TYPES[type] ?? type}` : name}>
            {bad && <Icon name="warning" />}<span className="ellipsis" dir="auto">{name}</span>{bad && <span className="visually-hidden"> (missing)</span>}
            {!disabled && <button type="button" aria-label={`Remove ${name}`} onClick={() => set(names.filter((one) => one !== name))}
              onKeyDown={(event) => {
                if (event.key !== "Delete" && event.key !== "Backspace") return;
                event.preventDefault();
                event.stopPropagation();
                set(names.filter((one) => one !== name));
              }}><Icon name="close" /></button>}
          </li>
        );
      })}
    </ul>
  );
}
