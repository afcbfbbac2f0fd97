/**
 * What the store (store.ts) gives to canvas and panes. They read the state (`useDesigner` in context.tsx) and call `Commands`;
 * nothing else changes a draft. A command that changes the graph is one step of undo.
 */
import type { StepJson } from "../graph/types";
import type { ParameterJson } from "../graph/types";
import type { DraftGraph, DraftJson, DraftNode, DraftVersionJson, GraphView, Group, ModuleVersionJson, Note, PaletteModule, Person, Problem, SchemaJson, Setting, SourcePill, XY } from "./core/types";

/** What the page's element says (templates/pipelines/designer.html). */
export interface Place { draft: string; api: string; pages: string; liveUrl: string | undefined; workerUrl: string; codeUrl: string; user: string; editable: boolean }

export type SaveState =
  | { kind: "saved"; at: string }
  | { kind: "unsaved" }
  | { kind: "saving" }
  /** Not reachable or refused; tried again by itself where that helps. The graph is kept in the browser; `copy`: all that helps is `resolveConflict("copy")`. */
  | { kind: "failed"; message: string; copy?: boolean }
  /** Somebody saved since: `theirs` is the draft as it is stored. */
  | { kind: "conflict"; theirs: DraftJson };

export interface DatasetItem { id: string; name: string; version: number; kind: "tabular" | "file"; description: string }

/** A run of this draft on the canvas. */
export interface RunView { id: string; number: number; status: string; experiment: string; url: string; steps: ReadonlyMap<string, StepJson>; upTo: string | null; graph: DraftGraph | null }

/** An output port, an input port, or both ends of a wire. */
export interface PortPlace { node: string; port: string; side: "in" | "out" }
/** What a wire begins with: a step's output, or a source pill (by `sourceKey`). */
export type From = { node: string; output: string } | { pill: string };

export interface Designer {
  /** Never mutated; a new object at each change of any part, the same parts when they did not change. */
  readonly draft: Omit<DraftJson, "graph">;
  readonly graph: DraftGraph;
  /** The graph as it is drawn: faces of nodes, pills of sources, wires. Every node and pill of `graph` has a place (`ui.x`, `ui.y`). */
  readonly view: GraphView;
  /** What the palette offers: Active ones. */
  readonly modules: readonly PaletteModule[];
  readonly groups: readonly string[];
  readonly datasets: readonly DatasetItem[];
  readonly computes: readonly { name: string; kind: string; state: string }[];
  /** Ids of nodes, notes, groups and keys of pills. Never in the history. */
  readonly selection: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly checking: boolean;
  readonly schema: SchemaJson | null;
  readonly save: SaveState;
  readonly canUndo: string | null;
  readonly canRedo: string | null;
  readonly run: RunView | null;
  /** Who has the draft open: every tab, this one too. */
  readonly people: readonly Person[];
  readonly editable: boolean;
  /** What is asked of the panes, as an open dialog. */
  readonly dialog: Dialog | null;
  /** A sentence for everybody, and for screen readers: why a wire was refused, what was pasted. */
  readonly said: { text: string; tone: "info" | "warning"; count: number } | null;
}

export type Dialog =
  | { kind: "submit"; upTo: string | null } | { kind: "publish" } | { kind: "history" } | { kind: "settings" } | { kind: "conflict" } | { kind: "shortcuts" }
  | { kind: "port"; place: PortPlace } | { kind: "code"; node: string; parameter: string };

export type Load = { phase: "loading" } | { phase: "error"; message: string } | { phase: "ready"; state: Designer };

/** What can be added: a module of the palette, or a source. */
export type Addition = { module: PaletteModule } | { source: SourcePill["source"]; name: string; version?: number; kind?: "tabular" | "file" };
/** A wire's end, in the words of people, when it may not be made; null when it may. */
export type Refusal = string | null;

export interface SubmitForm {
  experiment: string; description: string; parameters: Record<string, unknown>; upTo: string | null; forceNodes?: string[]; regenerate?: string[];
  tags?: Record<string, string>; continueOnStepFailure?: boolean;
}
export interface PublishForm { name: string; description: string; parameters: Record<string, unknown>; endpoint: { id: string } | { name: string; description?: string } | null; makeDefault: boolean }
export interface Forecast { steps: { node_id: string; name: string; will: "run" | "reuse" | "maybe"; sentence: string }[]; run: number; reuse: number; maybe: number; problems: Problem[] }

