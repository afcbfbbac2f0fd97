/**
 * One socket per page. Topics are resubscribed after a break with what was seen last, so nothing is lost;
 * when the server says "resync" the listener fetches again and tells where to go on from.
 */
export type LiveState = "connecting" | "live" | "reconnecting" | "closed";

export interface LiveMessage {
  type: "subscribed" | "event" | "log" | "log_end" | "resync" | "error";
  topic: string;
  [field: string]: unknown;
}

export interface Listener {
  topic: string;
  /** What a (re)subscription adds: `{after}` for events, `{offset}` for logs. */
  resume(): Record<string, unknown>;
  message(message: LiveMessage): void;
  /** Fetch again; the subscription is renewed when the promise is done. */
  resync?(): Promise<void> | void;
}

export interface Socket {
  onopen: (() => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Surroundings {
  open(url: string): Socket;
  later(milliseconds: number, act: () => void): () => void;
  random(): number;
}

const DELAYS = [500, 1000, 2000, 4000, 8000, 15000] as const;
/** Closed by the server for good: not signed in, no right, no such workspace. */
const REFUSED: ReadonlySet<number> = new Set([4401, 4403, 4404, 1008]);

export class LiveClient {
  state: LiveState = "connecting";
  private socket: Socket | null = null;
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<(state: LiveState) => void>();
  private failures = 0;
  private stopWaiting: (() => void) | null = null;

  constructor(private readonly url: string, private readonly around: Surroundings) {}

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.state === "live") this.ask(listener);
    else if (!this.socket && !this.stopWaiting) this.connect();
    return () => {
      if (!this.listeners.delete(listener)) return;
      const wanted = [...this.listeners].some((other) => other.topic === listener.topic);
      if (!wanted && this.state === "live") this.send({ type: "unsubscribe", topic: listener.topic });
    };
  }

  /** Calls back at once and on every change. */
  watch(watcher: (state: LiveState) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.state);
    return () => this.watchers.delete(watcher);
  }

  /** Try now instead of waiting: the network or the page came back. */
  wake(): void {
    if (!this.stopWaiting) return;
    this.stopWaiting();
    this.stopWaiting = null;
    this.connect();
  }

  close(): void {
    this.set("closed");
    this.stopWaiting?.();
    this.stopWaiting = null;
    this.socket?.close();
  }

  private connect(): void {
    if (this.state === "closed") return;
    const socket = this.around.open(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.set("live");
      for (const listener of this.listeners) this.ask(listener);
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.state === "closed") return;
      if (REFUSED.has(event.code)) return this.set("closed");
      this.set("reconnecting");
      const delay = DELAYS[Math.min(this.failures, DELAYS.length - 1)] as number;
      this.failures += 1;
      this.stopWaiting = this.around.later(delay * (0.75 + this.around.random() / 2), () => {
        this.stopWaiting = null;
        this.connect();
      });
    };
  }

  private receive(data: unknown): void {
    let message: LiveMessage;
    try {
      message = JSON.parse(String(data)) as LiveMessage;
    } catch {
      return;
    }
    for (const listener of [...this.listeners]) {
      if (listener.topic !== message.topic) continue;
      if (message.type !== "resync") listener.message(message);
      else void Promise.resolve(listener.resync?.()).catch(() => undefined).then(() => {
        if (this.listeners.has(listener) && this.state === "live") this.ask(listener);
      });
    }
  }

  private ask(listener: Listener): void {
    this.send({ type: "subscribe", topic: listener.topic, ...listener.resume() });
  }

  private send(message: Record<string, unknown>): void {
    this.socket?.send(JSON.stringify(message));
  }

  private set(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher(state);
  }
}

/** Events of one topic, each once and in order of id, whatever is sent twice after a break. */
export function eventListener(topic: string, after: number | null, handle: (event: EventMessage) => void, resync?: () => Promise<number | null>): Listener {
  let last = after;
  return {
    topic,
    resume: () => ({ after: last }),
    message(message) {
      if (message.type === "subscribed" && last === null && typeof message["last"] === "number") last = message["last"];
      if (message.type !== "event") return;
      const event = message as unknown as EventMessage;
      if (last !== null && event.id <= last) return;
      last = event.id;
      handle(event);
    },
    async resync() {
      last = resync ? await resync() : null;
    },
  };
}

export interface EventMessage { topic: string; id: number; kind: string; data: Record<string, unknown>; at?: string }
