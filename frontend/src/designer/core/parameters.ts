/** Pipeline parameters: settings and sources that take their value from one, and what happens when one changes. */
import { mapNodes, mapSources, nodeOf, withNode, withUi, type Edit, type Outcome } from "./edit";
import { isPlain, sourceKey } from "./sources";
import { isEmpty, isReference, settingOf } from "./values";
import type { DraftGraph, DraftNode, ParameterJson, Setting, SourceJson, SourcePill, SpecParameter } from "./types";
import type { Scene } from "./wiring";

/** Types of pipeline parameters for a type of setting, as module_arguments.py; the rest take a text. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  int: ["int"], float: ["int", "float"], bool: ["bool"], choice: ["string", "int", "float"], datastore_path: ["datapath"],
};
export const takes = (one: SpecParameter): readonly string[] => TAKES[one.type] ?? ["string"];

/** The parameters of the pipeline that a setting may take its value from. */
export const fittingParameters = (graph: DraftGraph, one: SpecParameter): ParameterJson[] => (graph.parameters ?? []).filter((parameter) => takes(one).includes(parameter.type));

const NAME = /^[^\s=/\\\p{Cc}]{1,100}$/u;
export const parameterNameFault = (name: string): string | null =>
  NAME.test(name) ? null : "A parameter's name has 1 to 100 characters, none of them a space, '=', '/' or '\\'.";

export function promote(scene: Scene, id: string, name: string, parameter: string): Outcome {
  const node = nodeOf(scene.graph, id);
  const face = scene.view.faces.get(id);
  const one = face?.parameters.find((each) => each.name === name);
  if (!node || !face || !one) return { refusal: "This field is no longer in the draft." };
  const fault = parameterNameFault(parameter);
  if (fault) return { refusal: fault };
  const written = one.type === "datastore_path" && face.module !== null && writes(scene, node, name);
  if (written) return { refusal: `${one.label} is where the module writes: it can't be a parameter.` };
  const parameters = scene.graph.parameters ?? [];
  const there = parameters.find((each) => each.name === parameter);
  const wanted = takes(one);
  if (there && !wanted.includes(there.type)) return { refusal: `${one.label} takes a parameter of type ${wanted.join(" or ")}, and ${parameter} is of type ${there.type}.` };
  const value = settingOf(one, node.settings ?? {});
  if (isReference(value) && value.parameter === parameter) return { refusal: `${one.label} is the parameter ${parameter} already.` };
  const own = isReference(value) ? keptValue(scene.graph, node, name, value.parameter) : value;
  const graph = withNode(scene.graph, id, (before) => ({
    ...before,
    settings: { ...before.settings, [name]: { parameter } },
    ui: { ...before.ui, kept: { ...before.ui?.kept, [name]: own ?? null } },
  }));
  const made: ParameterJson = { name: parameter, type: typeFor(one, own), default: defaultFor(one, own) };
  return {
    graph: there ? graph : { ...graph, parameters: [...parameters, made] },
    name: `Make ${one.label} the parameter ${parameter}`,
  };
}

function writes(scene: Scene, node: DraftNode, name: string): boolean {
  const spec = scene.view.faces.get(node.id)?.module?.spec;
  return Boolean(spec?.outputs.some((port) => (port as { destination?: string }).destination === name));
}

function typeFor(one: SpecParameter, value: unknown): string {
  if (one.type === "float") return "float";
  if (one.type !== "choice") return takes(one)[0] as string;
  const first = value ?? one.choices?.[0]?.value;
  return typeof first === "number" ? (Number.isInteger(first) ? "int" : "float") : "string";
}

/** A parameter has texts for what is neither number nor truth: a choice of columns travels as JSON. */
function defaultFor(one: SpecParameter, value: Setting | undefined): unknown {
  if (isEmpty(one, value)) return null;
  if (one.type === "datastore_path" || typeof value !== "object") return value;
  return JSON.stringify(value);
}

/** The value that a field had before a parameter gave it, else what the parameter has as its default. */
function keptValue(graph: DraftGraph, node: DraftNode, name: string, parameter: string): Setting | undefined {
  const kept = node.ui?.kept;
  if (kept && Object.hasOwn(kept, name)) return kept[name];
  const value = (graph.parameters ?? []).find((one) => one.name === parameter)?.default;
  return value === undefined ? undefined : asSetting(value);
}

function asSetting(value: unknown): Setting {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value as Setting;
  try {
    return JSON.parse(value) as Setting;
  } catch {
    return value;
  }
}

