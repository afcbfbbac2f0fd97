/** Settings by a module's spec: as pipelines/library/forebay_modules/settings.py, with its sentences. */
import type { Setting, SpecParameter } from "./types";

export const COLUMN_TYPES = ["numeric", "text", "boolean", "datetime", "categorical"] as const;

export function isReference(value: unknown): value is { parameter: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 1 && "parameter" in value;
}

export type Settings = Readonly<Record<string, Setting>>;

/** What was given, else the default. */
export const settingOf = (one: SpecParameter, given: Settings): Setting => (Object.hasOwn(given, one.name) ? (given[one.name] as Setting) : (one.default ?? null));

export function withDefaults(parameters: readonly SpecParameter[], given: Settings): Record<string, Setting> {
  return Object.fromEntries(parameters.map((one) => [one.name, settingOf(one, given)]));
}

/** Whether a parameter counts now: its `when` names others and the values that make it count. */
export function isShown(one: SpecParameter, values: Settings): boolean {
  return Object.entries(one.when ?? {}).every(([other, allowed]) => allowed.includes(values[other]));
}

/** As `isShown`, and shown too while it depends on a value that comes at submit. */
export function mayBeShown(one: SpecParameter, values: Settings): boolean {
  return Object.entries(one.when ?? {}).every(([other, allowed]) => isReference(values[other]) || allowed.includes(values[other]));
}

export function isEmpty(one: Pick<SpecParameter, "type">, value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (one.type !== "columns") return false;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== "object") return !value;
  const chosen = value as { include?: unknown; all?: unknown; types?: unknown };
  return !(filled(chosen.include) || filled(chosen.all) || filled(chosen.types));
}

const filled = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** What is wrong with one value, as a sentence. */
export function valueFault(one: SpecParameter, value: unknown): string | null {
  const label = one.label || one.name;
  switch (one.type) {
    case "int": case "float": return numberFault(one, value, label);
    case "bool": return typeof value === "boolean" ? null : `${label} must be true or false.`;
    case "choice": {
      const allowed = (one.choices ?? []).map((choice) => choice.value);
      return allowed.includes(value as string) ? null : `${label} must be one of ${allowed.join(", ")}.`;
    }
    case "columns": return columnsFault(value, label);
    case "datastore_path": return pathFault(value, label);
    default: return typeof value === "string" ? null : `${label} must be a text.`;
  }
}

function numberFault(one: SpecParameter, value: unknown, label: string): string | null {
  if (typeof value !== "number" || (one.type === "int" && !Number.isInteger(value))) return `${label} must be a ${one.type === "int" ? "whole number" : "number"}.`;
  if (!Number.isFinite(value)) return `${label} must be a finite number.`;
  if (one.min !== undefined && one.min !== null && value < one.min) return `${label} must be at least ${one.min}.`;
  if (one.max !== undefined && one.max !== null && value > one.max) return `${label} must be at most ${one.max}.`;
  return null;
}

function columnsFault(value: unknown, label: string): string | null {
  if (typeof value !== "object" || value === null) return `${label} must be a choice of columns: a list of names, or an object with include, types, all or except.`;
  const chosen = (Array.isArray(value) ? { include: value } : value) as Record<string, unknown>;
  for (const key of ["include", "except"]) {
    const names = chosen[key] ?? [];
    if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) return `${label}: ${key} must be a list of column names.`;
  }
  const types = chosen["types"] ?? [];
  if (!Array.isArray(types) || types.some((type) => !(COLUMN_TYPES as readonly unknown[]).includes(type))) return `${label}: types must be some of ${COLUMN_TYPES.join(", ")}.`;
  return null;
}

function pathFault(value: unknown, label: string): string | null {
  const { datastore, path } = (typeof value === "object" && value !== null ? value : {}) as { datastore?: unknown; path?: unknown };
  const whole = typeof datastore === "string" && datastore.trim() !== "" && typeof path === "string" && path.replace(/^\/+|\/+$/g, "") !== "";
  return whole ? null : `${label} must be a path on a datastore: {"datastore", "path"}.`;
}

/** `(parameter, sentence, code)` for everything that is wrong with a node's settings. */
export function checkSettings(parameters: readonly SpecParameter[], given: Settings): [string, string, "missing_setting" | "invalid_setting"][] {
  const faults: ReturnType<typeof checkSettings> = [];
  const values = withDefaults(parameters, given);
  const known = new Set(parameters.map((one) => one.name));
  for (const name of Object.keys(given)) if (!known.has(name)) faults.push([name, `The module has no setting '${name}'.`, "invalid_setting"]);
  for (const one of parameters) {
    const value = values[one.name];
    if (!isShown(one, values) || isReference(value)) continue;
    if (isEmpty(one, value)) {
      if (one.required) faults.push([one.name, `${one.label || one.name} needs a value.`, "missing_setting"]);
      continue;
    }
    const fault = valueFault(one, value);
    if (fault) faults.push([one.name, fault, "invalid_setting"]);
  }
  return faults;
}
