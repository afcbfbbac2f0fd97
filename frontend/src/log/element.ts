/** <forebay-log>: shows a log of any size, follows it while it grows. Attributes are in README.md. */
import type { LiveMessage } from "../live/client";
import { pageLive } from "../live/page";
import { LineStore } from "./lines";
import { findLines, MOST_HITS } from "./search";
import { LogSource } from "./source";
import { buildTools, type LogTools } from "./tools";
import { LogRows } from "./view";

const FIRST = 1024 * 1024;
const PIECE = 4 * FIRST;
/** Loaded without being asked; earlier parts follow when one scrolls up to them. */
const EAGER = 48 * FIRST;
/** A search reads this much of a log's end before it looks. */
const SEARCHED = 512 * FIRST;
const POLL = 1500;

class ForebayLog extends HTMLElement {
  static readonly observedAttributes = ["src", "attempt"];
  private tools!: LogTools;
  private rows!: LogRows;
  private store = new LineStore();
  private source!: LogSource;
  private abort = new AbortController();
  private searching = new AbortController();
  private hits: number[] = [];
  private hit = -1;
  private size = 0;
  private ended = false;
  private follow = true;
  private frame = 0;
  private reading: Promise<void> | null = null;
  private earlier: Promise<void> | null = null;
  private opened = false;
  private reaching = false;

  connectedCallback(): void {
    if (!this.tools) this.build();
    this.start();
  }

  disconnectedCallback(): void {
    this.abort.abort();
  }

  attributeChangedCallback(_: string, before: string | null, after: string | null): void {
    if (this.tools && this.isConnected && before !== null && before !== after) this.start();
  }