export function detach(scene: Scene, id: string, name: string): Outcome {
  const node = nodeOf(scene.graph, id);
  const value = node?.settings?.[name];
  if (!node || !isReference(value)) return { refusal: "This field is no parameter." };
  const label = scene.view.faces.get(id)?.parameters.find((one) => one.name === name)?.label ?? name;
  return { graph: withNode(scene.graph, id, (one) => loosened(scene.graph, one, name, value.parameter)), name: `Detach ${label} from ${value.parameter}` };
}

function loosened(graph: DraftGraph, node: DraftNode, name: string, parameter: string): DraftNode {
  const own = keptValue(graph, node, name, parameter);
  const settings = { ...node.settings };
  if (own === undefined) delete settings[name];
  else settings[name] = own;
  const { [name]: _, ...kept } = node.ui?.kept ?? {};
  const { kept: __, ...ui } = node.ui ?? {};
  return { ...node, settings, ui: Object.keys(kept).length ? { ...ui, kept } : ui };
}

export function promoteSource(scene: Scene, key: string, parameter: string): Outcome {
  const pill = (scene.graph.ui?.sources ?? []).find((one) => sourceKey(one.source) === key);
  if (!pill) return { refusal: "This source is no longer in the draft." };
  const { source } = pill;
  if ("parameter" in source) return { refusal: `${source.parameter} is a parameter already.` };
  const fault = parameterNameFault(parameter);
  if (fault) return { refusal: fault };
  const type = "dataset" in source ? "dataset" : "datapath";
  const parameters = scene.graph.parameters ?? [];
  const there = parameters.find((one) => one.name === parameter);
  if (there && there.type !== type) return { refusal: `${pill.name} can be a parameter of type ${type}, and ${parameter} is of type ${there.type}.` };
  const swapped = swapSource(scene.graph, key, { ...pill, source: { parameter }, name: parameter });
  const made: ParameterJson = { name: parameter, type, default: { ...source } };
  return { graph: there ? swapped : { ...swapped, parameters: [...parameters, made] }, name: `Make ${pill.name} the parameter ${parameter}`, select: [`parameter:${parameter}`] };
}

/** A parameter's pill gets back the data that its parameter has as a default. */
export function detachSource(scene: Scene, key: string, told: (source: SourcePill["source"]) => Partial<SourcePill>, idOf: (name: string, version: string) => string | undefined = () => undefined): Outcome {
  const pill = (scene.graph.ui?.sources ?? []).find((one) => sourceKey(one.source) === key);
  if (!pill || !("parameter" in pill.source)) return { refusal: "This source is no parameter." };
  const name = pill.source.parameter;
  const parameter = (scene.graph.parameters ?? []).find((one) => one.name === name);
  const source = defaultSource(parameter) ?? namedSource(parameter, idOf);
  if (!source) return { refusal: `The parameter ${name} has no default that names its data: connect a dataset instead.` };
  const about = told(source);
  return { graph: swapSource(scene.graph, key, { ...pill, name: name, ...about, source }), name: `Detach ${about.name ?? name} from ${name}`, select: [sourceKey(source)] };
}

function defaultSource(parameter: ParameterJson | undefined): SourcePill["source"] | null {
  const value = parameter?.default as Record<string, unknown> | null | undefined;
  if (!value || typeof value !== "object") return null;
  if (typeof value["dataset"] === "string") return { dataset: value["dataset"] };
  if (typeof value["datastore"] === "string" && typeof value["path"] === "string") return { datastore: value["datastore"], path: value["path"] };
  return null;
}

/** A default by name is the version that this is now. */
function namedSource(parameter: ParameterJson | undefined, idOf: (name: string, version: string) => string | undefined): SourcePill["source"] | null {
  const value = parameter?.default as Record<string, unknown> | null | undefined;
  const id = typeof value?.["name"] === "string" ? idOf(value["name"], String(value["version"] ?? "latest")) : undefined;
  return id === undefined ? null : { dataset: id };
}

/** All inputs and the pill with another source; the pill goes into one that is there already. */
function swapSource(graph: DraftGraph, key: string, pill: SourcePill): DraftGraph {
  const swapped = mapSources(graph, (source) => (isPlain(source) && sourceKey(source) === key ? pill.source : undefined));
  const target = sourceKey(pill.source);
  const sources = swapped.ui?.sources ?? [];
  const there = target !== key && sources.some((one) => sourceKey(one.source) === target);
  return withUi(swapped, { sources: there ? sources.filter((one) => sourceKey(one.source) !== key) : sources.map((one) => (sourceKey(one.source) === key ? pill : one)) });
}

