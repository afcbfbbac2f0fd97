/** Autosave: one request at a time, tried again while the studio is away, never over somebody else's version. */
import { ApiError, messageOf } from "./api";
import type { Backups } from "./backups";
import { FIELDS, fieldsOf, type Fields, type Host } from "./host";
import { sameJson } from "./core/json";
import type { DraftGraph, DraftJson } from "./core/types";

const QUIET = 800;
const BACKUP = 250;
const DELAYS = [2000, 4000, 8000, 15000, 30000] as const;
/** Browsers send at most 64 KiB after a page is gone. */
const KEEPALIVE = 60_000;

interface Content { graph: DraftGraph; fields: Fields }
interface Saved { revision: number; version: number; updated_by: string; updated_at: string }

export class Saving {
  /** As stored, and as far as this tab knows. */
  private base: Content & { revision: number };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private backupTimer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<boolean> | null = null;
  private failures = 0;
  /** What was sent and not answered: it may be stored all the same. */
  private unanswered: Content | null = null;

  constructor(private readonly host: Host, private readonly backups: Backups, draft: DraftJson, graph: DraftGraph) {
    this.base = { revision: draft.revision, graph, fields: fieldsOf(draft) };
  }

  get revision(): number { return this.base.revision; }
  get busy(): boolean { return this.sending !== null; }
  /** When nothing is on its way. */
  async idle(): Promise<void> {
    while (this.sending) await this.sending;
  }

  get dirty(): boolean {
    const { graph, draft } = this.host.state();
    return graph !== this.base.graph || this.changedFields(draft).length > 0;
  }

  /** Something changed: shown, kept in the browser, and sent when it is quiet. */
  changed(): void {
    const { save, editable } = this.host.state();
    if (!editable) return;
    clearTimeout(this.backupTimer);
    this.backupTimer = setTimeout(() => this.backup(), BACKUP);
    if (save.kind === "conflict") return;
    if (!this.dirty) return this.settled();
    if (save.kind !== "failed" && save.kind !== "saving") this.host.set({ save: { kind: "unsaved" } });
    this.later(save.kind === "failed" ? this.delay() : QUIET);
  }

  /** What the designer found out by itself is no change of somebody's. */
  amended(before: DraftGraph, after: DraftGraph): void {
    if (this.base.graph === before) this.base.graph = after;
  }

  /** Whether all is stored. With a note the version is kept for good. */
  async flush(note?: string): Promise<boolean> {
    clearTimeout(this.timer);
    await this.idle();
    const { save, editable } = this.host.state();
    if (save.kind === "conflict" || !editable) return false;
    if (!this.dirty && note === undefined) return true;
    this.sending = this.send(note);
    const done = await this.sending;
    return done && !this.dirty ? true : done && this.host.state().save.kind !== "conflict" ? this.flush() : false;
  }

  private async send(note?: string): Promise<boolean> {
    const { graph, draft } = this.host.state();
    const content: Content = { graph, fields: fieldsOf(draft) };
    this.host.set({ save: { kind: "saving" } });
    try {
      const saved = await this.host.api.ask<Saved>(`/drafts/${draft.id}`, { method: "PATCH", body: this.body(content, note) });
      this.stored(content, saved);
      return true;
    } catch (error) {
      return this.refused(error, content);
    } finally {
      this.sending = null;
    }
  }

  private body(content: Content, note?: string): Record<string, unknown> {
    const body: Record<string, unknown> = { revision: this.base.revision, tab: this.host.tab };
    if (content.graph !== this.base.graph) body["graph"] = content.graph;
    for (const field of FIELDS) if (!sameJson(content.fields[field], this.base.fields[field])) body[field] = content.fields[field];
    if (note !== undefined) body["note"] = note;
    return body;
  }

  private stored(content: Content, saved: Saved): void {
    this.failures = 0;
    this.unanswered = null;
    this.base = { ...content, revision: saved.revision };
    const { draft } = this.host.state();
    this.host.set({ draft: { ...draft, revision: saved.revision, version: saved.version, updated_by: saved.updated_by, updated_at: saved.updated_at } });
    if (this.dirty) {
      this.host.set({ save: { kind: "unsaved" } });
      this.later(QUIET);
    } else {
      this.settled();
    }
  }

  private settled(): void {
    clearTimeout(this.timer);
    clearTimeout(this.backupTimer);
    this.backups.clear();
    if (!this.sending) this.host.set({ save: { kind: "saved", at: this.host.state().draft.updated_at } });
    else this.host.set({ save: { kind: "saved", at: new Date().toISOString() } });
  }

  private refused(error: unknown, content: Content): boolean {
    if (!(error instanceof ApiError)) {
      this.fail(messageOf(error));
      return false;
    }
    if (error.status === 409 && error.code === "stale") return this.stale(error, content);
    if (error.passing) this.unanswered = content;
    const kept = this.backup() ? "Your changes are kept in this browser" : "Keep this tab open: the browser has no room for your changes";
    this.fail(failure(error, kept), [403, 404].includes(error.status) && error.code !== "csrf");
    if (error.passing || error.status === 401) this.later(this.delay());
    return false;
  }

