/** What a node looks like: its ports and parameters. */
import type { Catalog } from "./catalog";
import { meaningOf } from "./meaning";
import type { DraftNode, Face, FacePort, ModuleSpec, PortType, SpecPort } from "./types";

const NONE: readonly never[] = [];

/** `used`: outputs of this node that others read, for what no spec tells. */
export function faceOf(node: DraftNode, catalog: Catalog, used: ReadonlySet<string> = new Set()): Face {
  const known = knownFace(node, catalog);
  if (known) return known;
  const face = makeFace(node, catalog, used);
  // What depends on others' wires is made anew each time.
  if (face.kind === "module" && face.inputs.every((port) => port.known)) catalog.faces.set(meaningOf(node), face);
  return face;
}

export const knownFace = (node: DraftNode, catalog: Catalog): Face | undefined => catalog.faces.get(meaningOf(node));

function makeFace(node: DraftNode, catalog: Catalog, used: ReadonlySet<string>): Face {
  const base = { node: node.id, module: null, version: "", newer: null, fault: null, parameters: NONE };
  const name = typeof node.name === "string" ? node.name : "";
  if (!node.module) {
    return { ...base, kind: "plain", title: name || node.id, inputs: inputsByWires(node, true), outputs: outputsByWires(node, used, true) };
  }
  const told = node.module.name || node.module.key || node.module.id || "module";
  const byWires = { inputs: inputsByWires(node, false), outputs: outputsByWires(node, used, false) };
  const found = catalog.find(node.module);
  if (!found) {
    return { ...base, ...byWires, kind: "missing", title: name || told, version: node.module.version ?? "", fault: `The module '${told}' is not in this workspace. Choose another one.` };
  }
  const { module, version, spec } = found;
  const about = { ...base, module, version, title: name || module.name, newer: version === module.default_version ? null : module.default_version };
  if (!spec) {
    const gone = catalog.knows(module.id);
    const fault = gone ? `There is no version '${version}' of this module; '${module.default_version}' is the newest.` : null;
    return { ...about, ...byWires, kind: gone ? "missing" : "loading", fault };
  }
  return { ...about, kind: "module", inputs: specInputs(node, spec), outputs: portsOf(spec).outputs, parameters: spec.parameters };
}

function facePort(port: SpecPort): FacePort {
  const face: FacePort = { name: port.name, label: port.label || port.name, type: port.type, required: port.required ?? true, known: true };
  if (port.help) face.help = port.help;
  return face;
}

/** The spec's inputs, and those that only a wire in the draft names. */
function specInputs(node: DraftNode, spec: ModuleSpec): readonly FacePort[] {
  const { inputs } = portsOf(spec);
  const unknown: FacePort[] = [];
  for (const input of node.inputs ?? []) {
    if (!input.source || [...inputs, ...unknown].some((port) => port.name === input.name) || pathInputs(spec).has(input.name)) continue;
    unknown.push(plainPort(input.name, false));
  }
  return unknown.length ? [...inputs, ...unknown] : inputs;
}

/** Of all nodes of a module the same objects. */
const ports = new WeakMap<ModuleSpec, { inputs: readonly FacePort[]; outputs: readonly FacePort[] }>();

function portsOf(spec: ModuleSpec): { inputs: readonly FacePort[]; outputs: readonly FacePort[] } {
  let of = ports.get(spec);
  if (!of) ports.set(spec, (of = { inputs: spec.inputs.map(facePort), outputs: spec.outputs.map(facePort) }));
  return of;
}

/** Settings that are paths which the module reads: the server makes inputs of them. */
export function pathInputs(spec: ModuleSpec): ReadonlySet<string> {
  let known = paths.get(spec);
  if (!known) paths.set(spec, (known = findPaths(spec)));
  return known;
}

const paths = new WeakMap<ModuleSpec, ReadonlySet<string>>();

function findPaths(spec: ModuleSpec): ReadonlySet<string> {
  const written = new Set(spec.outputs.map((port) => (port as SpecPort & { destination?: string }).destination));
  return new Set(spec.parameters.filter((one) => one.type === "datastore_path" && !written.has(one.name)).map((one) => one.name));
}

const plainPort = (name: string, known: boolean, type: PortType = "any"): FacePort => ({ name, label: name, type, required: known, known });

function inputsByWires(node: DraftNode, known: boolean): FacePort[] {
  return [...new Set((node.inputs ?? []).map((input) => input.name))].map((name) => plainPort(name, known));
}

function outputsByWires(node: DraftNode, used: ReadonlySet<string>, known: boolean): FacePort[] {
  const own = new Set((node.outputs ?? []).map((output) => output.name));
  return [...new Set([...own, ...used])].map((name) => plainPort(name, known && own.has(name)));
}