  private build(): void {
    this.tools = buildTools(this);
    const { view, search, wrap, follow, next, previous } = this.tools;
    this.rows = new LogRows(view, this.store);
    view.addEventListener("scroll", () => {
      this.setFollow(this.rows.atEnd);
      this.draw();
      if (this.rows.first < 400) void this.loadEarlier(this.store.end - this.store.start + PIECE);
    }, { passive: true });
    view.addEventListener("click", (event) => this.clickLine(event));
    new ResizeObserver(() => this.changed()).observe(view);
    follow.addEventListener("click", () => {
      this.setFollow(!this.follow);
      if (this.follow) this.rows.toEnd();
    });
    wrap.addEventListener("click", () => this.setWrap(!this.rows.wrap));
    search.addEventListener("input", () => this.find());
    next.addEventListener("click", () => this.walk(1));
    previous.addEventListener("click", () => this.walk(-1));
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.walk(event.shiftKey ? -1 : 1);
      if (event.key === "Escape" && search.value) {
        event.preventDefault();
        event.stopPropagation();
        search.value = "";
        this.find();
      }
    });
    this.addEventListener("keydown", (event) => {
      const wanted = ((event.ctrlKey || event.metaKey) && event.key === "f") || (event.key === "/" && event.target === view);
      if (!wanted) return;
      event.preventDefault();
      search.select();
    });
    this.setWrap(stored("forebay.log.wrap") === "1");
  }

  private start(): void {
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.store = new LineStore();
    this.rows.use(this.store);
    this.source = new LogSource(this.getAttribute("src") ?? "", this.getAttribute("attempt") ?? "");
    this.ended = this.opened = false;
    this.size = 0;
    this.reading = this.earlier = null;
    this.tools.download.href = this.source.address({ download: 1 });
    this.tools.download.download = this.getAttribute("filename") || "log.txt";
    const target = this.targetLine();
    this.setFollow(target === null);
    window.addEventListener("hashchange", () => void this.goTo(this.targetLine()), { signal });
    void this.open(signal, target);
  }

  private async open(signal: AbortSignal, target: number | null): Promise<void> {
    try {
      let piece = await this.source.read(0, FIRST, signal);
      if (piece.size > piece.next) {
        const from = Math.max(0, piece.size - FIRST, this.source.cut?.end ?? 0);
        piece = await this.source.read(from, FIRST, signal);
        this.store = new LineStore(from);
        this.rows.use(this.store);
      }
      this.take(piece.bytes, piece.size);
      this.opened = true;
      if (this.tools.search.value) this.find(); // typed before the first line was here
      await this.goTo(target);
      if (piece.complete || this.hasAttribute("final")) this.finish();
      else this.listen(signal);
      await this.loadEarlier(EAGER);
    } catch (error) {
      if (signal.aborted) return;
      this.tools.say(error instanceof Error ? error.message : String(error), true);
      this.listen(signal);
    }
  }

  /** What the socket calls this log: an environment's build, or an attempt of a step. */
  private get topic(): string {
    const step = this.getAttribute("step");
    return this.getAttribute("topic") ?? (step ? `log:${step}:${this.getAttribute("attempt") ?? "1"}` : "");
  }

  /** The socket when it is there, otherwise asking again and again. */
  private listen(signal: AbortSignal): void {
    const live = pageLive(this.getAttribute("live") ?? document.body.dataset["liveUrl"] ?? "");
    const topic = this.topic;
    const stop = topic ? live?.subscribe({
      topic,
      resume: () => ({ offset: this.store.end }),
      message: (message) => this.receive(message),
      resync: () => this.readOn(signal),
    }) : undefined;
    let polls = 0;
    const poll = setInterval(() => {
      polls += 1;
      const helped = stop && live?.state === "live";
      if (!document.hidden && (!helped || polls % 8 === 0)) void this.readOn(signal);
    }, POLL);
    const end = () => {
      clearInterval(poll);
      stop?.();
    };
    signal.addEventListener("abort", end);
    this.addEventListener("forebay:log-end", end, { signal, once: true });
  }

  private receive(message: LiveMessage): void {
    const { signal } = this.abort;
    if (message.type === "log_end") {
      void this.readOn(signal).then(() => this.finish());
    } else if (message.type === "log") {
      const { offset, next, text } = message as unknown as { offset: number; next: number; text: string };
      const bytes = new TextEncoder().encode(text);
      if (!this.reading && offset === this.store.end && bytes.length === next - offset) this.take(bytes, next);
      else if (next > this.store.end) void this.readOn(signal);
    }
  }

  /** Reads from what is here to the end, one reader at a time. */
  private readOn(signal: AbortSignal): Promise<void> {
    this.reading ??= (async () => {
      try {
        for (;;) {
          const piece = await this.source.read(this.store.end, PIECE, signal);
          this.take(piece.bytes, piece.size, piece.next);
          if (piece.bytes.length === 0 || piece.next >= piece.size) {
            if (piece.complete) this.finish();
            return;
          }
        }
      } catch (error) {
        if (!signal.aborted) this.tools.say(error instanceof Error ? error.message : String(error), true);
      } finally {
        this.reading = null;
      }
    })();
    return this.reading;
  }

  /** Loads towards the beginning until `wanted` bytes are here. */
  private loadEarlier(wanted: number): Promise<void> {
    const { signal } = this.abort;
    if (this.store.whole || this.store.end - this.store.start >= wanted) return Promise.resolve();
    this.earlier ??= (async () => {
      const store = this.store;
      try {
        while (!store.whole && store.end - store.start < wanted && !signal.aborted) {
          const { bytes, from } = await this.readBefore(store.start, signal);
          const following = this.follow;
          this.rows.shifted(store.prepend(bytes));
          store.skipBackTo(from);
          if (following) this.rows.toEnd();
          this.setFollow(following);
          this.changed();
          this.tell();
        }
        if (this.tools.search.value && !this.reaching) this.find();
      } catch (error) {
        if (!signal.aborted) this.tools.say(String(error), true);
      } finally {
        this.earlier = null;
      }
    })();
    return this.earlier;
  }

  /** What stands before an offset: bytes, or the line in place of what was cut out of a long log. */
  private async readBefore(end: number, signal: AbortSignal): Promise<{ bytes: Uint8Array; from: number }> {
    const { cut } = this.source;
    if (cut && end > cut.start && end <= cut.end) return { bytes: (await this.source.read(cut.start, FIRST, signal)).bytes, from: cut.start };
    const from = Math.max(0, end - PIECE, cut && end > cut.end ? cut.end : 0);
    return { bytes: await this.source.readAll(from, end, FIRST, signal), from };
  }

  private take(bytes: Uint8Array, size: number, next = 0): void {
    this.store.append(bytes);
    this.store.skipTo(next);
    this.size = Math.max(this.size, size, this.store.end);
    if (bytes.length) this.changed();
    this.tell();
    if (bytes.length && this.opened) this.dispatchEvent(new CustomEvent("forebay:log-news", { bubbles: true }));
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.tell();
    this.dispatchEvent(new CustomEvent("forebay:log-end", { bubbles: true }));
  }

  private changed(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.rows.resize();
      if (this.follow) this.rows.toEnd();
      this.rows.draw();
    });
  }

  private draw(): void {
    this.rows.draw();
  }

  private tell(): void {
    const { count, whole } = this.store;
    const lines = whole ? `${count.toLocaleString()} ${count === 1 ? "line" : "lines"}` : `last ${bytesText(this.store.end - this.store.start)} of ${bytesText(this.size)}`;
    this.tools.view.dataset["empty"] = count > 0 ? "" : this.ended ? "Nothing was printed." : "Waiting for the first line…";
    this.tools.say(count ? lines : "");
  }

  private setFollow(follow: boolean): void {
    this.follow = follow;
    this.tools.follow.setAttribute("aria-pressed", String(follow));
  }

  private setWrap(wrap: boolean): void {
    this.rows.wrap = wrap;
    this.tools.wrap.setAttribute("aria-pressed", String(wrap));
    this.tools.view.classList.toggle("is-wrapped", wrap);
    remember("forebay.log.wrap", wrap ? "1" : "0");
    this.rows.clear();
    this.changed();
  }

  private find(): void {
    this.searching.abort();
    this.searching = new AbortController();
    const { signal } = this.searching;
    const wanted = this.tools.search.value;
    this.tools.next.hidden = this.tools.previous.hidden = !wanted;
    this.rows.needle = wanted;
    this.hits = [];
    this.hit = -1;
    this.rows.clear();
    this.changed();
    this.tools.hits.textContent = "";
    if (!wanted) return;
    setTimeout(() => void this.search(wanted, signal), 120);
  }

  private async search(wanted: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.opened) return;
    if (!this.store.whole) {
      this.tools.hits.textContent = "Reading the whole log…";
      this.reaching = true;
      await this.earlier;
      await this.loadEarlier(SEARCHED);
      this.reaching = false;
      if (signal.aborted) return;
    }
    await findLines(this.store, wanted, signal, (hits, done) => {
      this.hits = hits;
      if (this.hit < 0 && hits.length) this.goHit(Math.max(0, hits.findIndex((line) => line >= Math.floor(this.rows.first))));
      else this.tellHits(done);
    });
  }

  // Not `step`: React sets a property of that name instead of the attribute.
  private walk(by: number): void {
    if (this.hits.length) this.goHit((this.hit + by + this.hits.length) % this.hits.length);
  }

  private goHit(index: number): void {
    this.hit = index;
    this.rows.marked = this.hits[index] ?? -1;
    this.setFollow(false);
    this.rows.resize();
    this.rows.show(this.rows.marked);
    this.rows.draw();
    this.tellHits(true);
  }

  private tellHits(done: boolean): void {
    const total = this.hits.length >= MOST_HITS ? `${MOST_HITS.toLocaleString()}+` : this.hits.length.toLocaleString();
    const part = this.store.whole ? "" : " in the loaded part";
    this.tools.hits.textContent = this.hits.length ? `${(this.hit + 1).toLocaleString()} of ${total}${part}` : done ? `No line found${part}` : "Searching…";
  }

  private clickLine(event: Event): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.log-number");
    if (!link) return;
    event.preventDefault();
    const url = new URL(location.href);
    url.hash = new URL(link.href).hash;
    history.replaceState(history.state, "", url);
    void this.goTo(this.targetLine());
  }

  private targetLine(): number | null {
    const asked = /^#L(\d+)/.exec(location.hash)?.[1] ?? this.getAttribute("line");
    return asked ? Math.max(1, Number(asked)) : null;
  }

  private async goTo(line: number | null): Promise<void> {
    if (line === null) return;
    if (!this.store.whole) await this.loadEarlier(Infinity);
    this.setFollow(false);
    this.rows.marked = line - 1;
    this.rows.resize();
    this.rows.show(line - 1);
    this.rows.draw();
  }
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < 2; unit += 1) value /= 1024;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

function stored(key: string): string | null {
  try { return localStorage.getItem(key); } catch { return null; }
}
function remember(key: string, value: string): void {
  try { localStorage.setItem(key, value); } catch { /* private window */ }
}

export function defineLog(): void {
  if (!customElements.get("forebay-log")) customElements.define("forebay-log", ForebayLog);
}
