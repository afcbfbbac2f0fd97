/** What the panes read of the page and of the studio's REST interface by themselves: lists to choose from, rows behind a port. */

/** The addresses on the page's element (templates/pipelines/designer.html). */
export interface PagePlace { draft: string; api: string; pages: string; codeUrl: string; user: string; liveUrl: string }

export function pagePlace(): PagePlace {
  const data = document.getElementById("designer")?.dataset ?? {};
  return {
    draft: data["draft"] ?? "", api: data["api"] ?? "", pages: data["pages"] ?? "", user: data["user"] ?? "", liveUrl: data["liveUrl"] ?? "",
    codeUrl: data["codeUrl"] ?? "/static/dist/code.js",
  };
}

/** A refusal with the server's own sentence. */
export class RestError extends Error {
  constructor(message: string, readonly status: number, readonly fields: Readonly<Record<string, string>> = {}) {
    super(message);
  }
}

/** JSON of an address below the workspace's REST address. */
export async function rest<T>(path: string, options: { method?: string; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const answer = await ask(`${pagePlace().api}${path}`, options);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** A fragment of one of the studio's own pages, as text. */
export async function pageText(path: string): Promise<string> {
  return (await ask(`${pagePlace().pages}${path}`, { fragment: true })).text();
}

/** The whole answer as text, where it is no JSON. */
export async function restText(path: string, signal?: AbortSignal): Promise<string> {
  return (await ask(`${pagePlace().api}${path}`, { signal })).text();
}

async function ask(url: string, { method = "GET", body, signal, fragment }: { method?: string; body?: unknown; signal?: AbortSignal | undefined; fragment?: boolean }): Promise<Response> {
  const headers: Record<string, string> = fragment ? { "X-Requested-With": "fetch" } : { Accept: "application/json" };
  if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", ...csrf() });
  let answer: Response;
  try {
    answer = await fetch(url, { method, headers, credentials: "same-origin", body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RestError("The studio does not answer. Is it running?", 0);
  }
  if (answer.ok) return answer;
  throw await refusal(answer);
}

async function refusal(answer: Response): Promise<RestError> {
  try {
    const told = await answer.json() as { detail?: string; problems?: { field?: string; message?: string }[] };
    const fields = Object.fromEntries((told.problems ?? []).map((one) => [one.field ?? "", one.message ?? ""]));
    const first = (told.problems ?? [])[0]?.message;
    return new RestError(first && told.problems?.length === 1 ? first : told.detail ?? `The studio answered ${answer.status}.`, answer.status, fields);
  } catch {
    return new RestError(`The studio answered with an error (${answer.status}).`, answer.status);
  }
}

function csrf(): Record<string, string> {
  try {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A small setting of this browser; a private window forgets it. */
export const remembered = {
  read(name: string): string | null {
    try { return localStorage.getItem(`forebay.designer.${name}`); } catch { return null; }
  },
  write(name: string, value: string): void {
    try { localStorage.setItem(`forebay.designer.${name}`, value); } catch { /* private window */ }
  },
};

interface Htmx { ajax(verb: string, url: string, options: { target: Element; swap: string }): Promise<void> }

/** A fragment of one of the studio's pages into an element. */
export async function loadFragment(url: string, target: HTMLElement): Promise<void> {
  const htmx = (window as unknown as { htmx?: Htmx }).htmx;
  if (htmx) return htmx.ajax("GET", url, { target, swap: "innerHTML" });
  const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
  if (!answer.ok) throw await refusal(answer);
  target.innerHTML = await answer.text();
}

export function toast(text: string, tone: "info" | "success" | "warning" | "danger" = "info"): void {
  (window as unknown as { forebay?: { toast(text: string, tone: string): void } }).forebay?.toast(text, tone);
}
