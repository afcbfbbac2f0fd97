/** The unsaved graph in this browser: what a crash, a closed tab or a lost network leaves for the next time. */
import type { Fields } from "./host";
import type { DraftGraph } from "./core/types";

/** `pages`: the workspace, as its pages begin. Backups of before had none. */
export interface Backup { v: 1; tab: string; user: string; pages?: string; base: number; at: number; fields: Fields; graph: DraftGraph }
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "forebay.draft.";
const KEPT = 30 * 24 * 3600 * 1000;

export class Backups {
  constructor(private readonly draft: string, private readonly user: string, private readonly tab: string, private readonly pages: string, private readonly store: Store | null = localStore()) {}

  private key(tab: string): string {
    return `${PREFIX}${this.draft}.${tab}`;
  }

  /** Whether it is kept now. */
  write(base: number, fields: Fields, graph: DraftGraph, now: number): boolean {
    if (!this.store) return false;
    const text = JSON.stringify({ v: 1, tab: this.tab, user: this.user, pages: this.pages, base, at: now, fields, graph } satisfies Backup);
    try {
      this.store.setItem(this.key(this.tab), text);
      return true;
    } catch { /* full: room is made of what is old */ }
    this.dropOld(now);
    try {
      this.store.setItem(this.key(this.tab), text);
      return true;
    } catch {
      return false;
    }
  }

  clear(tab: string = this.tab): void {
    try {
      this.store?.removeItem(this.key(tab));
    } catch { /* no storage, nothing to remove */ }
  }

  /** This person's backups of this draft, newest first. */
  find(): Backup[] {
    const found: Backup[] = [];
    for (const key of this.keys()) {
      if (!key.startsWith(`${PREFIX}${this.draft}.`)) continue;
      const backup = readBackup(this.store?.getItem(key) ?? null);
      if (!backup) this.store?.removeItem(key);
      else if (backup.user === this.user) found.push(backup);
    }
    return found.sort((one, other) => other.at - one.at);
  }

  /** The newest backup of each draft of this workspace, whatever the draft is: it may be gone. */
  all(): Map<string, Backup> {
    const found = new Map<string, Backup>();
    for (const key of this.keys()) {
      const draft = key.slice(PREFIX.length, key.lastIndexOf("."));
      const backup = readBackup(this.store?.getItem(key) ?? null);
      if (backup?.user === this.user && backup.pages === this.pages && backup.at > (found.get(draft)?.at ?? 0)) found.set(draft, backup);
    }
    return found;
  }

  private dropOld(now: number): void {
    for (const key of this.keys()) {
      const backup = readBackup(this.store?.getItem(key) ?? null);
      if (!backup || now - backup.at > KEPT) this.store?.removeItem(key);
    }
  }

  private keys(): string[] {
    if (!this.store) return [];
    const store = this.store;
    return Array.from({ length: store.length }, (_, index) => store.key(index) ?? "").filter((key) => key.startsWith(PREFIX));
  }
}

function readBackup(text: string | null): Backup | null {
  try {
    const backup = JSON.parse(text ?? "null") as Backup | null;
    const whole = backup?.v === 1 && Array.isArray(backup.graph?.nodes) && typeof backup.base === "number" && typeof backup.at === "number" && typeof backup.tab === "string";
    return whole ? backup : null;
  } catch {
    return null;
  }
}

function localStore(): Store | null {
  try {
    return localStorage;
  } catch {
    return null; // a browser that keeps nothing
  }
}
