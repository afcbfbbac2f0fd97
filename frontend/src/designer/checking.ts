/** Problems and columns: the browser's own at once, the server's a moment later. The latest graph wins. */
import { ApiError } from "./api";
import type { Host } from "./host";
import { sameJson } from "./core/json";
import { sameMeaning } from "./core/meaning";
import { localProblems, readProblems, stillTrue } from "./core/problems";
import type { DraftGraph, Problem, SchemaJson } from "./core/types";

const QUIET = 400;

export class Checking {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private answered: { graph: DraftGraph; problems: readonly Problem[] } | null = null;
  /** Of which graph the columns are known. */
  private told: DraftGraph | null = null;
  private seen: { graph: DraftGraph; compute: string } | null = null;

  constructor(private readonly host: Host) {}

  changed(): void {
    const { graph, view, draft } = this.host.state();
    const moved = this.seen && sameMeaning(this.seen.graph, graph) && this.seen.compute === draft.default_compute;
    this.seen = { graph, compute: draft.default_compute };
    if (moved) return; // where cards stand is nobody's problem
    const kept = this.answered ? stillTrue(this.answered.problems, this.answered.graph, graph) : [];
    this.host.set({ problems: [...localProblems(graph, view, this.host.catalog, draft.default_compute), ...kept], checking: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), QUIET);
  }

  /** Again, though nothing changed here: a module or a dataset may have. */
  again(): void {
    this.seen = this.told = null;
    this.changed();
  }

  private async ask(): Promise<void> {
    const { graph, draft } = this.host.state();
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const body = { graph, default_compute: draft.default_compute, parameters: draft.parameters };
    const same = this.told !== null && sameMeaning(this.told, graph);
    try {
      const check = () => this.host.api.post<{ problems: Problem[] }>(`/drafts/${draft.id}/validate`, body, { signal: asking.signal });
      const checks = check();
      const columns = same ? Promise.resolve(null) : this.host.api.post<SchemaJson>(`/drafts/${draft.id}/schema`, { graph, parameters: draft.parameters }, { signal: asking.signal })
        .catch((error: unknown) => { if (error instanceof ApiError) return null; throw error; });
      const problems = readProblems((await checks).problems, graph, this.host.catalog);
      if (this.asking !== asking) return;
      this.answered = { graph, problems };
      this.host.set({ problems, checking: false });
      const schema = await columns;
      if (this.asking !== asking) return;
      this.told = graph;
      if (!schema) return;
      const learned = !sameJson(read(this.host.state().schema), read(schema));
      this.host.set({ schema });
      if (!learned) return;
      // A check reads no files: now that the columns of these datasets are known, it knows more.
      const more = readProblems((await check()).problems, graph, this.host.catalog);
      if (this.asking !== asking) return;
      this.answered = { graph, problems: more };
      this.host.set({ problems: more });
    } catch (error) {
      if (asking.signal.aborted || this.asking !== asking) return;
      this.host.set({ checking: false });
      if (error instanceof ApiError && error.passing) this.timer = setTimeout(() => void this.ask(), 10 * QUIET);
    }
  }
}

/** Columns that were read from datasets. */
function read(schema: SchemaJson | null): unknown[] {
  return Object.values(schema?.inputs ?? {}).flatMap((ports) => Object.values(ports).filter((one) => one?.from === "dataset"));
}
