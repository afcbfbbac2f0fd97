/** What is wrong with a graph, as far as the browser sees it at once; the server's answer takes its place a moment later. */
import { stepsBefore } from "./edit";
import { pathInputs } from "./faces";
import { meaningOf } from "./meaning";
import { takes } from "./parameters";
import { isReference, mayBeShown, checkSettings, withDefaults } from "./values";
import type { Catalog } from "./catalog";
import type { DraftGraph, DraftNode, Face, GraphView, ParameterJson, Problem } from "./types";
import { inputKey } from "./view";

/** Codes that this file finds as the server does: those of its last answer are left out once the graph changed. */
export const LOCAL_CODES: ReadonlySet<string> = new Set(["cycle", "empty", "unknown_module", "unknown_module_version", "unknown_input", "unknown_output", "unknown_node", "missing_input", "missing_setting", "invalid_setting", "unknown_parameter", "wrong_type", "missing_compute", "missing"]);

export function localProblems(graph: DraftGraph, view: GraphView, catalog: Catalog, defaultCompute: string): Problem[] {
  if (!graph.nodes.length) return [{ node: null, field: "nodes", code: "empty", message: "The pipeline has no steps." }];
  const problems: Problem[] = [];
  const parameters = graph.parameters ?? NO_PARAMETERS;
  const types = new Map(parameters.map((one) => [one.name, one.type]));
  for (const node of graph.nodes) {
    const of = [view.faces.get(node.id), view.into.get(node.id), parameters, defaultCompute];
    let known = found.get(meaningOf(node));
    if (!known || !known.of.every((one, index) => one === of[index])) {
      known = { of, problems: nodeProblems(node, view, catalog, types, defaultCompute) };
      found.set(meaningOf(node), known);
    }
    problems.push(...known.problems);
  }
  const circle = findCircle(graph);
  if (circle.length) {
    const titles = circle.map((id) => view.faces.get(id)?.title ?? id);
    problems.push({ node: circle[0] as string, node_name: titles[0] ?? null, field: "inputs", code: "cycle", message: `These steps wait for each other: ${titles.join(" → ")}.` });
  }
  return problems;
}

const NO_PARAMETERS: readonly ParameterJson[] = [];
/** Problems of a node, with what they were found by: they are the same while that is. */
const found = new WeakMap<DraftNode, { of: readonly unknown[]; problems: readonly Problem[] }>();

function nodeProblems(node: DraftNode, view: GraphView, catalog: Catalog, types: ReadonlyMap<string, string>, defaultCompute: string): Problem[] {
  const problems: Problem[] = [];
  const face = view.faces.get(node.id) as Face;
  const tell: Tell = (field, code, message) => problems.push({ node: node.id, node_name: face.title, field, code, message });
  if (face.kind === "missing") tell("module", catalog.module(node.module) ? "unknown_module_version" : "unknown_module", face.fault ?? "");
  wireProblems(node, face, view, tell);
  if (face.kind === "module") settingProblems(node, face, types, catalog, tell);
  if (!defaultCompute && (node.compute === null || node.compute === undefined || node.compute === "")) {
    tell("compute", "missing_compute", "Choose a compute target for this step, or a default one for the draft.");
  }
  return problems;
}

type Tell = (field: string, code: string, message: string) => unknown;

function wireProblems(node: DraftNode, face: Face, view: GraphView, tell: Tell): void {
  for (const port of face.inputs) {
    const wire = view.byInput.get(inputKey(node.id, port.name));
    if (!wire) {
      if (port.required && face.kind !== "missing" && face.kind !== "loading") tell(`inputs.${port.name}`, "missing_input", `${port.label} is not connected.`);
    } else if (wire.fault) {
      const code = !port.known && face.kind === "module" ? "unknown_input" : "node" in wire.from && !view.faces.get(wire.from.node)?.outputs.some((one) => "output" in wire.from && one.name === wire.from.output && one.known) ? "unknown_output" : "wrong_type";
      tell(`inputs.${port.name}`, code, wire.fault);
    }
  }
}

