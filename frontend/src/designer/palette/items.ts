/** What can be added, as rows of the palette and of the quick search. */
import type { Addition, DatasetItem } from "../contract";
import type { PaletteModule, PortType, SpecPort } from "../core/types";
import { DATASETS, lookOf, type Look } from "./groups";
import { match, type Match } from "./match";

export interface Item {
  id: string; name: string; description: string; group: string; look: Look; addition: Addition;
  /** "version 3" of a dataset. */
  detail: string;
  inputs: readonly SpecPort[]; outputs: readonly SpecPort[];
}
export interface Found { item: Item; match: Match }

const FILES: PortType = "files";

export function moduleItem(module: PaletteModule): Item {
  return {
    id: module.id, name: module.name, description: module.description, group: module.group, look: lookOf(module.group), addition: { module }, detail: "",
    inputs: module.spec.inputs, outputs: module.spec.outputs,
  };
}

export function datasetItem(dataset: DatasetItem): Item {
  const type: PortType = dataset.kind === "tabular" ? "table" : FILES;
  return {
    id: `dataset:${dataset.id}`, name: dataset.name, description: dataset.description, group: DATASETS, look: lookOf(DATASETS), detail: `version ${dataset.version}`,
    addition: { source: { dataset: dataset.id }, name: dataset.name, version: dataset.version, kind: dataset.kind },
    inputs: [], outputs: [{ name: "out", label: dataset.kind === "tabular" ? "Table" : "Files", type }],
  };
}

/** Those that fit, best first; all of them, in their order, while nothing is asked. */
export function findItems(items: readonly Item[], query: string): Found[] {
  const found = items.flatMap((item): Found[] => {
    const hit = match(query, item);
    return hit ? [{ item, match: hit }] : [];
  });
  return query.trim() ? found.sort((a, b) => b.match.score - a.match.score || a.item.name.localeCompare(b.item.name)) : found;
}
