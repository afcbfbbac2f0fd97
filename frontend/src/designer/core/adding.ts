/** Steps, sources, notes and groups that come in anew, and where things stand. */
import type { Addition, From } from "../contract";
import { countWords, freePlace, mapNodes, nodeOf, withUi, type Edit, type Outcome } from "./edit";
import { CARD, NOTE } from "./geometry";
import { meansTheSame } from "./meaning";
import { newId } from "./ids";
import { sourceKey } from "./sources";
import type { DraftGraph, DraftNode, Group, Note, PaletteModule, SourcePill, XY } from "./types";
import type { Scene } from "./wiring";

export function newNode(module: PaletteModule, at: XY): DraftNode {
  return {
    id: newId("n"),
    module: { id: module.id, key: module.key, version: module.version, name: module.name },
    settings: {}, inputs: [], ui: { x: Math.round(at.x), y: Math.round(at.y) },
  };
}

/** The graph with what was chosen in the palette; `id` is the node's, or the source's key. A source that is there already is only moved to. */
export function addition(graph: DraftGraph, what: Addition, at: XY): { edit: Edit; id: string } {
  if ("module" in what) {
    const taken = graph.nodes.map((node) => ({ x: node.ui?.x ?? NaN, y: node.ui?.y ?? NaN }));
    const place = freePlace(at, taken.filter((one) => Math.abs(one.x - at.x) < 4 && Math.abs(one.y - at.y) < 4), CARD.width / 2);
    const node = newNode(what.module, place);
    return { id: node.id, edit: { graph: { ...graph, nodes: [...graph.nodes, node] }, name: `Add ${what.module.name}`, select: [node.id] } };
  }
  const id = sourceKey(what.source);
  const sources = graph.ui?.sources ?? [];
  const there = sources.some((pill) => sourceKey(pill.source) === id);
  if (there) return { id, edit: { graph, name: `Add ${what.name}`, select: [id] } };
  const pill: SourcePill = { source: what.source, name: what.name, x: Math.round(at.x), y: Math.round(at.y) };
  if (what.version !== undefined) pill.version = what.version;
  if (what.kind !== undefined) pill.kind = what.kind;
  return { id, edit: { graph: withUi(graph, { sources: [...sources, pill] }), name: `Add ${what.name}`, select: [id] } };
}

/** What may begin a wire at something that was just added. */
export function firstOutput({ view }: Scene, id: string, fits: (type: import("./types").PortType) => boolean): From | null {
  if (view.pills.has(id)) return { pill: id };
  const port = view.faces.get(id)?.outputs.find((one) => fits(one.type));
  return port ? { node: id, output: port.name } : null;
}

/** Upper left corners of nodes, notes and pills. A group's moves all that is in it. */
export function move(scene: Scene, places: Readonly<Record<string, XY>>): Edit {
  const { graph, view } = scene;
  const ids = new Set(Object.keys(places));
  const at = (id: string) => ({ x: Math.round(places[id]?.x ?? 0), y: Math.round(places[id]?.y ?? 0) });
  let after = mapNodes(graph, (node) => (ids.has(node.id) && moved(node.ui, at(node.id)) ? meansTheSame({ ...node, ui: { ...node.ui, ...at(node.id) } }, node) : node));
  const { notes, sources } = graph.ui ?? {};
  if (notes?.some((note) => ids.has(note.id))) after = withUi(after, { notes: notes.map((note) => (ids.has(note.id) && moved(note, at(note.id)) ? { ...note, ...at(note.id) } : note)) });
  if (sources?.some((pill) => ids.has(sourceKey(pill.source)))) {
    after = withUi(after, { sources: sources.map((pill) => (ids.has(sourceKey(pill.source)) && moved(pill, at(sourceKey(pill.source))) ? { ...pill, ...at(sourceKey(pill.source)) } : pill)) });
  }
  return { graph: after, name: `Move ${countWords(graph, ids, (id) => view.faces.get(id)?.title ?? id)}`, merge: `move ${[...ids].sort().join(" ")}` };
}

