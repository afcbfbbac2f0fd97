/** Runs of the draft: foretold, submitted, followed live on the canvas, cancelled. */
import { ApiError, messageOf } from "./api";
import type { Host } from "./host";
import type { Forecast, PublishForm, RunView, SubmitForm } from "./contract";
import { readProblems } from "./core/problems";
import type { DraftGraph, Problem } from "./core/types";
import { applyEvent, isFinal, runState, type RunState } from "../graph/status";
import type { RunJson } from "../graph/types";
import { eventListener } from "../live/client";
import { pageLive } from "../live/page";

const POLL = 4000;
type RunAnswer = RunJson & { experiment?: string; url?: string; submitted_by?: string };
interface ForecastAnswer { steps: { node: string; name: string; answer: "reused" | "runs" | "depends"; sentence: string }[]; counts: Partial<Record<"reused" | "runs" | "depends", number>>; problems: Problem[] }
interface PublishedAnswer { id: string; endpoints: { id: string; version: string; is_default: boolean }[] }

const WILL = { reused: "reuse", runs: "run", depends: "maybe" } as const;

export class Running {
  private stop: (() => void) | null = null;
  private state: RunState | null = null;
  private pending: ReturnType<typeof setTimeout> | undefined;
  /** The newest run of the draft that is known here, and a submit of this tab that is under way. */
  private newest: string | null = null;
  private sending: Promise<unknown> = Promise.resolve();
  private about: Pick<RunView, "experiment" | "url" | "upTo"> = { experiment: "", url: "", upTo: null };

  constructor(private readonly host: Host) {}

  async forecast(form: Pick<SubmitForm, "parameters" | "upTo" | "forceNodes" | "regenerate" | "experiment">): Promise<Forecast> {
    const { graph, draft } = this.host.state();
    const body: Record<string, unknown> = { graph, default_compute: draft.default_compute, parameters: form.parameters };
    if (form.experiment.trim()) body["experiment"] = form.experiment.trim();
    if (form.upTo) body["up_to"] = form.upTo;
    if (form.forceNodes?.length) body["force_nodes"] = form.forceNodes;
    if (form.regenerate) body["regenerate_outputs"] = true;
    try {
      const { steps, counts, problems } = await this.host.api.post<ForecastAnswer>(`/drafts/${draft.id}/forecast`, body);
      return {
        steps: steps.map((step) => ({ node_id: step.node, name: step.name, will: WILL[step.answer], sentence: step.sentence })),
        run: counts.runs ?? 0, reuse: counts.reused ?? 0, maybe: counts.depends ?? 0, problems: readProblems(problems, graph, this.host.catalog),
      };
    } catch (error) {
      return { steps: [], run: 0, reuse: 0, maybe: 0, problems: this.problemsOf(error) };
    }
  }

  async submit(form: SubmitForm, revision: number): Promise<{ problems: Problem[] } | { run: RunView }> {
    const { draft } = this.host.state();
    const body: Record<string, unknown> = { revision, description: form.description, parameters: form.parameters };
    if (form.experiment.trim()) body["experiment"] = form.experiment.trim();
    if (form.upTo) body["up_to"] = form.upTo;
    if (form.forceNodes?.length) body["force_nodes"] = form.forceNodes;
    if (form.regenerate) body["regenerate_outputs"] = true;
    if (form.tags) body["tags"] = form.tags;
    if (form.continueOnStepFailure !== undefined) body["continue_on_step_failure"] = form.continueOnStepFailure;
    try {
      const sending = this.host.api.post<RunAnswer>(`/drafts/${draft.id}/submit`, body, { once: true }).then((made) => { this.newest = made.id; return made; });
      this.sending = sending.catch(() => undefined);
      const run = await sending;
      const now = this.host.state().draft;
      this.host.set({ draft: { ...now, experiment: run.experiment ?? now.experiment, last_run: { id: run.id, number: run.number, experiment: run.experiment ?? "", status: run.status } } });
      const view = await this.follow(run.steps ? run : await this.fetch(run.id), form.upTo);
      if (isFinal(view.status)) this.host.recheck();
      return { run: view };
    } catch (error) {
      return { problems: this.problemsOf(error) };
    }
  }

  async publish(form: PublishForm, revision: number): Promise<{ problems: Problem[] } | { url: string }> {
    const { draft } = this.host.state();
    const body: Record<string, unknown> = { revision, name: form.name, description: form.description, parameters: form.parameters };
    if (form.endpoint) body["endpoint"] = "id" in form.endpoint ? { id: form.endpoint.id, make_default: form.makeDefault } : form.endpoint;
    try {
      const made = await this.host.api.post<PublishedAnswer>(`/drafts/${draft.id}/publish`, body, { once: true });
      const [endpoint] = made.endpoints;
      if (!endpoint) return { url: `${this.host.place.pages}/published/${made.id}/` };
      const version = endpoint.is_default ? "" : `&version=${endpoint.version}`;
      return { url: `${this.host.place.pages}/endpoints/${endpoint.id}/?tab=consume${version}` };
    } catch (error) {
      return { problems: this.problemsOf(error) };
    }
  }

