/** What the parts of the store (saving, checking, running, presence) see of it. */
import type { Designer, Place } from "./contract";
import type { Api } from "./api";
import type { Catalog } from "./core/catalog";
import type { DraftGraph, DraftJson } from "./core/types";

export interface Host {
  readonly place: Place;
  readonly api: Api;
  readonly tab: string;
  readonly catalog: Catalog;
  /** The state; throws before the draft is there. */
  state(): Designer;
  set(change: Partial<Designer>): void;
  say(text: string, tone?: "info" | "warning"): void;
  /** Problems and columns are asked for again: a run that ended tells the columns of what it made. */
  recheck(): void;
  /** Another version takes the graph's place; the steps to undo are gone. */
  takeOver(draft: DraftJson): void;
  /** A graph as the designer works on it: readable, with places and pills. */
  prepare(graph: DraftGraph): DraftGraph;
}

/** Fields of a draft that a save may have, beside its graph. */
export const FIELDS = ["name", "description", "experiment", "default_compute", "parameters", "tags", "properties"] as const;
export type Fields = Pick<DraftJson, (typeof FIELDS)[number]>;

export const fieldsOf = (draft: Fields): Fields => Object.fromEntries(FIELDS.map((field) => [field, draft[field]])) as unknown as Fields;
