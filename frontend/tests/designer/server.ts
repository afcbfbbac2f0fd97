/** A studio that answers as pipelines/api/drafts.py does, and a browser's storage: for tests of the store without either. */
import { vi } from "vitest";
import type { DraftJson } from "../../src/designer/core/types";
import { MODULES } from "./library";

export const DRAFT: DraftJson = {
  id: "d", name: "Adult", description: "", experiment: "", parameters: {}, default_compute: "cpu", tags: {}, properties: {}, origin: {}, step_count: 0,
  revision: 1, version: 1, last_run: null, created_by: "ada", created_at: "2026-01-01T00:00:00Z", updated_by: "ada", updated_at: "2026-01-01T00:00:00Z",
  graph: { version: 1, parameters: [], nodes: [] },
};
const FIELDS = ["name", "description", "experiment", "default_compute", "parameters", "tags", "properties", "graph"] as const;

export interface Call { method: string; path: string; body: Record<string, unknown> }

export class FakeStudio {
  draft: DraftJson = structuredClone(DRAFT);
  readonly calls: Call[] = [];
  /** Answers before the studio does: "lost" stores and never answers, "down" does neither. */
  trouble: "down" | "lost" | number | null = null;
  user = "ada";

  readonly fetch = async (url: string, asked: RequestInit): Promise<Response> => {
    const path = String(url).replace("/api", "");
    const method = asked.method ?? "GET";
    const body = asked.body ? (JSON.parse(String(asked.body)) as Record<string, unknown>) : {};
    this.calls.push({ method, path, body });
    if (this.trouble === "down") throw new TypeError("Failed to fetch");
    if (typeof this.trouble === "number") return json(this.trouble, { detail: `Answer ${this.trouble}.`, code: "trouble" });
    const [status, answer] = this.answer(method, path, body);
    if (this.trouble === "lost") throw new TypeError("Failed to fetch");
    return json(status, answer);
  };

  /** As another person, or another tab, saves. */
  save(change: Partial<DraftJson>, by: string): void {
    this.draft = { ...this.draft, ...structuredClone(change), revision: this.draft.revision + 1, version: this.draft.version + 1, updated_by: by, updated_at: `2026-01-01T00:00:${String(this.draft.revision).padStart(2, "0")}Z` };
  }

  private answer(method: string, path: string, body: Record<string, unknown>): [number, unknown] {
    if (path === "/drafts/d" && method === "GET") return [200, this.draft];
    if (path === "/drafts/d" && method === "PATCH") return this.patch(body);
    if (path.startsWith("/modules?")) return [200, { items: MODULES, groups: [] }];
    if (path === "/datasets" || path === "/computes") return [200, { items: [] }];
    if (path === "/drafts/d/validate") return [200, { problems: [] }];
    if (path === "/drafts/d/schema") return [200, { inputs: {}, outputs: {} }];
    if (path === "/drafts/d/presence") return [200, { people: [], revision: this.draft.revision }];
    return [404, { detail: "There is nothing at this address." }];
  }

  private patch(body: Record<string, unknown>): [number, unknown] {
    const { draft } = this;
    if (body["revision"] !== draft.revision) {
      const theirs = Object.fromEntries(FIELDS.map((field) => [field, draft[field]]));
      return [409, { code: "stale", detail: `${draft.updated_by} saved this draft since you opened it.`, revision: draft.revision, updated_by: draft.updated_by, updated_at: draft.updated_at, ...theirs }];
    }
    this.save(Object.fromEntries(FIELDS.filter((field) => field in body).map((field) => [field, body[field]])), this.user);
    const { id, name, revision, version, updated_by, updated_at } = this.draft;
    return [200, { id, name, revision, version, updated_by, updated_at }];
  }

  get patches(): Call[] { return this.calls.filter((call) => call.method === "PATCH"); }
}

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

export class FakeStorage {
  private readonly items = new Map<string, string>();
  room = Infinity;
  get length(): number { return this.items.size; }
  key(index: number): string | null { return [...this.items.keys()][index] ?? null; }
  getItem(key: string): string | null { return this.items.get(key) ?? null; }
  removeItem(key: string): void { this.items.delete(key); }
  setItem(key: string, value: string): void {
    if (value.length > this.room) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
}

/** The parts of a browser that the store reaches for; `fire` plays its events. */
export function fakeBrowser(studio: FakeStudio): { local: FakeStorage; session: FakeStorage; fire: (event: string) => void } {
  const local = new FakeStorage();
  const session = new FakeStorage();
  const heard = new Map<string, ((event: unknown) => void)[]>();
  const listen = (event: string, act: (event: unknown) => void) => void heard.set(event, [...(heard.get(event) ?? []), act]);
  vi.stubGlobal("fetch", studio.fetch);
  vi.stubGlobal("localStorage", local);
  vi.stubGlobal("sessionStorage", session);
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("document", { hidden: false, body: { dataset: {}, getAttribute: () => '{"X-CSRFToken": "t"}' }, addEventListener: listen });
  return { local, session, fire: (event) => { for (const act of heard.get(event) ?? []) act({ preventDefault: () => undefined }); } };
}
