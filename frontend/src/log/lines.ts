/**
 * The bytes of a log that are here: a stretch that grows at both ends, cut into lines on demand.
 * Memory is the bytes plus four bytes a line; text is decoded only for what is shown or searched.
 */
const NEWLINE = 10;
/** Small appended pieces are joined up to this size. */
const JOIN = 256 * 1024;

interface Block { bytes: Uint8Array; starts: Uint32Array; count: number; used: number }

export class LineStore {
  /** Offsets in the file of the first and one past the last byte held. */
  start: number;
  end: number;
  private blocks: Block[] = [];
  private sums: number[] = [];
  private head: Uint8Array = new Uint8Array(0); // before the first line break, when the file begins earlier
  private tail: Uint8Array = new Uint8Array(0); // after the last line break
  private readonly decoder = new TextDecoder("utf-8");
  private opened: boolean; // the first full line's beginning is known

  constructor(at = 0) {
    this.opened = at === 0;
    this.start = at;
    this.end = at;
  }

  get whole(): boolean {
    return this.start === 0;
  }

  /** Lines that are known in full, and the unfinished last one. */
  get count(): number {
    return this.complete + (this.tail.length ? 1 : 0);
  }

  private get complete(): number {
    return this.sums.length ? (this.sums[this.sums.length - 1] as number) : 0;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.end += bytes.length;
    let fresh = bytes;
    if (!this.opened) {
      const cut = fresh.indexOf(NEWLINE);
      if (cut < 0) {
        this.head = join(this.head, fresh);
        return;
      }
      this.head = join(this.head, fresh.subarray(0, cut + 1));
      this.opened = true;
      fresh = fresh.subarray(cut + 1);
    }
    const last = fresh.lastIndexOf(NEWLINE);
    if (last < 0) this.tail = join(this.tail, fresh);
    else {
      const full = join(this.tail, fresh.subarray(0, last + 1));
      this.tail = fresh.slice(last + 1);
      const before = this.blocks[this.blocks.length - 1];
      if (before && before.used + full.length < JOIN) this.blocks[this.blocks.length - 1] = block(join(before.bytes, full));
      else this.blocks.push(block(full));
    }
    this.sum();
  }

  /** What was appended last stands for all bytes up to here. */
  skipTo(offset: number): void {
    this.end = Math.max(this.end, offset);
  }

  /** What was put in front last stands for all bytes from here. */
  skipBackTo(offset: number): void {
    this.start = Math.max(0, Math.min(this.start, offset));
  }

  /** Adds what stands directly before the bytes held; returns how many lines came in front. */
  prepend(bytes: Uint8Array): number {
    if (bytes.length === 0 || this.start === 0) return 0;
    const before = this.complete;
    this.start = Math.max(0, this.start - bytes.length);
    const all = join(bytes, this.head);
    this.head = new Uint8Array(0);
    const cut = this.whole ? 0 : all.indexOf(NEWLINE) + 1;
    if (cut === 0 && !this.whole) {
      this.head = all;
      return 0;
    }
    this.opened = true;
    this.head = all.slice(0, cut);
    const last = all.lastIndexOf(NEWLINE);
    const full = all.slice(cut, last + 1);
    const rest = all.slice(Math.max(last + 1, cut));
    if (rest.length) this.tail = join(rest, this.tail); // only when nothing held had a line break
    if (full.length) this.blocks.unshift(block(full));
    this.sum();
    return this.complete - before;
  }

  /** The text of a line, colour codes included, without its line break. */
  line(index: number): string {
    if (index >= this.complete) return index === this.complete ? this.text(this.tail) : "";
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] as number) > index) high = middle;
      else low = middle + 1;
    }
    const at = this.blocks[low] as Block;
    const local = index - (low ? (this.sums[low - 1] as number) : 0);
    const from = at.starts[local] as number;
    const to = local + 1 < at.count ? (at.starts[local + 1] as number) : at.used;
    return this.text(at.bytes.subarray(from, to - 1));
  }

  private text(bytes: Uint8Array): string {
    return this.decoder.decode(bytes);
  }

  private sum(): void {
    let total = 0;
    this.sums = this.blocks.map((one) => (total += one.count));
  }
}

function block(bytes: Uint8Array): Block {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  const starts = new Uint32Array(count);
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    starts[index] = from;
    from = bytes.indexOf(NEWLINE, from) + 1;
  }
  return { bytes, starts, count, used: bytes.length };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b.slice();
  if (b.length === 0) return a;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** What a terminal would leave of a line that was overwritten after carriage returns (progress bars). */
export function afterReturns(line: string): string {
  if (!line.includes("\r")) return line;
  const parts = line.split("\r").filter((part) => part !== "");
  return parts[parts.length - 1] ?? "";
}

/**
 * Scrolling in a list taller than browsers allow: the scroll bar is scaled. `first` is the first visible row (with a fraction).
 * The scale counts from the last scroll position, so that the last rows can be reached.
 */
export interface Scale { height: number; first(scrollTop: number): number; top(row: number): number }

export const HEIGHT_CAP = 8_000_000;

export function scrollScale(rows: number, rowHeight: number, view: number, cap = HEIGHT_CAP): Scale {
  const natural = rows * rowHeight;
  const height = Math.min(natural, cap);
  const factor = natural <= cap || height <= view ? 1 : (natural - view) / (height - view);
  return {
    height,
    first: (scrollTop) => Math.max(0, (scrollTop * factor) / rowHeight),
    top: (row) => Math.max(0, (row * rowHeight) / factor),
  };
}
