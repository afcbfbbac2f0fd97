/** Search in the lines that are here, in slices, so that the page stays alive. */
import { stripAnsi } from "./ansi";
import { afterReturns, type LineStore } from "./lines";

const SLICE = 20_000;
export const MOST_HITS = 50_000;

export async function findLines(store: LineStore, wanted: string, signal: AbortSignal, found: (hits: number[], done: boolean) => void): Promise<void> {
  const needle = wanted.toLowerCase();
  const hits: number[] = [];
  for (let from = 0; from < store.count && hits.length < MOST_HITS; from += SLICE) {
    const to = Math.min(store.count, from + SLICE);
    for (let index = from; index < to; index += 1) if (plainLine(store, index).toLowerCase().includes(needle)) hits.push(index);
    if (to < store.count) {
      found(hits, false);
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) return;
    }
  }
  found(hits, true);
}

export const plainLine = (store: LineStore, index: number): string => stripAnsi(afterReturns(store.line(index)));

/** Splits text at each occurrence, for marking: [plain, hit, plain, hit, …]. */
export function splitHits(text: string, wanted: string): string[] {
  if (!wanted) return [text];
  const parts: string[] = [];
  const low = text.toLowerCase();
  const needle = wanted.toLowerCase();
  if (low.length !== text.length) return [text];
  let from = 0;
  for (let at = low.indexOf(needle); at >= 0; at = low.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length));
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}
