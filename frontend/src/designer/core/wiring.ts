/** Wires: what may be connected, connecting, splicing, taking away with or without closing the gap. */
import type { From } from "../contract";
import { countWords, leadsTo, mapNodes, withNode, withSource, withUi, type Outcome } from "./edit";
import { clashSentence, typeFits } from "./rules";
import { pillGives, sourceKey } from "./sources";
import type { DraftGraph, DraftNode, Face, FacePort, GraphView, PortType, SourceJson } from "./types";
import { inputKey } from "./view";

export interface InputPlace { node: string; port: string }
export interface Scene { graph: DraftGraph; view: GraphView }

/** Title and type of what a wire begins with; a sentence when it is not there. */
export function beginning(view: GraphView, from: From): { title: string; type: PortType; source?: boolean } | string {
  if ("pill" in from) {
    const pill = view.pills.get(from.pill);
    return pill ? { title: pill.title, type: pillGives(pill), source: true } : "This source is no longer in the draft.";
  }
  const face = view.faces.get(from.node);
  const port = face?.outputs.find((one) => one.name === from.output);
  if (!face) return "This step is no longer in the draft.";
  return port ? { title: face.title, type: port.type } : `${face.title} has no output ${from.output}.`;
}

/** Why a wire may not be made, null when it may. */
export function refusal({ graph, view }: Scene, from: From, to: InputPlace): string | null {
  const made = beginning(view, from);
  if (typeof made === "string") return made;
  const target = view.faces.get(to.node);
  if (!target) return "This step is no longer in the draft.";
  const port = target.inputs.find((one) => one.name === to.port);
  if (!port) return `${target.title} has no input ${to.port}.`;
  if (!port.known && target.kind === "module") return `${target.title} has no input ${to.port}: its version does not know it.`;
  if (!typeFits(made.type, port.type)) return clashSentence(made, { title: target.title, label: port.label, type: port.type });
  if ("pill" in from) return null;
  if (from.node === to.node) return `${target.title} can't read what it makes itself.`;
  if (leadsTo(graph, to.node, from.node)) return `${made.title} waits for ${target.title}: a wire back would make a circle.`;
  return null;
}

export function sourceOf(view: GraphView, from: From): SourceJson {
  if ("pill" in from) return (view.pills.get(from.pill) as { source: SourceJson }).source;
  return { node: from.node, output: from.output };
}

export function connect(scene: Scene, from: From, to: InputPlace): Outcome {
  const why = refusal(scene, from, to);
  if (why) return { refusal: why };
  const { graph, view } = scene;
  const title = view.faces.get(to.node)?.title ?? to.node;
  const graphAfter = withNode(graph, to.node, (node) => withSource(node, to.port, sourceOf(view, from)));
  const start = beginning(view, from) as { title: string };
  return { graph: graphAfter, name: `Connect ${start.title} to ${title}` };
}

/** The first port that fits, free ones and required ones first. */
export function fittingInput(view: GraphView, face: Face, made: PortType): FacePort | null {
  const fits = face.inputs.filter((port) => (port.known || face.kind !== "module") && typeFits(made, port.type));
  const free = fits.filter((port) => !view.byInput.has(inputKey(face.node, port.name)));
  const exact = (ports: readonly FacePort[]) => ports.find((port) => port.type === made && port.required) ?? ports.find((port) => port.required) ?? ports[0];
  return exact(free) ?? exact(fits) ?? null;
}

export function connectToNode(scene: Scene, from: From, node: string): Outcome {
  const made = beginning(scene.view, from);
  if (typeof made === "string") return { refusal: made };
  const face = scene.view.faces.get(node);
  if (!face) return { refusal: "This step is no longer in the draft." };
  const port = fittingInput(scene.view, face, made.type);
  if (port) return connect(scene, from, { node, port: port.name });
  const first = face.inputs[0];
  if (!first) return { refusal: `${face.title} takes no input.` };
  return { refusal: clashSentence(made, { title: face.title, label: first.label, type: first.type }) };
}

export function disconnect({ graph, view }: Scene, inputs: readonly InputPlace[]): Outcome {
  let after = graph;
  for (const { node, port } of inputs) after = withNode(after, node, (one) => withSource(one, port, null));
  const [first] = inputs;
  const name = inputs.length === 1 && first ? `Disconnect ${view.faces.get(first.node)?.title ?? "a step"}` : `Disconnect ${inputs.length} wires`;
  return { graph: after, name };
}