function settingProblems(node: DraftNode, face: Face, types: ReadonlyMap<string, string>, catalog: Catalog, tell: Tell): void {
  const given = node.settings ?? {};
  for (const [name, message, code] of checkSettings(face.parameters, given)) tell(`settings.${name}`, code, message);
  const values = withDefaults(face.parameters, given);
  const spec = catalog.find(node.module)?.spec;
  const read = spec ? pathInputs(spec) : new Set<string>();
  for (const one of face.parameters) {
    const value = values[one.name];
    if (!isReference(value) || !mayBeShown(one, values)) continue;
    const type = types.get(value.parameter);
    const field = `settings.${one.name}`;
    if (type === undefined) tell(field, "unknown_parameter", `The pipeline has no parameter '${value.parameter}'.`);
    else if (one.type === "datastore_path" && !read.has(one.name)) tell(field, "invalid_setting", `${one.label} is where the module writes: it can't be a parameter.`);
    else if (!takes(one).includes(type)) tell(field, "invalid_setting", `${one.label} takes a parameter of type ${takes(one).join(" or ")}, and '${value.parameter}' is of type ${type}.`);
  }
}

/** Ids of steps that wait for each other, the first one again at the end; none when there is no circle. */
export function findCircle(graph: DraftGraph): string[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const state = new Map<string, "open" | "done">();
  for (const start of nodes.keys()) {
    if (state.has(start)) continue;
    const path: string[] = [];
    const stack: { id: string; left: string[] }[] = [{ id: start, left: stepsBefore(nodes.get(start)) }];
    state.set(start, "open");
    path.push(start);
    while (stack.length) {
      const top = stack[stack.length - 1] as { id: string; left: string[] };
      const next = top.left.pop();
      if (next === undefined) {
        state.set(top.id, "done");
        stack.pop();
        path.pop();
      } else if (state.get(next) === "open") {
        return [...path.slice(path.indexOf(next)), next].reverse();
      } else if (!state.has(next) && nodes.has(next)) {
        state.set(next, "open");
        path.push(next);
        stack.push({ id: next, left: stepsBefore(nodes.get(next)) });
      }
    }
  }
  return [];
}

/** The server's problems with fields as the panes know them: `inputs.<port>` and `settings.<name>`, whatever index it counted. */
export function readProblems(problems: readonly Problem[], graph: DraftGraph, catalog: Catalog): Problem[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return problems.map((problem) => {
    const told = { ...problem, node: problem.node ?? null, message: problem.code === "unknown_dataset" ? named(problem.message, graph) : problem.message };
    const match = /^inputs\[(\d+)\]/.exec(problem.field);
    const node = nodes.get(problem.node ?? "");
    if (!match || !node) return told;
    const spec = catalog.find(node.module)?.spec;
    const paths = spec ? [...pathInputs(spec)] : [];
    const wires = (node.inputs ?? []).filter((input) => !node.module || (input.source && !paths.includes(input.name)));
    const index = Number(match[1]);
    const input = wires[index];
    if (input) return { ...told, field: `inputs.${input.name}` };
    const set = paths.filter((name) => { const value = node.settings?.[name]; return value !== undefined && value !== null && value !== ""; })[index - wires.length];
    return set === undefined ? told : { ...told, field: `settings.${set}` };
  });
}

/** A dataset by the name that its pill remembers; the server knows only the id of one that is gone. */
function named(message: string, graph: DraftGraph): string {
  for (const { source, name, version } of graph.ui?.sources ?? []) {
    if ("dataset" in source && name && message.includes(`'${source.dataset}'`)) return message.replace(`'${source.dataset}'`, `'${name}'${version ? ` (version ${version})` : ""}`);
  }
  return message;
}

/** The last answer of the server in so far as it still holds: for nodes that are as they were, what the browser can't tell itself. */
export function stillTrue(answered: readonly Problem[], before: DraftGraph, now: DraftGraph): Problem[] {
  const then = new Map(before.nodes.map((node) => [node.id, meaningOf(node)]));
  const same = new Set(now.nodes.filter((node) => then.get(node.id) === meaningOf(node)).map((node) => node.id));
  return answered.filter((problem) => !LOCAL_CODES.has(problem.code) && (problem.node === null || same.has(problem.node)));
}
