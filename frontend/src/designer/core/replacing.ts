/** Another module in place of a step's, another source in place of a pill's: what is wired stays wired where it fits. */
import { mapNodes, mapSources, nodeOf, withSource, withUi, type Outcome } from "./edit";
import { typeFits } from "./rules";
import { sourceKey, sourceName } from "./sources";
import { inputLoss, keepsSetting, outputLoss } from "./upgrades";
import type { DraftGraph, DraftNode, ModuleSpec, PaletteModule, PortType, SourceJson, SourcePill, Wire } from "./types";
import type { Scene } from "./wiring";

/** Where wires of a step go in another module: by port, null where nothing fits. */
export interface Moves { inputs: ReadonlyMap<string, string | null>; outputs: ReadonlyMap<string, string | null>; lost: string[] }

/** Ports of the same name first, then the first free one of a fitting type. */
export function movesTo({ graph, view }: Scene, id: string, to: ModuleSpec): Moves {
  const face = view.faces.get(id);
  const lost: string[] = [];
  const into = view.wires.filter((wire) => wire.kind === "data" && wire.to.node === id);
  const inputs = matched(into.map((wire) => ({ name: wire.to.port, fits: (type: PortType) => typeFits(wire.type, type) })), to.inputs);
  for (const wire of into) if (inputs.get(wire.to.port) === null) lost.push(inputLoss(view, wire));
  const readers = new Map<string, Wire[]>();
  for (const wire of view.wires) {
    if (wire.kind === "data" && "node" in wire.from && wire.from.node === id) readers.set(wire.from.output, [...(readers.get(wire.from.output) ?? []), wire]);
  }
  const wanted = (wire: Wire): PortType => view.faces.get(wire.to.node)?.inputs.find((port) => port.name === wire.to.port)?.type ?? "any";
  const outputs = matched([...readers].map(([name, wires]) => ({ name, fits: (type: PortType) => wires.every((wire) => typeFits(type, wanted(wire))) })), to.outputs);
  for (const [name, wires] of readers) {
    if (outputs.get(name) === null) lost.push(...wires.map((wire) => outputLoss(view, wire)));
  }
  for (const [name, value] of Object.entries(nodeOf(graph, id)?.settings ?? {})) {
    if (!keepsSetting(name, value, to)) lost.push(`The setting ${face?.parameters.find((one) => one.name === name)?.label ?? name}.`);
  }
  return { inputs, outputs, lost };
}

function matched(from: readonly { name: string; fits: (type: PortType) => boolean }[], to: readonly { name: string; type: PortType }[]): Map<string, string | null> {
  const found = new Map<string, string | null>();
  const taken = new Set<string>();
  for (const one of from) {
    if (!to.some((port) => port.name === one.name && one.fits(port.type))) continue;
    found.set(one.name, one.name);
    taken.add(one.name);
  }
  for (const one of from) {
    if (found.has(one.name)) continue;
    const port = to.find((each) => !taken.has(each.name) && one.fits(each.type))?.name ?? null;
    found.set(one.name, port);
    if (port !== null) taken.add(port);
  }
  return found;
}

export function replaceModule(scene: Scene, id: string, module: PaletteModule): Outcome {
  const { graph, view } = scene;
  if (!nodeOf(graph, id)) return { refusal: "This step is no longer in the draft." };
  const { inputs, outputs, lost } = movesTo(scene, id, module.spec);
  const before = view.faces.get(id)?.title ?? id;
  const after: DraftGraph = mapNodes(graph, (node) => (node.id === id ? replaced(node, module, inputs, outputs) : reading(node, id, outputs)));
  const note = lost.length ? `${module.name} stands here now. ${lost.length === 1 ? "One thing of it did not fit and is gone" : `${lost.length} things of it did not fit and are gone`}; Undo brings back what was there.` : `${module.name} stands here now.`;
  return { graph: after, name: `Replace ${before} by ${module.name}`, say: note };
}

function replaced(node: DraftNode, module: PaletteModule, inputs: Moves["inputs"], outputs: Moves["outputs"]): DraftNode {
  return {
    ...node,
    module: { id: module.id, key: module.key, version: module.version, name: module.name },
    settings: Object.fromEntries(Object.entries(node.settings ?? {}).filter(([name, value]) => keepsSetting(name, value, module.spec))),
    ...(node.inputs && { inputs: node.inputs.flatMap((input) => { const name = inputs.get(input.name); return name && input.source ? [{ ...input, name }] : []; }) }),
    ...(node.outputs && { outputs: node.outputs.flatMap((output) => { const name = outputs.get(output.name) ?? (module.spec.outputs.some((one) => one.name === output.name) ? output.name : null); return name ? [{ ...output, name }] : []; }) }),
  };
}

/** A step that reads from the one that is replaced. */
function reading(node: DraftNode, id: string, outputs: Moves["outputs"]): DraftNode {
  let after = node;
  for (const { name, source } of node.inputs ?? []) {
    if (!source || !("node" in source) || source.node !== id) continue;
    const output = outputs.get(source.output);
    if (output !== source.output) after = withSource(after, name, output ? { ...source, output } : null);
  }
  return after;
}

/** Everything that read the old source reads the new one; the pill stands where it stood. */
export function replaceSource({ graph, view }: Scene, key: string, next: SourcePill): Outcome {
  const pill = view.pills.get(key);
  if (!pill) return { refusal: "This source is no longer in the draft." };
  const now = sourceKey(next.source);
  if (now === key) return { graph, name: "" };
  const is = (source: SourceJson) => !("node" in source) && sourceKey(source) === key;
  const after = mapSources(graph, (source) => (is(source) ? next.source : undefined));
  const others = (graph.ui?.sources ?? []).filter((one) => sourceKey(one.source) !== key);
  const place = others.some((one) => sourceKey(one.source) === now) ? [] : [{ ...next, name: next.name || sourceName(next.source), x: pill.x, y: pill.y }];
  return { graph: withUi(after, { sources: [...others, ...place] }), name: `Replace ${pill.title}`, select: [now] };
}
