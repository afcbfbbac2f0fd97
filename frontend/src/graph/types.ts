/** The JSON that the studio's REST interface speaks, as far as the browser reads it. */

export type Status =
  | "NotStarted" | "Queued" | "Preparing" | "Running" | "Finalizing"
  | "Completed" | "Failed" | "CancelRequested" | "Canceled";

export type SourceJson =
  | { node: string; output: string }
  | { dataset: string }
  | { datastore: string; path: string }
  | { parameter: string };

export interface InputJson { name: string; mode?: string; source: SourceJson }
export interface OutputJson { name: string; datastore?: string; mode?: string }

export interface NodeJson {
  id: string;
  name: string;
  kind?: string;
  script?: string;
  inputs?: InputJson[];
  outputs?: OutputJson[];
  compute?: string | { parameter: string } | null;
  after?: string[];
  comment?: string;
}

export interface ParameterJson { name: string; type: string; default?: unknown }
export interface GraphJson { version: number; parameters?: ParameterJson[]; nodes: NodeJson[] }

export interface ReusedFrom { step_id?: string; run_id?: string; run_number: number; experiment?: string; url?: string | null }

export interface StepInputJson {
  name: string;
  source?: Record<string, unknown> | null;
  dataset?: { name?: string | null; version?: number | null; kind?: string } | string | null;
  dataset_name?: string | null;
  dataset_version?: number | null;
  label?: string;
  kind?: string;
}

export interface StepJson {
  id: string;
  node_id: string;
  name: string;
  status: Status;
  reused?: boolean;
  reason?: string;
  sentence?: string;
  reused_from?: ReusedFrom | null;
  attempt?: number;
  /** Attempts that were tried again, and how many may be: `count` further ones. */
  retries?: number;
  retry?: { count?: number } | null;
  compute?: string | null;
  script?: string;
  inputs?: StepInputJson[];
  queued_at?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  exit_code?: number | null;
  why?: { kind?: string; sentence?: string; run?: { id: string; number: number; url?: string } | null } | null;
}

export interface RunJson {
  id: string;
  number: number;
  name: string;
  status: Status;
  step_count?: number;
  started_at?: string | null;
  ended_at?: string | null;
  last_event?: number | null;
  graph?: GraphJson;
  steps?: StepJson[];
}

export interface LiveEvent { id: number; kind: string; data: Record<string, unknown>; at?: string }
