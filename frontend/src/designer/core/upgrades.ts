/** Two versions of a module side by side, and a step that goes from one to the other. */
import { mapNodes, nodeOf, withNode, withSource, type Outcome } from "./edit";
import { typeFits, typeWords } from "./rules";
import { isReference, valueFault } from "./values";
import type { DraftGraph, GraphView, ModuleSpec, PaletteModule, SpecParameter, SpecPort, Wire } from "./types";
import type { Scene } from "./wiring";

export interface SpecChange { part: "inputs" | "outputs" | "parameters"; what: "added" | "removed" | "changed"; name: string; label: string; sentence: string }

export function compareSpecs(from: ModuleSpec, to: ModuleSpec): SpecChange[] {
  return [
    ...compare("inputs", from.inputs, to.inputs, portChanges),
    ...compare("outputs", from.outputs, to.outputs, portChanges),
    ...compare("parameters", from.parameters, to.parameters, parameterChanges),
  ];
}

const WORD = { inputs: "input", outputs: "output", parameters: "setting" } as const;

function compare<T extends { name: string; label: string }>(part: SpecChange["part"], from: readonly T[], to: readonly T[], changes: (before: T, after: T) => string[]): SpecChange[] {
  const before = new Map(from.map((one) => [one.name, one]));
  const after = new Map(to.map((one) => [one.name, one]));
  const found: SpecChange[] = [];
  for (const one of from) {
    if (!after.has(one.name)) found.push({ part, what: "removed", name: one.name, label: one.label, sentence: `The ${WORD[part]} ${one.label} is gone.` });
  }
  for (const one of to) {
    const old = before.get(one.name);
    if (!old) {
      const needed = part !== "outputs" && (one as { required?: boolean }).required !== (part === "inputs" ? false : undefined) && (part === "inputs" || Boolean((one as { required?: boolean }).required && (one as unknown as SpecParameter).default === undefined));
      found.push({ part, what: "added", name: one.name, label: one.label, sentence: `The ${WORD[part]} ${one.label} is new${needed ? " and required" : ""}.` });
      continue;
    }
    const told = changes(old, one);
    if (told.length) found.push({ part, what: "changed", name: one.name, label: one.label, sentence: `${one.label}: ${told.join("; ")}.` });
  }
  return found;
}

function portChanges(before: SpecPort, after: SpecPort): string[] {
  const told = [];
  if (before.type !== after.type) told.push(`${typeWords(before.type)} became ${typeWords(after.type)}`);
  if ((before.required ?? true) !== (after.required ?? true)) told.push(after.required === false ? "no longer required" : "now required");
  if (before.label !== after.label) told.push(`was called ${before.label}`);
  return told;
}

function parameterChanges(before: SpecParameter, after: SpecParameter): string[] {
  const told = [];
  const text = (value: unknown) => (value === undefined || value === null || value === "" ? "nothing" : JSON.stringify(value));
  if (before.type !== after.type) told.push(`its type ${before.type} became ${after.type}`);
  if (text(before.default) !== text(after.default)) told.push(`its default ${text(before.default)} became ${text(after.default)}`);
  if (Boolean(before.required) !== Boolean(after.required)) told.push(after.required ? "now required" : "no longer required");
  if (before.min !== after.min || before.max !== after.max) told.push(`its range became ${after.min ?? "any"} to ${after.max ?? "any"}`);
  const values = (one: SpecParameter) => (one.choices ?? []).map((choice) => String(choice.value));
  const lost = values(before).filter((value) => !values(after).includes(value));
  const won = values(after).filter((value) => !values(before).includes(value));
  if (lost.length) told.push(`no longer ${lost.join(", ")}`);
  if (won.length) told.push(`now also ${won.join(", ")}`);
  if (before.label !== after.label) told.push(`was called ${before.label}`);
  if (text(before.when) !== text(after.when)) told.push("counts under other conditions");
  return told;
}

/** What this step would lose: wires and settings, in sentences. */
export function upgradeLosses({ graph, view }: Scene, id: string, to: ModuleSpec): string[] {
  const node = nodeOf(graph, id);
  const face = view.faces.get(id);
  if (!node || !face) return [];
  const losses: string[] = [];
  for (const wire of view.wires) {
    if (wire.kind !== "data") continue;
    if (wire.to.node === id && !keepsInput(wire.type, wire.to.port, to)) losses.push(inputLoss(view, wire));
    if ("node" in wire.from && wire.from.node === id && !keepsOutput(view, wire, to)) losses.push(outputLoss(view, wire));
  }
  for (const [name, value] of Object.entries(node.settings ?? {})) {
    const label = face.parameters.find((one) => one.name === name)?.label ?? name;
    if (!keepsSetting(name, value, to)) losses.push(`The setting ${label}${isReference(value) ? ` (parameter ${value.parameter})` : typeof value === "object" ? "" : ` (${String(value)})`}.`);
  }
  return losses;
}

export const inputLoss = ({ faces }: GraphView, { to: { node, port } }: Wire): string =>
  `The wire into ${faces.get(node)?.inputs.find((one) => one.name === port)?.label ?? port}.`;

/** Of a wire that comes from a step. */
export function outputLoss({ faces }: GraphView, { from, to }: Wire): string {
  const { node, output } = from as { node: string; output: string };
  return `The wire from ${faces.get(node)?.outputs.find((one) => one.name === output)?.label ?? output} to ${faces.get(to.node)?.title ?? to.node}.`;
}

function keepsInput(made: import("./types").PortType, port: string, to: ModuleSpec): boolean {
  const wanted = to.inputs.find((one) => one.name === port);
  return wanted !== undefined && typeFits(made, wanted.type);
}

function keepsOutput(view: Scene["view"], wire: Scene["view"]["wires"][number], to: ModuleSpec): boolean {
  const made = to.outputs.find((one) => one.name === (wire.from as { output: string }).output);
  const wanted = view.faces.get(wire.to.node)?.inputs.find((one) => one.name === wire.to.port);
  return made !== undefined && (!wanted || typeFits(made.type, wanted.type));
}

export function keepsSetting(name: string, value: unknown, to: ModuleSpec): boolean {
  const one = to.parameters.find((each) => each.name === name);
  return one !== undefined && (isReference(value) || value === null || value === "" || valueFault(one, value) === null);
}

export function upgrade(scene: Scene, id: string, module: PaletteModule, version: string, to: ModuleSpec): Outcome {
  const { graph, view } = scene;
  const node = nodeOf(graph, id);
  if (!node) return { refusal: "This step is no longer in the draft." };
  let after: DraftGraph = withNode(graph, id, (before) => ({
    ...before,
    module: { ...before.module, id: module.id, key: module.key, version, name: module.name },
    settings: Object.fromEntries(Object.entries(before.settings ?? {}).filter(([name, value]) => keepsSetting(name, value, to))),
  }));
  for (const wire of view.wires) {
    if (wire.kind !== "data") continue;
    const lost = (wire.to.node === id && !keepsInput(wire.type, wire.to.port, to)) || ("node" in wire.from && wire.from.node === id && !keepsOutput(view, wire, to));
    if (lost) after = mapNodes(after, (one) => (one.id === wire.to.node ? withSource(one, wire.to.port, null) : one));
  }
  return { graph: after, name: `Change ${view.faces.get(id)?.title ?? module.name} to version ${version}` };
}
