/** The page's one client: both bundles of a page find the same one. */
import { LiveClient, type Socket } from "./client";

const PLACE = Symbol.for("forebay.live");
type Holder = typeof globalThis & { [PLACE]?: Map<string, LiveClient> };

export function pageLive(path = document.body.dataset["liveUrl"] ?? ""): LiveClient | null {
  if (!path) return null;
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const clients = ((globalThis as Holder)[PLACE] ??= new Map());
  let client = clients.get(url.href);
  if (!client) {
    const made = new LiveClient(url.href, {
      open: (address) => new WebSocket(address) as unknown as Socket,
      later: (milliseconds, act) => {
        const timer = setTimeout(act, milliseconds);
        return () => clearTimeout(timer);
      },
      random: Math.random,
    });
    client = made;
    clients.set(url.href, made);
    addEventListener("online", () => made.wake());
    addEventListener("pagehide", (event) => { if (!event.persisted) made.close(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) made.wake(); });
    made.watch((state) => document.body.dispatchEvent(new CustomEvent("forebay:live-state", { detail: { state } })));
  }
  return client;
}

export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: signal ?? null });
  if (!answer.ok) throw new Error(await problemText(answer));
  return (await answer.json()) as T;
}

/** The sentence a failed answer carries. */
export async function problemText(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as { detail?: string; title?: string };
    return problem.detail || problem.title || `The server answered ${answer.status}.`;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}
