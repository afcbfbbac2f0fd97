/** Where a log's bytes come from: ranges over HTTP, then the socket or polling for what is added. */
export interface Piece { bytes: Uint8Array; size: number; next: number; complete: boolean }

/** The bytes of a long log that the server no longer has; a read at `start` gives one line instead. */
export interface Cut { start: number; end: number }

export class LogSource {
  cut: Cut | null = null;

  constructor(private readonly url: string, private readonly attempt: string) {}

  address(parameters: Record<string, string | number> = {}): string {
    const url = new URL(this.url, location.href);
    if (this.attempt) url.searchParams.set("attempt", this.attempt);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return url.href;
  }

  async read(offset: number, limit: number, signal: AbortSignal): Promise<Piece> {
    const answer = await fetch(this.address({ offset, limit }), { credentials: "same-origin", signal });
    if (answer.status === 404) return { bytes: new Uint8Array(0), size: 0, next: offset, complete: false };
    if (!answer.ok) throw new Error(`The log could not be read: the server answered ${answer.status}.`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const ends = /^(\d+)-(\d+)$/.exec(answer.headers.get("X-Forebay-Log-Cut") ?? "");
    if (ends) this.cut = { start: Number(ends[1]), end: Number(ends[2]) };
    const next = number(answer.headers.get("X-Forebay-Log-Next"), offset + bytes.length);
    const size = number(answer.headers.get("X-Forebay-Log-Size"), next);
    return { bytes, size, next, complete: answer.headers.get("X-Forebay-Log-Complete") === "1" };
  }

  /** A stretch that is there for sure, in pieces of what the server gives at once, side by side. */
  async readAll(from: number, to: number, most: number, signal: AbortSignal): Promise<Uint8Array> {
    const offsets = Array.from({ length: Math.ceil((to - from) / most) }, (_, index) => from + index * most);
    const pieces = await Promise.all(offsets.map((offset) => this.read(offset, Math.min(most, to - offset), signal)));
    const whole = new Uint8Array(to - from);
    pieces.forEach(({ bytes }, index) => {
      const at = (offsets[index] as number) - from;
      if (bytes.length !== Math.min(most, to - from - at)) throw new Error("A part of the log could not be read.");
      whole.set(bytes, at);
    });
    return whole;
  }
}

const number = (text: string | null, otherwise: number): number => (text === null || text === "" || Number.isNaN(Number(text)) ? otherwise : Number(text));