const moved = (before: Partial<XY> | undefined, now: XY): boolean => before?.x !== now.x || before?.y !== now.y;

export function addNote(graph: DraftGraph, at: XY): { edit: Edit; id: string } {
  const note: Note = { id: newId("note-"), text: "", ...NOTE, x: Math.round(at.x), y: Math.round(at.y), tone: "yellow" };
  return { id: note.id, edit: { graph: withUi(graph, { notes: [...(graph.ui?.notes ?? []), note] }), name: "Add a note", select: [note.id] } };
}

export function setNote(graph: DraftGraph, id: string, change: Partial<Note>): Edit {
  const notes = (graph.ui?.notes ?? []).map((note) => (note.id === id ? { ...note, ...change, id } : note));
  return { graph: withUi(graph, { notes }), name: "Change a note", merge: `note ${id} ${Object.keys(change).sort().join(" ")}` };
}

/** A frame around steps; each step is in one group at most. */
export function group(graph: DraftGraph, ids: ReadonlySet<string>): { edit: Edit; id: string } | { refusal: string } {
  const nodes = graph.nodes.filter((node) => ids.has(node.id)).map((node) => node.id);
  if (!nodes.length) return { refusal: "Select the steps that the group is to hold." };
  const before = graph.ui?.groups ?? [];
  const others = before.map((one) => (one.nodes.some((id) => ids.has(id)) ? { ...one, nodes: one.nodes.filter((id) => !ids.has(id)) } : one));
  const made: Group = { id: newId("group-"), name: freeName("Group", before.map((one) => one.name)), nodes };
  const groups = [...others.filter((one) => one.nodes.length), made];
  return { id: made.id, edit: { graph: withUi(graph, { groups }), name: `Group ${nodes.length === 1 ? "a step" : `${nodes.length} steps`}`, select: [made.id] } };
}

export function setGroup(graph: DraftGraph, id: string, change: Partial<Group>): Edit {
  const groups = (graph.ui?.groups ?? []).map((one) => (one.id === id ? { ...one, ...change, id } : one));
  return { graph: withUi(graph, { groups }), name: "Change a group", merge: `group ${id} ${Object.keys(change).sort().join(" ")}` };
}

/** "Group 3": the first of these that nobody has. */
export function freeName(word: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  let number = 1;
  while (names.has(`${word} ${number}`)) number += 1;
  return `${word} ${number}`;
}

/** Any field of a node but its id. Undefined takes a field away. */
export function setNode(scene: Scene, id: string, change: Partial<DraftNode>): Outcome {
  const node = nodeOf(scene.graph, id);
  if (!node) return { refusal: "This step is no longer in the draft." };
  const fields = Object.keys(change).filter((field) => field !== "id");
  const after: DraftNode = { ...node, ...change, id };
  for (const field of fields) if (change[field] === undefined) delete after[field];
  const same = fields.every((field) => JSON.stringify(node[field]) === JSON.stringify(after[field]));
  const graph = same ? scene.graph : mapNodes(scene.graph, (one) => (one === node ? after : one));
  return { graph, name: `Change ${scene.view.faces.get(id)?.title ?? "a step"}`, merge: `node ${id} ${fields.sort().join(" ")}` };
}

export function setSetting(scene: Scene, id: string, name: string, value: import("./types").Setting | undefined): Outcome {
  const node = nodeOf(scene.graph, id);
  if (!node) return { refusal: "This step is no longer in the draft." };
  const settings = { ...node.settings };
  if (value === undefined) delete settings[name];
  else settings[name] = value;
  const face = scene.view.faces.get(id);
  const label = face?.parameters.find((one) => one.name === name)?.label ?? name;
  const same = JSON.stringify(node.settings?.[name]) === JSON.stringify(value);
  const graph = same ? scene.graph : mapNodes(scene.graph, (one) => (one === node ? { ...node, settings } : one));
  return { graph, name: `Set ${label} of ${face?.title ?? "a step"}`, merge: `setting ${id} ${name}` };
}
