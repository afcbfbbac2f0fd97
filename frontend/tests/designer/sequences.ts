/** Random sequences of commands, the same for the same seed, and what must hold after each of them. */
import { sourceKey, usedSources } from "../../src/designer/core/sources";
import { findCircle } from "../../src/designer/core/problems";
import { typeFits } from "../../src/designer/core/rules";
import type { DesignerStore } from "../../src/designer/store";
import type { From } from "../../src/designer/contract";
import { MODULES } from "./library";

/** mulberry32 */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function act(store: DesignerStore, next: () => number): string {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(next() * items.length)];
  const { graph, view } = store.state();
  const node = pick(graph.nodes)?.id;
  const at = { x: Math.round(next() * 900), y: Math.round(next() * 900) };
  const some = () => graph.nodes.filter(() => next() < 0.3).map((one) => one.id);
  const face = node ? view.faces.get(node) : undefined;
  const from = (): From | undefined => {
    const starts: From[] = [...[...view.faces.values()].flatMap((one) => one.outputs.map((port) => ({ node: one.node, output: port.name }))), ...[...view.pills.keys()].map((pill) => ({ pill }))];
    return pick(starts);
  };
  const input = () => { const of = view.faces.get(pick(graph.nodes)?.id ?? ""); const port = of && pick(of.inputs); return of && port ? { node: of.node, port: port.name } : undefined; };
  const wire = pick(view.wires.filter((one) => one.kind === "data"));
  const parameter = pick(face?.parameters ?? []);
  const commands: Record<string, () => void> = {
    add: () => void store.add({ module: pick(MODULES)! }, at),
    add2: () => void store.add({ module: pick(MODULES)! }, at, from() ? { from: from()! } : undefined),
    source: () => void store.add(next() < 0.5 ? { source: { dataset: `d${Math.floor(next() * 4)}` }, name: "adult", kind: next() < 0.5 ? "tabular" : "file" } : { source: { datastore: "blob", path: `p${Math.floor(next() * 3)}` }, name: "p" }, at),
    connect: () => { const start = from(); const end = input(); if (start && end) store.connect(start, end); },
    connect2: () => { const start = from(); if (start && node) store.connectToNode(start, node); },
    connect3: () => commands["connect"]?.(),
    disconnect: () => { if (wire) store.disconnect([wire.to]); },
    splice: () => { if (wire) store.splice(next() < 0.5 && node ? { node } : { module: pick(MODULES)! }, wire.to, at); },
    remove: () => { if (node) store.remove([node], { reconnect: next() < 0.5 }); },
    removePill: () => { const pill = pick([...view.pills.keys()]); if (pill && next() < 0.3) store.remove([pill]); },
    move: () => { if (node) store.move({ [node]: at }); },
    duplicate: () => { if (graph.nodes.length < 40) store.duplicate(some()); },
    paste: () => { if (graph.nodes.length < 40) store.paste(store.copyText(some()), at); },
    setting: () => { if (node && parameter) store.setSetting(node, parameter.name, pick([0.5, 3, "text", true, null, { include: ["a"] }])); },
    promote: () => { if (node && parameter) store.promote(node, parameter.name, `p${Math.floor(next() * 4)}`); },
    detach: () => { if (node && parameter) store.detach(node, parameter.name); },
    promoteSource: () => { const pill = pick([...view.pills.keys()]); if (pill) store.promoteSource(pill, `s${Math.floor(next() * 3)}`); },
    detachSource: () => { const pill = pick([...view.pills.keys()]); if (pill) store.detachSource(pill); },
    parameters: () => { if (next() < 0.3) store.setParameters((graph.parameters ?? []).filter(() => next() < 0.6)); },
    renameParameter: () => { const one = pick(graph.parameters ?? []); if (one) store.setParameters((graph.parameters ?? []).map((each) => (each === one ? { ...each, name: `${each.name}r` } : each))); },
    note: () => void store.addNote(at),
    group: () => void store.group(some()),
    rename: () => { if (node) store.rename(node, pick(["", "A step", "Ünïcode 名"])!); },
    undo: () => store.undo(),
    redo: () => store.redo(),
  };
  const name = pick(Object.keys(commands))!;
  commands[name]?.();
  return name;
}

/** Sentences for all that is broken; none when the graph is whole. */
export function broken(store: DesignerStore): string[] {
  const { graph, view, selection } = store.state();
  const faults: string[] = [];
  const ids = [...graph.nodes.map((one) => one.id), ...(graph.ui?.notes ?? []).map((one) => one.id), ...(graph.ui?.groups ?? []).map((one) => one.id), ...(graph.ui?.sources ?? []).map((one) => sourceKey(one.source))];
  if (new Set(ids).size !== ids.length) faults.push("ids are not unique");
  if (findCircle(graph).length) faults.push("a circle");
  const places = [...graph.nodes.map((one) => one.ui ?? {}), ...(graph.ui?.sources ?? [])];
  if (!places.every((one) => Number.isFinite(one.x) && Number.isFinite(one.y))) faults.push("something has no place");
  for (const wire of view.wires) {
    if (wire.fault) faults.push(`a wire that does not fit: ${wire.fault}`);
    const port = view.faces.get(wire.to.node)?.inputs.find((one) => one.name === wire.to.port);
    if (!port || ("pill" in wire.from ? !view.pills.has(wire.from.pill) : !view.faces.has(wire.from.node))) faults.push("a wire without an end");
    else if (!("pill" in wire.from) && !typeFits(wire.type, port.type)) faults.push("types that do not fit");
  }
  const inputs = graph.nodes.flatMap((node) => (node.inputs ?? []).map((one) => `${node.id}/${one.name}`));
  if (new Set(inputs).size !== inputs.length) faults.push("an input twice");
  for (const key of usedSources(graph).keys()) if (!(graph.ui?.sources ?? []).some((one) => sourceKey(one.source) === key)) faults.push(`no pill for ${key}`);
  const parameters = new Set((graph.parameters ?? []).map((one) => one.name));
  if (parameters.size !== (graph.parameters ?? []).length) faults.push("a parameter twice");
  for (const pill of graph.ui?.sources ?? []) if ("parameter" in pill.source && !parameters.has(pill.source.parameter)) faults.push("a pill of no parameter");
  if ([...selection].some((id) => !ids.includes(id))) faults.push("what is gone is selected");
  if (JSON.stringify(JSON.parse(JSON.stringify(graph))) !== JSON.stringify(graph)) faults.push("not plain JSON");
  return faults;
}
