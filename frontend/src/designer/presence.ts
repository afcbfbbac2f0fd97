/** Who else has this draft open, and what they save. */
import { ApiError } from "./api";
import type { Host } from "./host";
import type { Saving } from "./saving";
import type { DraftJson, Person } from "./core/types";
import { eventListener, type EventMessage } from "../live/client";
import { pageLive } from "../live/page";

const BEAT = 20_000;

export class Presence {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host, private readonly saving: Saving) {}

  start(): void {
    const { draft } = this.host.state();
    pageLive(this.host.place.liveUrl)?.subscribe(eventListener(`draft:${draft.id}`, null, (event) => this.hear(event), async () => {
      await this.look();
      return null;
    }));
    void this.beat();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.beat(); });
  }

  private hear(event: EventMessage): void {
    const { data } = event;
    if (event.kind === "draft.people") this.people(data["people"]);
    if (event.kind === "draft.deleted") {
      this.host.set({ save: { kind: "failed", message: `${String(data["deleted_by"] ?? "Somebody")} deleted this draft. Keep yours as a new draft.` }, dialog: { kind: "conflict" } });
    }
    if (event.kind === "draft.saved" && data["tab"] !== this.host.tab && Number(data["revision"]) > this.saving.revision) void this.look();
  }

  /** What is stored now, when it is newer: taken over, or a conflict with what is unsaved here. */
  private async look(): Promise<void> {
    if (this.saving.busy) await this.saving.idle();
    const before = this.host.state();
    if (before.save.kind === "conflict") return;
    const theirs = await this.host.api.get<DraftJson>(`/drafts/${before.draft.id}`).catch(() => null);
    if (!theirs || theirs.revision <= this.saving.revision || this.saving.busy) return;
    if (this.saving.dirty) return this.saving.conflict(theirs);
    const other = theirs.updated_by === this.host.place.user ? "You changed this draft in another tab" : `${theirs.updated_by} changed this draft`;
    const undone = this.host.state().canUndo ? " What you did before can't be undone any more." : "";
    this.host.takeOver(theirs);
    this.host.say(`${other}: this is the new version.${undone}`);
  }

  private async beat(): Promise<void> {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const { people } = await this.host.api.post<{ people: Person[] }>(`/drafts/${this.host.state().draft.id}/presence`, { tab: this.host.tab });
      this.people(people);
    } catch (error) {
      if (error instanceof ApiError && !error.passing) return;
    }
    this.timer = setTimeout(() => void this.beat(), BEAT);
  }

  private people(told: unknown): void {
    if (!Array.isArray(told)) return;
    this.host.set({ people: (told as Person[]).filter((one) => one.tab !== this.host.tab) });
  }
}
