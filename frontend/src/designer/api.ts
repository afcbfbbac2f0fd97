/** The studio's REST interface as the designer uses it: JSON in, JSON out, and errors that say what to do. */
import type { Problem } from "./core/types";

/** Status 0: the studio was not reached. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly code = "", readonly problems: Problem[] = [], readonly body: Record<string, unknown> = {}) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the same request may do later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface Asked { method?: "GET" | "POST" | "PATCH" | "DELETE"; body?: unknown; signal?: AbortSignal; keepalive?: boolean; once?: boolean }

export class Api {
  constructor(private readonly base: string, private readonly send: typeof fetch = (...sent) => fetch(...sent)) {}

  async ask<T>(path: string, { method = "GET", body, signal, keepalive, once }: Asked = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    const sent: RequestInit = { method, headers, credentials: "same-origin", signal: signal ?? null };
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      sent.body = JSON.stringify(body);
    }
    if (keepalive) sent.keepalive = true;
    if (once) headers["Idempotency-Key"] = newKey();
    let answer: Response;
    try {
      answer = await this.send(this.base + path, sent);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, "The studio can't be reached.");
    }
    if (answer.status === 204) return undefined as T;
    const told = await answer.json().catch(() => null) as Record<string, unknown> | null;
    if (answer.ok && told !== null) return told as T;
    throw problemOf(answer.status, told);
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ask<T>(path, signal ? { signal } : {});
  }

  post<T>(path: string, body: unknown, more: Omit<Asked, "method" | "body"> = {}): Promise<T> {
    return this.ask<T>(path, { ...more, method: "POST", body });
  }
}

function problemOf(status: number, told: Record<string, unknown> | null): ApiError {
  const problems = Array.isArray(told?.["problems"]) ? (told["problems"] as Problem[]) : [];
  const detail = String(told?.["detail"] || problems[0]?.message || told?.["title"] || `The studio answered ${status}.`);
  return new ApiError(status, detail, String(told?.["code"] ?? ""), problems, told ?? {});
}

/** The page's own, which every form and htmx sends too; the cookie can't be read by programs. */
function csrfToken(): string {
  const text = document.body.getAttribute("hx-headers") ?? "{}";
  try {
    return String((JSON.parse(text) as Record<string, unknown>)["X-CSRFToken"] ?? "");
  } catch {
    return "";
  }
}

/** `crypto.randomUUID` is there on https and localhost only. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
