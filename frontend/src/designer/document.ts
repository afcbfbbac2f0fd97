/** The graph that is edited: history, what is drawn of it, and what is selected. */
import type { Refusal } from "./contract";
import { readable } from "./core/clipboard";
import { refused, settle, type Edit, type Outcome } from "./core/edit";
import { History } from "./core/history";
import { sourceKey } from "./core/sources";
import { withPlaces } from "./core/placing";
import type { Catalog } from "./core/catalog";
import { buildView, EMPTY_VIEW } from "./core/view";
import type { DatasetItem, Designer } from "./contract";
import type { DraftGraph, GraphView, SourcePill } from "./core/types";
import type { Scene } from "./core/wiring";

const ROOM = 2_000_000;
const LATER = 600;

export type Drawn = Pick<Designer, "graph" | "view" | "canUndo" | "canRedo">;

export class GraphDocument implements Scene {
  private readonly history: History;
  view: GraphView;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(graph: DraftGraph, private readonly draft: string, public catalog: Catalog, public datasets: ReadonlyMap<string, DatasetItem>) {
    const present = this.prepare(graph);
    this.history = History.unpacked(kept(this.key), present);
    this.view = buildView(present, catalog, EMPTY_VIEW);
  }

  get graph(): DraftGraph { return this.history.present; }
  get steps(): number { return this.history.length; }
  get drawn(): Drawn {
    return { graph: this.graph, view: this.view, canUndo: this.history.undoName, canRedo: this.history.redoName };
  }

  /** What a dataset is called: for pills that nobody named. */
  readonly told = (source: SourcePill["source"]): Partial<SourcePill> => {
    const item = "dataset" in source ? this.datasets.get(source.dataset) : undefined;
    return item ? { name: item.name, version: item.version, kind: item.kind } : {};
  };

  /** The newest version of a name, or the version asked for where that is the newest. */
  readonly datasetId = (name: string, version: string): string | undefined =>
    [...this.datasets.values()].find((item) => item.name === name && (version === "latest" || String(item.version) === version))?.id;

  /** A stored graph as it is worked on: no nulls where lists are read, a place for everything. */
  prepare(graph: DraftGraph): DraftGraph {
    const nodes = graph.nodes.map(readable);
    const clean = nodes.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes };
    return settle(withPlaces(clean, this.catalog, this.told), this.told);
  }

  /** Whether the graph is another one now. */
  commit(edit: Edit): boolean {
    const graph = settle(edit.graph, this.told);
    if (!this.history.commit({ ...edit, graph }, Date.now())) return false;
    this.redraw();
    return true;
  }

  /** What the designer learned by itself: no step of undo. */
  amend(graph: DraftGraph): void {
    this.history.amend(graph);
    this.redraw();
  }

  get turnedFields() { return this.history.turned; }
  undo(): string | null { return this.turned(this.history.undo()); }
  redo(): string | null { return this.turned(this.history.redo()); }
  pause(): void { this.history.pause(); }

  clear(graph: DraftGraph): void {
    this.history.clear(this.prepare(graph));
    this.redraw();
  }

  redraw(): void {
    this.view = buildView(this.graph, this.catalog, this.view);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), LATER);
  }

  /** The history in this tab's storage, for a reload. */
  keep(): void {
    clearTimeout(this.timer);
    try {
      const text = this.history.length || this.history.redoName ? this.history.packed(ROOM) : "";
      if (text) sessionStorage.setItem(this.key, text);
      else sessionStorage.removeItem(this.key);
    } catch { /* no room: the steps are those of this visit */ }
  }

  /** Of these, what is in the graph. */
  existing(ids: Iterable<string>): Set<string> {
    const { graph } = this;
    const there = new Set([...graph.nodes.map((node) => node.id), ...(graph.ui?.notes ?? []).map((one) => one.id), ...(graph.ui?.groups ?? []).map((one) => one.id), ...(graph.ui?.sources ?? []).map((pill) => sourceKey(pill.source))]);
    return new Set([...ids].filter((id) => there.has(id)));
  }

  private turned(name: string | null): string | null {
    if (name !== null) this.redraw();
    return name;
  }

  private get key(): string {
    return `forebay.history.${this.draft}`;
  }
}

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export const sentence = (outcome: Outcome): Refusal => (refused(outcome) ? outcome.refusal : null);