  /** The run that the draft made last, when it is of these steps. */
  async showLast(): Promise<void> {
    const { draft, graph } = this.host.state();
    this.newest = draft.last_run?.id ?? null;
    if (!draft.last_run) return;
    try {
      const run = await this.fetch(draft.last_run.id);
      const ids = new Set(graph.nodes.map((node) => node.id));
      if ((run.steps ?? []).some((step) => ids.has(step.node_id)) && !this.host.state().run) await this.follow(run, null);
    } catch { /* a run that is gone is not shown */ }
  }

  /** Somebody, or another tab, submitted the draft: its run comes onto the canvas unless the reader looks at another one or at none. */
  async heard(id: unknown): Promise<void> {
    await this.sending;
    if (typeof id !== "string" || id === this.newest) return;
    const former = this.newest;
    this.newest = id;
    const run = await this.fetch(id).catch(() => null);
    if (!run || this.newest !== id) return;
    const { draft, run: shown } = this.host.state();
    this.host.set({ draft: { ...draft, last_run: { id, number: run.number, experiment: run.experiment ?? "", status: run.status } } });
    if (shown ? shown.id === former : former === null) await this.follow(run, null);
    this.host.say(run.submitted_by === this.host.place.user ? `Run ${run.number} was submitted in another tab.` : `${run.submitted_by ?? "Somebody"} submitted Run ${run.number}.`);
  }

  async show(id: string | null): Promise<void> {
    if (id === null) {
      this.leave();
      this.host.set({ run: null });
      return;
    }
    try {
      await this.follow(await this.fetch(id), null);
    } catch (error) {
      this.host.say(`The run can't be shown: ${messageOf(error)}`, "warning");
    }
  }

  async cancel(): Promise<void> {
    const { run } = this.host.state();
    if (!run) return;
    try {
      await this.host.api.post(`/runs/${run.id}/cancel`, {});
      this.host.say(`Run ${run.number} is being canceled.`);
      await this.refetch();
    } catch (error) {
      this.host.say(`Run ${run.number} was not canceled: ${messageOf(error)}`, "warning");
    }
  }

  leave(): void {
    this.stop?.();
    this.stop = null;
    this.state = null;
    clearTimeout(this.pending);
    this.pending = undefined;
  }

  private fetch(id: string): Promise<RunAnswer> {
    return this.host.api.get<RunAnswer>(`/runs/${id}`);
  }

  private async follow(run: RunAnswer, upTo: string | null): Promise<RunView> {
    this.leave();
    this.state = runState(run);
    this.about = { experiment: run.experiment ?? "", url: `${this.host.place.pages}/runs/${run.id}/`, upTo };
    const live = pageLive(this.host.place.liveUrl);
    const unsubscribe = live?.subscribe(eventListener(`run:${run.id}`, this.state.last, (event) => {
      if (this.state) this.later(applyEvent(this.state, event));
    }, () => this.refetch()));
    const poll = setInterval(() => {
      if (!this.state || document.hidden || live?.state === "live") return;
      if (isFinal(this.state.run.status)) clearInterval(poll);
      else void this.refetch().catch(() => undefined);
    }, POLL);
    this.stop = () => { unsubscribe?.(); clearInterval(poll); };
    return this.draw(this.state);
  }

  private async refetch(): Promise<number> {
    const { state } = this;
    if (!state) return 0;
    const run = await this.fetch(state.run.id);
    if (this.state?.run.id === run.id && (run.last_event ?? 0) >= this.state.last) this.draw(runState({ ...run, steps: run.steps ?? [] }));
    return this.state?.last ?? 0;
  }

  /** Events that come together are drawn together. */
  private later(state: RunState): void {
    this.state = state;
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      if (this.state) this.draw(this.state);
    }, 50);
  }

  private draw(state: RunState): RunView {
    const before = this.host.state().run;
    const { run, steps } = state;
    this.state = state;
    const view: RunView = { id: run.id, number: run.number, status: run.status, steps, graph: (run.graph as DraftGraph | undefined) ?? null, ...this.about };
    this.host.set({ run: view });
    const { draft } = this.host.state();
    if (draft.last_run?.id === run.id && draft.last_run.status !== run.status) this.host.set({ draft: { ...draft, last_run: { ...draft.last_run, status: run.status } } });
    if (before?.id === run.id && before.status !== run.status && isFinal(run.status)) {
      this.tellEnd(view);
      this.host.recheck();
    }
    return view;
  }

  /** Whoever has nothing selected sees the error without a click. */
  private tellEnd(run: RunView): void {
    const { view, selection, dialog } = this.host.state();
    const failed = run.status === "Failed" ? [...run.steps.values()].find((step) => step.status === "Failed" && view.faces.has(step.node_id)) : undefined;
    if (!failed) return this.host.say(`Run ${run.number}: ${run.status}.`, run.status === "Failed" ? "warning" : "info");
    this.host.say(`Run ${run.number} failed at ${view.faces.get(failed.node_id)?.title ?? failed.name}.`, "warning");
    if (selection.size === 0 && !dialog) this.host.set({ selection: new Set([failed.node_id]) });
  }

  private problemsOf(error: unknown): Problem[] {
    const { graph } = this.host.state();
    if (error instanceof ApiError && error.problems.length) return readProblems(error.problems, graph, this.host.catalog);
    return [{ node: null, field: "", code: error instanceof ApiError ? error.code || "refused" : "refused", message: messageOf(error) }];
  }
}
