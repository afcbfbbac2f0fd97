/** What the pane adds to the rules of settings (core/values.ts): typing numbers, choosing columns, where a problem's field is. Pure. */
import { asChoice, type ColumnChoice } from "../core/columns";
import { isReference } from "../core/values";
import type { DraftGraph, DraftNode, Face, Problem, Setting, SpecParameter } from "../core/types";

export const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What typed text means for a number; text that is none is kept, so that nothing typed is lost. */
export function readNumber(text: string): number | string | undefined {
  const clean = text.trim().replace(",", ".");
  if (clean === "") return undefined;
  const value = Number(clean);
  return Number.isFinite(value) ? value : text;
}

export function columnsRule(value: unknown): Required<ColumnChoice> {
  return { include: [], types: [], all: false, except: [], ...asChoice(value) };
}

/** As it is stored: only what was said. */
export function ruleValue(rule: Required<ColumnChoice>): Setting | undefined {
  const stored: Record<string, unknown> = {};
  if (rule.all) stored["all"] = true;
  if (rule.include.length && !rule.all) stored["include"] = rule.include;
  if (rule.types.length && !rule.all) stored["types"] = rule.types;
  if (rule.except.length) stored["except"] = rule.except;
  return Object.keys(stored).length ? stored : undefined;
}

/** The problem of one field of a node: `settings.rows`, or something inside of it. */
export function problemAt(problems: readonly Problem[], node: string, field: string): string | undefined {
  return problems.find((one) => one.node === node && (one.field === field || one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`)))?.message;
}

/** Which tab of the pane shows a problem's field. */
export type PaneTab = "parameters" | "inputs" | "settings" | "module";
export function tabOf(field: string): PaneTab {
  if (/^(inputs|after)\b/.test(field)) return "inputs";
  if (/^(module|script|snapshot|environment)\b/.test(field)) return "module";
  if (/^(compute|outputs|comment|allow_reuse)\b/.test(field)) return "settings";
  return "parameters";
}

/** `inputs[1].source` as the port's name: the server counts the inputs as they are listed. */
export function inputField(node: DraftNode | undefined, field: string): string {
  const index = /^inputs\[(\d+)\]/.exec(field)?.[1];
  const name = index === undefined ? undefined : (node?.inputs ?? [])[Number(index)]?.name;
  return name === undefined ? field : `inputs.${name}`;
}

export interface ParameterUse { node: string; name: string; what: string }

/** Where a pipeline parameter is used: settings, inputs, compute, arguments of SDK steps. */
export function usesOf(graph: DraftGraph, parameter: string, faces?: ReadonlyMap<string, Face>): ParameterUse[] {
  const uses: ParameterUse[] = [];
  const found = (node: DraftNode, what: string) => uses.push({ node: node.id, name: faces?.get(node.id)?.title ?? (node.name || node.module?.name || node.id), what });
  const is = (value: unknown) => isReference(value) && value.parameter === parameter;
  for (const node of graph.nodes) {
    for (const [name, value] of Object.entries(node.settings ?? {})) if (is(value)) found(node, faces?.get(node.id)?.parameters.find((one) => one.name === name)?.label ?? name);
    for (const input of node.inputs ?? []) if (is(input.source)) found(node, `input ${faces?.get(node.id)?.inputs.find((one) => one.name === input.name)?.label ?? input.name}`);
    if (is(node.compute)) found(node, "compute target");
    const values = [...(Array.isArray(node["arguments"]) ? node["arguments"] : []), ...Object.values((node["parameters"] ?? {}) as object), ...Object.values((node["runconfig_parameters"] ?? {}) as object)];
    if (!node.module && values.some(is)) found(node, "arguments");
  }
  return uses;
}

/** "C: 1.0 -> 0.05" with the setting's label, as the fields have it. */
export function readableWhy(text: string, parameters: readonly SpecParameter[] = []): string {
  const labels = new Map(parameters.map((one) => [one.name, one.label]));
  return text.replace(/(^|, |: )(\w+)(?=: [^,]* -> | changed\b)/g, (whole, before: string, name: string) => (labels.has(name) ? `${before}${labels.get(name) ?? name}` : whole)).replaceAll(" -> ", " → ");
}

/** A draft's name as that of an experiment, which stands in addresses (pipelines/domain/submission.py). */
export function experimentOf(name: string): string {
  const clean = name.replace(/[\x00-\x1f\x7f/\\?#%]+/g, "-").replace(/^[-\s]+|[-\s]+$/g, "");
  return /^\.{0,2}$/.test(clean) ? "designer" : clean;
}

/** A parameter's default as people read it. */
export function shownDefault(value: unknown): string {
  if (value === undefined || value === null || value === "") return "no default";
  if (typeof value !== "object") return String(value);
  const data = value as { datastore?: string; path?: string; name?: string; version?: unknown; dataset?: string };
  if (data.datastore !== undefined) return `${data.datastore}/${data.path ?? ""}`;
  if (data.name !== undefined) return data.version === undefined ? data.name : `${data.name}, version ${String(data.version)}`;
  return data.dataset ?? JSON.stringify(value);
}