  private fail(message: string, copy = false): void {
    this.failures += 1;
    this.host.set({ save: copy ? { kind: "failed", message, copy } : { kind: "failed", message } });
  }

  private stale(error: ApiError, content: Content): boolean {
    return this.meet(theirDraft(error, this.host.state().draft), content);
  }

  /** A newer version is stored: this tab's own, when it never heard of a save, else somebody's. True for its own. */
  meet(theirs: DraftJson, content: Content | null = null): boolean {
    const mine = [content, this.unanswered].find((one) => one && sameStored(one, theirs));
    if (mine) this.stored(mine, theirs);
    else this.conflict(theirs);
    return mine !== undefined;
  }

  /** Deleted, while it is open here. */
  gone(by: string): void {
    clearTimeout(this.timer);
    this.fail(`${by} deleted this draft. Keep yours as a new draft, or close it.`, true);
  }

  conflict(theirs: DraftJson): void {
    clearTimeout(this.timer);
    this.backup();
    // A form that is being filled in stays: the question comes when it closes.
    this.host.set({ save: { kind: "conflict", theirs }, dialog: this.host.state().dialog ?? { kind: "conflict" } });
  }

  /** The stored version is the one to save over: `dirty` and the next save go by it. */
  rebase(draft: DraftJson, graph: DraftGraph): void {
    clearTimeout(this.timer);
    this.failures = 0;
    this.unanswered = null;
    this.base = { revision: draft.revision, graph, fields: fieldsOf(draft) };
  }

  /** Kept in the browser now; false when there is no room for it. */
  backup(): boolean {
    clearTimeout(this.backupTimer);
    const { graph, draft, editable } = this.host.state();
    if (!editable) return true;
    if (!this.dirty) {
      this.backups.clear();
      return true;
    }
    return this.backups.write(this.base.revision, fieldsOf(draft), graph, Date.now());
  }

  /** The page goes away: what is small enough is sent after it, all of it is kept in the browser. */
  leave(): void {
    const { graph, draft, save } = this.host.state();
    if (!this.dirty) return;
    this.backup();
    if (save.kind === "conflict" || this.sending) return;
    const content: Content = { graph, fields: fieldsOf(draft) };
    const body = this.body(content);
    if (JSON.stringify(body).length > KEEPALIVE) return;
    clearTimeout(this.timer);
    this.unanswered = content;
    // Not waited for: when the page lives on after all, the next save hears of it.
    void this.host.api.ask<Saved>(`/drafts/${draft.id}`, { method: "PATCH", body, keepalive: true }).then((saved) => this.stored(content, saved)).catch(() => undefined);
  }

  /** Network or person came back. */
  wake(): void {
    if (this.host.state().save.kind === "failed" && this.dirty) void this.flush();
  }

  private later(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), milliseconds);
  }

  private delay(): number {
    return DELAYS[Math.min(Math.max(0, this.failures - 1), DELAYS.length - 1)] as number;
  }

  private changedFields(fields: Fields): string[] {
    return FIELDS.filter((field) => fields[field] !== this.base.fields[field] && !sameJson(fields[field], this.base.fields[field]));
  }
}

/** A 409's body as a draft: what the answer does not have is as it was. */
function theirDraft(error: ApiError, before: Omit<DraftJson, "graph">): DraftJson {
  const told = error.body as Partial<DraftJson>;
  const graph = told.graph ?? { version: 1, nodes: [] };
  const found: DraftJson = { ...before, graph };
  for (const field of [...FIELDS, "revision", "updated_by", "updated_at"] as const) {
    if (told[field] !== undefined) Object.assign(found, { [field]: told[field] });
  }
  return found;
}

const sameStored = (content: Content, theirs: DraftJson): boolean => sameJson(content.graph, theirs.graph) && sameJson(content.fields, fieldsOf(theirs));

function failure(error: ApiError, kept: string): string {
  switch (error.status) {
    case 0: return `The studio can't be reached. ${kept} and saved as soon as it answers.`;
    case 401: return `Your session ended. Sign in again in another tab. ${kept}.`;
    case 403: return error.code === "csrf" ? `This page is too old to save. Load it again. ${kept}.` : `You may not change this draft: ask an Owner of the workspace, or keep yours as a new draft. ${kept}.`;
    case 404: return `This draft is no longer there. Keep yours as a new draft. ${kept}.`;
    case 413: return `The draft is too large to be saved: take data out of its settings. ${kept}.`;
    case 422: return `The studio does not take this: ${error.message} ${kept}.`;
    case 429: return `The studio is busy. ${kept} and saved in a moment.`;
    default: return error.status >= 500 ? `The studio has a fault (${error.status}). ${kept} and saved as soon as it answers.` : `${error.message} ${kept}.`;
  }
}