/** Another list of parameters. One name that is another at its place is a rename; what used one that is gone gets its default. */
export function setParameters(graph: DraftGraph, parameters: readonly ParameterJson[]): Edit {
  const before = graph.parameters ?? [];
  const names = new Set(parameters.map((one) => one.name));
  const known = new Set(before.map((one) => one.name));
  const renamed = new Map<string, string>();
  if (before.length === parameters.length) {
    before.forEach((one, index) => {
      const now = parameters[index]?.name;
      if (now !== undefined && now !== one.name && !names.has(one.name) && !known.has(now)) renamed.set(one.name, now);
    });
  }
  const gone = new Map(before.filter((one) => !names.has(one.name) && !renamed.has(one.name)).map((one) => [one.name, one]));
  let after: DraftGraph = { ...graph, parameters: [...parameters] };
  if (renamed.size || gone.size) after = replaceUses(after, graph, renamed, gone);
  const step = renamed.size ? `Rename the parameter ${[...renamed.keys()][0]}` : gone.size ? `Remove the parameter ${[...gone.keys()][0]}` : parameters.length > before.length ? `Add the parameter ${parameters[parameters.length - 1]?.name}` : "Change parameters";
  const only = parameters.length === before.length && !gone.size ? before.flatMap((one, index) => (JSON.stringify(one) === JSON.stringify(parameters[index]) ? [] : [index])) : [];
  return { graph: after, name: step, ...(only.length === 1 && { merge: `parameter ${only[0]}` }) };
}

function replaceUses(after: DraftGraph, before: DraftGraph, renamed: ReadonlyMap<string, string>, gone: ReadonlyMap<string, ParameterJson>): DraftGraph {
  const nodes = mapNodes(after, (node) => {
    let changed = node;
    for (const [name, value] of Object.entries(node.settings ?? {})) {
      if (!isReference(value)) continue;
      const now = renamed.get(value.parameter);
      if (now !== undefined) changed = { ...changed, settings: { ...changed.settings, [name]: { parameter: now } } };
      else if (gone.has(value.parameter)) changed = loosened(before, changed, name, value.parameter);
    }
    for (const field of ["compute", "arguments", "parameters", "runconfig_parameters"] as const) {
      if (changed[field] === undefined) continue;
      const now = replaced(changed[field], renamed, gone);
      if (now !== changed[field]) changed = { ...changed, [field]: now };
    }
    return changed;
  });
  let graph = mapSources(nodes, (source) => otherSource(source, renamed, gone));
  const pills = graph.ui?.sources;
  if (pills?.some((pill) => "parameter" in pill.source)) {
    const kept = new Map<string, SourcePill>();
    for (const pill of pills) {
      const now = otherSource(pill.source, renamed, gone);
      if (now === null) continue;
      const next = now === undefined ? pill : { ...pill, source: now as SourcePill["source"], name: "parameter" in now ? now.parameter : pill.name };
      if (!kept.has(sourceKey(next.source))) kept.set(sourceKey(next.source), next);
    }
    graph = withUi(graph, { sources: [...kept.values()] });
  }
  return graph;
}

function otherSource(source: SourceJson, renamed: ReadonlyMap<string, string>, gone: ReadonlyMap<string, ParameterJson>): SourceJson | null | undefined {
  if (!("parameter" in source)) return undefined;
  const now = renamed.get(source.parameter);
  if (now !== undefined) return { parameter: now };
  return gone.has(source.parameter) ? defaultSource(gone.get(source.parameter)) : undefined;
}

/** References anywhere in a value of an SDK node; the same value when there is none. */
function replaced(value: unknown, renamed: ReadonlyMap<string, string>, gone: ReadonlyMap<string, ParameterJson>): unknown {
  if (isReference(value)) {
    const now = renamed.get(value.parameter);
    if (now !== undefined) return { parameter: now };
    return gone.has(value.parameter) ? (gone.get(value.parameter)?.default ?? "") : value;
  }
  if (Array.isArray(value)) {
    const items = value.map((one) => replaced(one, renamed, gone));
    return items.some((one, index) => one !== value[index]) ? items : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, replaced(one, renamed, gone)] as const);
  return entries.some(([key, one]) => one !== (value as Record<string, unknown>)[key]) ? Object.fromEntries(entries) : value;
}

/** Where a parameter is used, for a list of parameters: ids of nodes. */
export function usesOf(graph: DraftGraph, parameter: string): string[] {
  const names = new Map([[parameter, ""]]);
  return graph.nodes
    .filter((node) => Object.values(node.settings ?? {}).some((value) => isReference(value) && value.parameter === parameter)
      || (node.inputs ?? []).some(({ source }) => source && "parameter" in source && source.parameter === parameter)
      || ["compute", "arguments", "parameters", "runconfig_parameters"].some((field) => replaced(node[field], names, new Map()) !== node[field]))
    .map((node) => node.id);
}
