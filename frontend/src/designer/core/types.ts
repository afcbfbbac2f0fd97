/** A draft as the studio's REST interface speaks it: Graph JSON (docs/reference/graph.md) with what only the editor reads. */
import type { ParameterJson, SourceJson } from "../../graph/types";

export type { ParameterJson, SourceJson };

export type PortType = "table" | "learner" | "model" | "transform" | "files" | "image" | "any";

/** A value of a module's parameter, or the pipeline parameter that gives it. */
export type Setting = string | number | boolean | null | string[] | { parameter: string } | Record<string, unknown>;

export interface SpecPort { name: string; label: string; type: PortType; required?: boolean; help?: string }
export type ParameterType = "int" | "float" | "string" | "bool" | "choice" | "column" | "columns" | "text" | "code" | "table" | "datastore_path";
export interface SpecParameter {
  name: string; label: string; type: ParameterType; default?: Setting; required?: boolean; help?: string;
  min?: number; max?: number; choices?: { value: string | number; label: string }[];
  /** The input whose columns are chosen. */
  input?: string;
  /** Shown (and needed) only while these other parameters have one of these values. */
  when?: Record<string, unknown[]>;
  language?: string;
}
export interface ModuleSpec {
  name: string; group: string; description: string; script: string;
  inputs: SpecPort[]; outputs: SpecPort[]; parameters: SpecParameter[];
}
/** One entry of `GET …/modules`. */
export interface PaletteModule {
  id: string; key: string | null; name: string; description: string; group: string;
  status: "Active" | "Deprecated" | "Disabled"; default_version: string; version: string; spec: ModuleSpec;
}
export interface ModuleVersionJson { version: string; status: string; changes: string; spec: ModuleSpec; created_by: string; created_at: string }

export interface XY { x: number; y: number }
/** A port of a plain node stays when its wire goes: its source is null then. */
export interface DraftInput { name: string; source: SourceJson | null; mode?: string; [more: string]: unknown }
export interface DraftOutput { name: string; datastore?: string; register_on_complete?: Record<string, unknown> | null; [more: string]: unknown }
/** A step. With `module` the server derives script, arguments and environment; without, the node came from the SDK and is kept as it is. */
export interface DraftNode {
  id: string;
  name?: string;
  kind?: string;
  module?: { id?: string; key?: string | null; version?: string; name?: string } | null;
  settings?: Record<string, Setting>;
  inputs?: DraftInput[];
  outputs?: DraftOutput[];
  compute?: string | { parameter: string } | null;
  comment?: string;
  after?: string[];
  allow_reuse?: boolean;
  /** `kept`: values of settings that a pipeline parameter gives now; `detach` gives them back. */
  ui?: Partial<XY> & { kept?: Record<string, Setting> };
  [more: string]: unknown;
}
/** A note on the canvas, and a frame around cards. `id`s are unique among nodes, notes, groups and sources. */
export interface Note extends XY { id: string; text: string; width: number; height: number; tone?: "yellow" | "blue" | "green" | "red" }
export interface Group { id: string; name: string; nodes: string[]; tone?: Note["tone"] }
/** Where a dataset, path or parameter stands, and what it is called. One pill for each distinct source; those that feed nothing stay too. */
export interface SourcePill extends Partial<XY> { source: Exclude<SourceJson, { node: string }>; name: string; version?: number; kind?: "tabular" | "file" }
export interface GraphUi { notes?: Note[]; groups?: Group[]; sources?: SourcePill[]; [more: string]: unknown }
export interface DraftGraph { version: 1; parameters?: ParameterJson[]; nodes: DraftNode[]; ui?: GraphUi; [more: string]: unknown }

export interface LastRun { id: string; number: number; experiment: string; status: string }
/** `GET …/drafts/{id}`. */
export interface DraftJson {
  id: string; name: string; description: string; experiment: string; parameters: Record<string, unknown>; default_compute: string;
  tags: Record<string, string>; properties: Record<string, string>; origin: Record<string, unknown>; step_count: number;
  revision: number; version: number; last_run: LastRun | null;
  created_by: string; created_at: string; updated_by: string; updated_at: string; graph: DraftGraph;
}
export interface DraftVersionJson { version: number; note: string; step_count: number; saved_by: string; saved_at: string }

/** As the server's problems: `node` and `field` say where (`settings.<name>`, `inputs.<port>`, `compute`, `module`, …). */
export interface Problem { node: string | null; node_name?: string | null; field: string; code: string; message: string }

export interface Column { name: string; type: string }
export interface Columns { columns: Column[]; from: "dataset" | "run" | "rule" }
/** `POST …/drafts/{id}/schema`: columns of ports, by node and port; null where they are not known. */
export interface SchemaJson { outputs: Record<string, Record<string, Columns | null>>; inputs: Record<string, Record<string, Columns | null>> }

export interface Person { user: string; tab: string; since: string }

/** A port of a card as it is drawn. */
export interface FacePort {
  name: string; label: string; type: PortType; required: boolean; help?: string;
  /** False: the module's version has no such port; a wire in the draft still names it. */
  known: boolean;
}
/** What a node looks like: from its module's spec at its pinned version, from its own ports, or from its wires. */
export interface Face {
  node: string; title: string;
  /** `missing`: the module or its version is not there (`fault` says which); `loading`: its version is being fetched. */
  kind: "module" | "plain" | "missing" | "loading";
  module: PaletteModule | null;
  /** The version that runs, and the default one when it is another. */
  version: string; newer: string | null;
  fault: string | null;
  inputs: readonly FacePort[]; outputs: readonly FacePort[];
  parameters: readonly SpecParameter[];
}
/** A source on the canvas. `title` is its name, `detail` its version, path or what the parameter chooses. */
export interface Pill { key: string; source: SourcePill["source"]; title: string; detail: string; type: PortType; kind: "dataset" | "datastore" | "parameter"; feeds: number; x: number; y: number }
/** A wire is known by the input where it ends. `order`: waits without data (`to.port` is empty). */
export interface Wire {
  id: string; kind: "data" | "order";
  from: { node: string; output: string } | { pill: string };
  to: { node: string; port: string };
  /** Of what flows. */
  type: PortType;
  /** Why it can't stay: a port that is not there, or types that don't fit. */
  fault: string | null;
}
/** The graph as it is drawn; parts that did not change are the same objects as before. */
export interface GraphView {
  faces: ReadonlyMap<string, Face>;
  pills: ReadonlyMap<string, Pill>;
  wires: readonly Wire[];
  /** By `inputKey(node, port)`. */
  byInput: ReadonlyMap<string, Wire>;
  /** Wires that end at each node, by its id. */
  into: ReadonlyMap<string, readonly Wire[]>;
}
