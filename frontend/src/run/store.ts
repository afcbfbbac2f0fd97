/** The run on screen: fetched once, then kept by the live socket (or by polling while the socket is away). */
import { buildModel, type GraphModel } from "../graph/model";
import type { Positions, Routes } from "../graph/layout";
import { applyEvent, isFinal, runState, type RunState } from "../graph/status";
import type { RunJson } from "../graph/types";
import { eventListener } from "../live/client";
import { fetchJson, pageLive } from "../live/page";
import { placeCards } from "./place";

const POLL = 4000;

export interface View { state: RunState; model: GraphModel; positions: Positions; routes: Routes }
export type Load = { phase: "loading" } | { phase: "error"; message: string } | { phase: "ready"; view: View };

export interface RunPlace { runUrl: string; runId: string; liveUrl: string | undefined; workerUrl: string }

export class RunStore {
  private load: Load = { phase: "loading" };
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private pending: RunState | null = null;

  constructor(private readonly place: RunPlace) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): Load => this.load;

  async start(): Promise<void> {
    this.set({ phase: "loading" });
    try {
      const run = await fetchJson<RunJson>(this.place.runUrl);
      const model = buildModel(run.graph ?? { version: 1, nodes: [] }, run.steps ?? []);
      const { positions, routes } = await placeCards(model, this.place.workerUrl);
      this.set({ phase: "ready", view: { state: runState(run), model, positions, routes } });
    } catch (error) {
      this.set({ phase: "error", message: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (this.place.runId) this.follow(); // a published graph stays as it is
  }

  private follow(): void {
    const live = pageLive(this.place.liveUrl);
    const last = this.load.phase === "ready" ? this.load.view.state.last : 0;
    live?.subscribe(eventListener(`run:${this.place.runId}`, last, (event) => this.change((state) => applyEvent(state, event)), () => this.refetch()));
    const poll = setInterval(() => {
      const state = this.current();
      if (!state || (live?.state === "live" && !isFinal(state.run.status))) return;
      const quiet = isFinal(state.run.status) && [...state.steps.values()].every((step) => isFinal(step.status) || step.status === "NotStarted");
      if (quiet) clearInterval(poll);
      else if (!document.hidden) void this.refetch().catch(() => undefined);
    }, POLL);
  }

  private async refetch(): Promise<number> {
    const run = await fetchJson<RunJson>(this.place.runUrl);
    this.change((state) => (run.last_event ?? 0) >= state.last ? runState({ ...run, graph: run.graph ?? state.run.graph }) : state);
    return this.current()?.last ?? 0;
  }

  private current(): RunState | null {
    return this.pending ?? (this.load.phase === "ready" ? this.load.view.state : null);
  }

  /** Events of one frame are drawn together. */
  private change(act: (state: RunState) => RunState): void {
    const before = this.current();
    if (!before) return;
    this.pending = act(before);
    if (this.frame) return;
    const draw = () => {
      this.frame = 0;
      if (this.load.phase !== "ready" || !this.pending) return;
      const state = this.pending;
      this.pending = null;
      this.set({ phase: "ready", view: { ...this.load.view, state } });
    };
    this.frame = document.hidden ? window.setTimeout(draw, 200) : requestAnimationFrame(draw);
  }

  private set(load: Load): void {
    this.load = load;
    for (const listener of this.listeners) listener();
  }
}