/** Steps, sources, notes and groups away; with `reconnect` what came in goes on to what read from them. */
export function remove(scene: Scene, ids: ReadonlySet<string>, reconnect = false): Outcome {
  const { graph, view } = scene;
  const name = `Delete ${countWords(graph, ids, (id) => view.faces.get(id)?.title ?? id)}`;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const left = { ...graph, nodes: graph.nodes.filter((node) => !ids.has(node.id)) };
  let after = mapNodes(left, (node) => {
    let changed = node;
    for (const input of node.inputs ?? []) {
      const { source } = input;
      if (!source) continue;
      const gone = "node" in source ? ids.has(source.node) : ids.has(sourceKey(source));
      if (!gone) continue;
      changed = withSource(changed, input.name, reconnect && "node" in source ? passedOn(view, nodes, ids, node.id, input.name, source.node) : null);
    }
    return node.after?.some((id) => ids.has(id)) ? { ...changed, after: orderAfter(nodes, ids, node, reconnect) } : changed;
  });
  const ui = after.ui;
  if (ui) {
    after = withUi(after, {
      ...(ui.notes && { notes: ui.notes.filter((note) => !ids.has(note.id)) }),
      ...(ui.groups && { groups: ui.groups.filter((group) => !ids.has(group.id)) }),
      ...(ui.sources && { sources: ui.sources.filter((pill) => !ids.has(sourceKey(pill.source))) }),
    });
  }
  return { graph: after, name, select: [] };
}

/** What a removed step was given, if it fits where its results went. */
function passedOn(view: GraphView, nodes: ReadonlyMap<string, DraftNode>, gone: ReadonlySet<string>, target: string, port: string, through: string, seen = new Set<string>()): SourceJson | null {
  if (seen.has(through)) return null;
  seen.add(through);
  const wanted = view.faces.get(target)?.inputs.find((one) => one.name === port)?.type ?? "any";
  const face = view.faces.get(through);
  for (const input of face?.inputs ?? []) {
    const source = nodes.get(through)?.inputs?.find((one) => one.name === input.name)?.source;
    if (!source) continue;
    if (!("node" in source)) {
      const pill = view.pills.get(sourceKey(source));
      if (pill && !gone.has(pill.key) && typeFits(pillGives(pill), wanted)) return source;
      continue;
    }
    if (gone.has(source.node)) {
      const further = passedOn(view, nodes, gone, target, port, source.node, seen);
      if (further) return further;
      continue;
    }
    const made = view.faces.get(source.node)?.outputs.find((one) => one.name === source.output);
    if (made && typeFits(made.type, wanted)) return source;
  }
  return null;
}

function orderAfter(nodes: ReadonlyMap<string, DraftNode>, gone: ReadonlySet<string>, node: DraftNode, reconnect: boolean): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    if (!gone.has(id)) found.add(id);
    else if (reconnect) for (const before of nodes.get(id)?.after ?? []) visit(before);
  };
  for (const id of node.after ?? []) visit(id);
  found.delete(node.id);
  return [...found];
}

/** A step that is in the graph goes in between the two ends of a wire. */
export function spliceNode(scene: Scene, id: string, wire: InputPlace): Outcome {
  const { graph, view } = scene;
  const there = view.byInput.get(inputKey(wire.node, wire.port));
  const face = view.faces.get(id);
  const target = view.faces.get(wire.node);
  if (!there || !face || !target) return { refusal: "This wire is no longer in the draft." };
  if (id === wire.node || ("node" in there.from && there.from.node === id)) return { refusal: `${face.title} is an end of this wire already.` };
  const made = beginning(view, there.from);
  if (typeof made === "string") return { refusal: made };
  const wanted = target.inputs.find((port) => port.name === wire.port) as FacePort;
  const free = face.inputs.filter((port) => !view.byInput.has(inputKey(id, port.name)) && typeFits(made.type, port.type));
  const into = free.find((port) => port.required) ?? free[0];
  if (!into) {
    const first = face.inputs.find((port) => typeFits(made.type, port.type));
    if (first) return { refusal: `${first.label} of ${face.title} is connected already.` };
    return { refusal: face.inputs[0] ? clashSentence(made, { title: face.title, label: face.inputs[0].label, type: face.inputs[0].type }) : `${face.title} takes no input.` };
  }
  const out = face.outputs.find((port) => port.type === wanted.type) ?? face.outputs.find((port) => typeFits(port.type, wanted.type));
  if (!out) {
    const first = face.outputs[0];
    return { refusal: first ? clashSentence({ title: face.title, type: first.type }, { title: target.title, label: wanted.label, type: wanted.type }) : `${face.title} makes nothing.` };
  }
  const into1 = withNode(graph, id, (node) => withSource(node, into.name, sourceOf(view, there.from)));
  if ("node" in there.from && leadsTo(graph, id, there.from.node)) return { refusal: `${made.title} waits for ${face.title}: a wire back would make a circle.` };
  if (leadsTo(graph, wire.node, id)) return { refusal: `${face.title} waits for ${target.title}: a wire back would make a circle.` };
  const after = withNode(into1, wire.node, (node) => withSource(node, wire.port, { node: id, output: out.name }));
  return { graph: after, name: `Put ${face.title} in between`, select: [id] };
}