export interface Commands {
  // The graph; each call one step of undo with a name that the history shows ("Add Split Data").
  add(what: Addition, at: XY, connect?: { from: From } | { to: { node: string; port: string } }): string;
  /** On a wire: in between its two ends, where types fit; else a refusal. */
  splice(what: Addition | { node: string }, wire: { node: string; port: string }, at: XY): Refusal;
  refusal(from: From, to: { node: string; port: string }): Refusal;
  /** Replaces what a used input had. Says why when it is refused. */
  connect(from: From, to: { node: string; port: string }): Refusal;
  /** The end of a wire from one input into another, in one step. */
  rewire(old: { node: string; port: string }, from: From, to: { node: string; port: string }): Refusal;
  /** To the first fitting port of that card, free ones first. */
  connectToNode(from: From, node: string): Refusal;
  disconnect(inputs: readonly { node: string; port: string }[]): void;
  move(places: Readonly<Record<string, XY>>): void;
  remove(ids?: Iterable<string>, options?: { reconnect?: boolean }): void;
  duplicate(ids?: Iterable<string>): void;
  rename(node: string, name: string): void;
  setSetting(node: string, name: string, value: Setting | undefined): void;
  /** Any other field of a node: comment, compute, allow_reuse, outputs (register_on_complete), ui. Typing in one field is one step. */
  setNode(node: string, change: Partial<DraftNode>): void;
  /** The same change of several steps, as one step of undo. */
  setNodes(nodes: readonly string[], change: Partial<DraftNode>): void;
  /** The field takes its value from a pipeline parameter, which is made if it is new; `detach` gives it back its value. */
  promote(node: string, name: string, parameter: string): Refusal;
  promoteSource(pill: string, parameter: string): Refusal;
  detach(node: string, name: string): void;
  /** A parameter's pill becomes the data that the parameter has as its default. */
  detachSource(pill: string): Refusal;
  /** A renamed one is renamed wherever it is used; one that is gone leaves its default where it was used. */
  setParameters(parameters: ParameterJson[]): void;
  /** Wires and settings that the other version has no place for go; `compareSpecs` (core/upgrades.ts) names them before. */
  upgrade(node: string, version: string): Promise<void>;
  /** Another module in place of a step's; wires go to ports that fit. `movesTo` (core/replacing.ts) tells before what is lost. */
  replaceModule(node: string, module: string): Refusal;
  /** All that read from this pill read another dataset. */
  replaceSource(pill: string, dataset: DatasetItem): Refusal;
  addNote(at: XY): string;
  setNote(id: string, change: Partial<Note>): void;
  group(ids?: Iterable<string>): string | null;
  setGroup(id: string, change: Partial<Group>): void;
  tidy(): Promise<void>;
  undo(): void;
  redo(): void;
  // Clipboard: JSON text.
  copyText(ids?: Iterable<string>): string;
  paste(text: string, at?: XY): Refusal;
  // Selection and what is open.
  select(ids: Iterable<string>): void;
  open(dialog: Dialog | null): void;
  say(text: string, tone?: "info" | "warning"): void;
  // The draft beside its graph.
  setDraft(change: Partial<Pick<DraftJson, "name" | "description" | "experiment" | "default_compute" | "parameters" | "tags" | "properties">>): void;
  saveNow(note?: string): Promise<boolean>;
  /** Fails with a sentence when the copy was not made. */
  resolveConflict(way: "theirs" | "mine" | "copy"): Promise<void>;
  versions(before?: string): Promise<{ items: DraftVersionJson[]; next: string | null }>;
  versionGraph(version: number): Promise<DraftGraph>;
  restore(version: number): Promise<void>;
  moduleVersions(node: string): Promise<ModuleVersionJson[]>;
  // Running.
  forecast(form: Pick<SubmitForm, "parameters" | "upTo" | "forceNodes" | "regenerate" | "experiment">): Promise<Forecast>;
  submit(form: SubmitForm): Promise<{ problems: Problem[] } | { run: RunView }>;
  publish(form: PublishForm): Promise<{ problems: Problem[] } | { url: string }>;
  /** Shows another run of this draft on the canvas, or none. */
  showRun(id: string | null): Promise<void>;
  cancelRun(): Promise<void>;
  refreshPalette(): Promise<void>;
  /** Puts the data of the sample pipelines into the workspace, and so into the palette. */
  addSampleData(): Promise<void>;
}
