/** Controls of one value: numbers, texts, switches, choices. */
import { useState } from "react";
import type { Setting, SpecParameter } from "../../core/types";
import type { FieldIds } from "../parts";
import { readNumber } from "../settings";

export interface ValueProps { spec: SpecParameter; value: Setting | undefined; set: (value: Setting | undefined) => void; ids: FieldIds; disabled: boolean }

export function NumberInput({ value, set, ids, disabled, whole, min, max, placeholder, label, required }: {
  value: unknown; set: (value: number | string | undefined) => void; ids?: FieldIds; disabled?: boolean; whole?: boolean; min?: number | undefined; max?: number | undefined; placeholder?: string | undefined; label?: string; required?: boolean | undefined;
}) {
  const [text, setText] = useState<string | null>(null);
  const shown = value === undefined || value === null ? "" : String(value);
  const step = whole ? 1 : stepOf(typeof value === "number" ? value : 0, min, max);
  const nudge = (by: number) => {
    const now = typeof value === "number" ? value : min ?? 0;
    const next = Number((now + by).toFixed(10));
    if ((min !== undefined && next < min) || (max !== undefined && next > max)) return;
    setText(null);
    set(next);
  };
  return (
    <input {...ids} aria-label={label} aria-required={required} className="pane-number" type="text" inputMode={whole ? "numeric" : "decimal"} autoComplete="off" disabled={disabled} placeholder={placeholder}
      role="spinbutton" aria-valuenow={typeof value === "number" ? value : undefined} aria-valuetext={shown || undefined} aria-valuemin={min} aria-valuemax={max} value={text ?? shown}
      onChange={(event) => { setText(event.target.value); set(readNumber(event.target.value)); }}
      onBlur={() => setText(null)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        nudge((event.key === "ArrowUp" ? 1 : -1) * step * (event.shiftKey ? 10 : 1));
      }} />
  );
}

/** A tenth of the range where there is one, else of the value's own size. */
function stepOf(value: number, min: number | undefined, max: number | undefined): number {
  if (min !== undefined && max !== undefined && max - min <= 1) return 0.05;
  const size = Math.abs(value);
  return size >= 10 || size === 0 ? 1 : size >= 1 ? 0.1 : 10 ** Math.floor(Math.log10(size));
}

export function NumberField({ spec, value, set, ids, disabled }: ValueProps) {
  const range = [spec.min !== undefined ? `from ${spec.min}` : "", spec.max !== undefined ? `to ${spec.max.toLocaleString("en", { useGrouping: false })}` : ""].filter(Boolean).join(" ");
  return (
    <div className="pane-with-note">
      <NumberInput ids={ids} value={value} set={(next) => set(next ?? (spec.default === undefined || spec.default === null ? undefined : null))} disabled={disabled} whole={spec.type === "int"} min={spec.min} max={spec.max} required={spec.required} placeholder={spec.required ? "" : "not set"} />
      {range && <span className="muted small">{range}</span>}
    </div>
  );
}

export function TextField({ spec, value, set, ids, disabled }: ValueProps) {
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const change = (next: string) => set(next === "" ? (spec.default ? "" : undefined) : next);
  if (spec.type === "text") return <textarea {...ids} rows={Math.min(10, Math.max(3, text.split("\n").length + 1))} dir="auto" aria-required={spec.required} disabled={disabled} value={text} onChange={(event) => change(event.target.value)} />;
  return <input {...ids} type="text" dir="auto" autoComplete="off" aria-required={spec.required} disabled={disabled} value={text} onChange={(event) => change(event.target.value)} />;
}

export function Switch({ checked, set, ids, disabled, label }: { checked: boolean; set: (on: boolean) => void; ids?: FieldIds; disabled?: boolean; label?: string }) {
  const { "aria-invalid": invalid, ...rest } = ids ?? { id: undefined, "aria-describedby": undefined, "aria-invalid": undefined };
  return (
    <span className="pane-switch" data-invalid={invalid}>
      <input {...rest} type="checkbox" role="switch" aria-label={label} checked={checked} disabled={disabled} onChange={(event) => set(event.target.checked)} />
      <span aria-hidden="true">{checked ? "On" : "Off"}</span>
    </span>
  );
}

export function ChoiceField({ spec, value, set, ids, disabled }: ValueProps) {
  const choices = spec.choices ?? [];
  const known = choices.findIndex((one) => one.value === value);
  const empty = value === undefined || value === null || value === "";
  if (choices.length > 1 && choices.length <= 3 && known >= 0 && choices.every((one) => one.label.length <= 13)) {
    return (
      <div className="pane-segments" role="radiogroup" aria-label={spec.label} aria-describedby={ids["aria-describedby"]}>
        {choices.map((one, index) => (
          <label key={String(one.value)} data-on={index === known || undefined}>
            <input type="radio" id={index === known ? ids.id : undefined} name={`${ids.id}-choice`} checked={index === known} disabled={disabled} onChange={() => set(one.value)} /><span>{one.label}</span>
          </label>
        ))}
      </div>
    );
  }
  return (
    <select {...ids} disabled={disabled} aria-required={spec.required} value={known >= 0 ? String(known) : ""} onChange={(event) => set(event.target.value === "" ? undefined : choices[Number(event.target.value)]?.value)}>
      {(known < 0 || !spec.required) && <option value="" disabled={spec.required}>{known < 0 && !empty ? `${String(value)} (not offered any more)` : spec.required ? "Choose…" : "None"}</option>}
      {choices.map((one, index) => <option key={String(one.value)} value={String(index)}>{one.label}</option>)}
    </select>
  );
}
