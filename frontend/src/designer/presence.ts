/** Who else has this draft open, and what they save. */
import { ApiError } from "./api";
import type { Host } from "./host";
import type { Running } from "./running";
import type { Saving } from "./saving";
import type { DraftJson, Person } from "./core/types";
import { eventListener, type EventMessage } from "../live/client";
import { pageLive } from "../live/page";

const BEAT = 20_000;

export class Presence {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking: Promise<void> | null = null;

  constructor(private readonly host: Host, private readonly saving: Saving, private readonly running: Running) {}

  start(): void {
    const { draft } = this.host.state();
    pageLive(this.host.place.liveUrl)?.subscribe(eventListener(`draft:${draft.id}`, null, (event) => this.hear(event), async () => {
      await this.look();
      return null;
    }));
    void this.beat();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.beat(); });
    addEventListener("pagehide", () => this.say({ leave: true }, true).catch(() => undefined));
  }

  private hear(event: EventMessage): void {
    const { data } = event;
    if (event.kind === "draft.people") this.people(data["people"]);
    if (event.kind === "draft.deleted") this.saving.gone(String(data["deleted_by"] || "Somebody"));
    if (event.kind !== "draft.saved") return;
    if (data["tab"] !== this.host.tab) this.heard(Number(data["revision"]));
    void this.running.heard(data["last_run"]);
  }

  private heard(revision: number): void {
    if (revision > this.saving.revision) this.looking ??= this.look().finally(() => { this.looking = null; });
  }

  /** What is stored now, when it is newer: taken over, or a conflict with what is unsaved here. */
  private async look(): Promise<void> {
    await this.saving.idle();
    const before = this.host.state();
    if (before.save.kind === "conflict") return;
    const theirs = await this.host.api.get<DraftJson>(`/drafts/${before.draft.id}`).catch(() => null);
    if (!theirs || this.saving.busy || theirs.revision <= this.saving.revision) return;
    if (this.saving.dirty) {
      this.saving.meet(theirs);
      return;
    }
    const other = theirs.updated_by === this.host.place.user ? "You changed this draft in another tab" : `${theirs.updated_by} changed this draft`;
    const undone = before.canUndo ? " What you did before can't be undone any more." : "";
    this.host.takeOver(theirs);
    this.host.say(`${other}: this is the new version.${undone}`);
  }

  /** Here, every 20 seconds. The answer also tells what the socket would, in case there is none. */
  private async beat(): Promise<void> {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const { people, revision, last_run } = await this.say({});
      this.people(people);
      void this.running.heard(last_run);
      this.heard(revision);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return;
    }
    this.timer = setTimeout(() => void this.beat(), BEAT);
  }

  private say(more: { leave?: true }, keepalive = false): Promise<{ people: Person[]; revision: number; last_run: string | null }> {
    return this.host.api.post(`/drafts/${this.host.state().draft.id}/presence`, { tab: this.host.tab, ...more }, { keepalive });
  }

  private people(told: unknown): void {
    if (Array.isArray(told)) this.host.set({ people: told as Person[] });
  }
}
