/** Opening a draft: what the page needs, what an earlier tab left unsaved, and what is learned about its parts afterwards. */
import { ApiError, messageOf, type Api } from "./api";
import type { Backup, Backups } from "./backups";
import { fieldsOf } from "./host";
import { sameJson } from "./core/json";
import type { DatasetItem, Designer, Place } from "./contract";
import type { DraftGraph, DraftJson, PaletteModule, SourcePill } from "./core/types";

export interface Opened { draft: DraftJson; modules: PaletteModule[]; groups: string[]; datasets: DatasetItem[]; computes: Designer["computes"] }

/** The draft has to be there; without the rest the designer opens all the same and says what is missing. */
export async function open(api: Api, place: Place): Promise<Opened & { missing: string[] }> {
  const missing: string[] = [];
  const or = <T>(asked: Promise<T>, without: T, what: string): Promise<T> => asked.catch((error: unknown) => {
    missing.push(`${what}: ${messageOf(error)}`);
    return without;
  });
  const [draft, palette, datasets, computes] = await Promise.all([
    api.get<DraftJson>(`/drafts/${place.draft}`),
    or(palettes(api), { items: [], groups: [] }, "The modules could not be loaded"),
    or(datasetItems(api), [], "The datasets could not be loaded"),
    or(computeItems(api), [], "The compute targets could not be loaded"),
  ]);
  return { draft, modules: palette.items, groups: palette.groups, datasets, computes, missing };
}

export const palettes = (api: Api): Promise<{ items: PaletteModule[]; groups: string[] }> => api.get("/modules?all=true");

export async function datasetItems(api: Api): Promise<DatasetItem[]> {
  const { items } = await api.get<{ items: DatasetItem[] }>("/datasets");
  return items.map(({ id, name, version, kind, description }) => ({ id, name, version, kind, description }));
}

export async function computeItems(api: Api): Promise<Designer["computes"]> {
  const { items } = await api.get<{ items: { name: string; kind: string; state?: string; paused?: boolean }[] }>("/computes");
  return items.map(({ name, kind, state, paused }) => ({ name, kind, state: state ?? (paused ? "Paused" : "Running") }));
}

/** What an openable error says, with the way on. */
export function openingFault(error: unknown): string {
  if (!(error instanceof ApiError)) return messageOf(error);
  if (error.status === 404) return "There is no such draft: it was deleted, or the address is wrong.";
  if (error.status === 401) return "You are signed out. Load the page again and sign in.";
  return error.message;
}

export type Recovery = { kind: "none" } | { kind: "apply"; backup: Backup } | { kind: "conflict"; backup: Backup };

/** What to do with the changes that a closed tab left in the browser. Those of tabs that live are theirs. */
export async function recover(backups: Backups, draft: DraftJson, alive: (tabs: readonly string[]) => Promise<ReadonlySet<string>>): Promise<Recovery> {
  const found = backups.find();
  if (!found.length) return { kind: "none" };
  const living = await alive(found.map((one) => one.tab));
  for (const backup of found) {
    if (living.has(backup.tab)) continue;
    if (sameJson(backup.graph, draft.graph) && sameJson(backup.fields, fieldsOf(draft))) backups.clear(backup.tab);
    else return { kind: backup.base === draft.revision ? "apply" : "conflict", backup };
  }
  return { kind: "none" };
}

/** Tabs of this browser that have the draft open answer within a moment. */
export function livingTabs(channel: BroadcastChannel | null, wait = 120): (tabs: readonly string[]) => Promise<ReadonlySet<string>> {
  return async (tabs) => {
    const living = new Set<string>();
    if (!channel) return living;
    const hear = ({ data }: MessageEvent<{ here?: string }>) => { if (data?.here) living.add(data.here); };
    channel.addEventListener("message", hear);
    channel.postMessage({ who: tabs });
    await new Promise((resolve) => setTimeout(resolve, wait));
    channel.removeEventListener("message", hear);
    return living;
  };
}

/** Answers other tabs that ask. */
export function sayHere(channel: BroadcastChannel | null, tab: string): void {
  channel?.addEventListener("message", ({ data }: MessageEvent<{ who?: string[] }>) => {
    if (data?.who?.includes(tab)) channel.postMessage({ here: tab });
  });
}

/** Names and kinds of datasets that are not the latest of a name. */
export async function namePills(api: Api, graph: DraftGraph, known: ReadonlyMap<string, DatasetItem>): Promise<Map<string, Partial<SourcePill>>> {
  const unknown = (graph.ui?.sources ?? []).flatMap(({ source, kind }) => ("dataset" in source && !kind && !known.has(source.dataset) ? [source.dataset] : [])).slice(0, 100);
  if (!unknown.length) return new Map();
  const { items } = await api.get<{ items: { id: string; name: string | null; version: number | null; kind: "tabular" | "file" }[] }>(`/datasets?ids=${unknown.map(encodeURIComponent).join(",")}`).catch(() => ({ items: [] }));
  return new Map(items.map(({ id, name, version, kind }) => [id, { kind, ...(name && { name }), ...(version && { version }) }]));
}
