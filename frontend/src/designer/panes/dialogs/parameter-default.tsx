/** The value of a pipeline parameter by its type: for defaults, submits and publishing alike. */
import { useId } from "react";
import { useDesigner } from "../../context";
import { useDatasetName } from "../default-text";
import { Combobox } from "../combobox";
import { PathInput } from "../fields/path";
import { NumberInput } from "../fields/scalar";
import type { FieldIds } from "../parts";

export const PARAMETER_TYPES = ["string", "int", "float", "bool", "dataset", "datapath"] as const;
export const TYPE_WORDS: Readonly<Record<string, string>> = { string: "Text", int: "Whole number", float: "Number", bool: "True or false", dataset: "Dataset", datapath: "Path on a datastore" };

/** What is wrong with a typed number: it is kept as it was typed until it is one. */
export function numberFault(type: string, value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (type === "float") return typeof value === "number" ? null : "must be a number";
  return type !== "int" || Number.isInteger(value) ? null : "must be a whole number";
}

export function DefaultInput({ type, value, set, ids, label, recent, required }: { type: string; value: unknown; set: (value: unknown) => void; ids: FieldIds; label: string; recent?: readonly string[] | undefined; required?: boolean }) {
  const list = useId();
  if (type === "int" || type === "float") {
    return recent?.length
      ? <Combobox {...ids} value={value === undefined || value === null ? "" : String(value)} free required={required ?? false} options={recent.map((one) => ({ value: one, detail: "recent" }))} onPick={(text) => set(numberOr(text))} />
      : <NumberInput ids={ids} value={value} set={set} whole={type === "int"} required={required} />;
  }
  if (type === "bool") {
    return <select {...ids} value={typeof value === "boolean" ? String(value) : ""} onChange={(event) => set(event.target.value === "" ? undefined : event.target.value === "true")}><option value="">Not set</option><option value="true">true</option><option value="false">false</option></select>;
  }
  if (type === "datapath") return <PathInput value={value} set={set} ids={ids} disabled={false} label={label} required={required} />;
  if (type === "dataset") return <DatasetInput value={value} set={set} ids={ids} label={label} />;
  const text = value === undefined || value === null ? "" : String(value);
  return (
    <>
      <input {...ids} type="text" dir="auto" autoComplete="off" aria-required={required} list={recent?.length ? list : undefined} value={text} onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)} />
      {recent?.length ? <datalist id={list}>{recent.map((one) => <option key={one} value={one} />)}</datalist> : null}
    </>
  );
}

const numberOr = (text: string): unknown => (text.trim() === "" ? undefined : Number.isFinite(Number(text)) ? Number(text) : text);

/** A registered dataset by name, and which of its versions. */
function DatasetInput({ value, set, ids, label }: { value: unknown; set: (value: unknown) => void; ids: FieldIds; label: string }) {
  const datasets = useDesigner((state) => state.datasets);
  const given = (typeof value === "object" && value !== null ? value : {}) as { name?: string; version?: number | string; dataset?: string };
  const byId = useDatasetName(value);
  const name = given.name ?? byId?.name ?? (given.dataset ? (byId === null ? `dataset ${given.dataset}` : "…") : "");
  const latest = datasets.find((one) => one.name === name)?.version ?? 0;
  const version = String(given.version ?? byId?.version ?? "latest");
  const versions = Array.from({ length: Math.min(latest, 200) }, (_, index) => String(latest - index));
  return (
    <div className="pane-dataset">
      <Combobox {...ids} value={name} options={datasets.map((one) => ({ value: one.name, detail: `${one.kind}, version ${one.version}` }))} placeholder="Choose a dataset" empty="No registered dataset has these letters."
        onPick={(next) => set(next === "" ? undefined : { name: next, version: "latest" })} />
      {(given.name || byId) && <select aria-label={`${label}: version`} value={version} onChange={(event) => set({ name, version: event.target.value === "latest" ? "latest" : Number(event.target.value) })}>
        <option value="latest">latest</option>{[...new Set([...(version === "latest" ? [] : [version]), ...versions])].map((one) => <option key={one} value={one}>version {one}</option>)}</select>}
    </div>
  );
}
