/** Finding a module by a few letters: in its name first, then in its group and description. Pure. */

export interface Match { score: number; ranges: readonly [number, number][] }
export interface Searchable { name: string; description: string; group: string }

/** Null: it does not fit. Higher is better; `ranges` are what to mark in the name. */
export function match(query: string, what: Searchable): Match | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { score: 0, ranges: [] };
  let score = 0;
  const ranges: [number, number][] = [];
  for (const word of words) {
    const found = oneWord(word, what);
    if (!found) return null;
    score += found.score;
    ranges.push(...found.ranges);
  }
  if (what.name.toLowerCase().startsWith(words.join(" "))) score += 40;
  return { score: score - what.name.length / 100, ranges: joined(ranges) };
}

function oneWord(word: string, what: Searchable): Match | null {
  const name = what.name.toLowerCase();
  const at = name.indexOf(word);
  if (at === 0) return { score: 100, ranges: [[0, word.length]] };
  const begin = beginningAt(name, word);
  if (begin >= 0) return { score: 80, ranges: [[begin, begin + word.length]] };
  const initials = initialsOf(name, word);
  if (initials) return { score: 70, ranges: initials };
  if (at > 0) return { score: 60, ranges: [[at, at + word.length]] };
  if (what.group.toLowerCase().includes(word)) return { score: 40, ranges: [] };
  if (word.length > 2 && what.description.toLowerCase().includes(word)) return { score: 30, ranges: [] };
  const letters = word.length > 2 ? inOrder(name, word) : null;
  return letters && { score: 20, ranges: letters };
}

/** Where a word of the name begins with these letters. */
function beginningAt(name: string, word: string): number {
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    if (/[^a-z0-9]/.test(name[at - 1] ?? " ")) return at;
  }
  return -1;
}

/** "tcdf" in "Two-Class Decision Forest". */
function initialsOf(name: string, word: string): [number, number][] | null {
  const begins = [...name.matchAll(/[a-z0-9]+/g)].map((one) => one.index);
  if (word.length < 2 || word.length > begins.length) return null;
  const ranges: [number, number][] = [];
  let next = 0;
  for (const letter of word) {
    while (next < begins.length && name[begins[next] as number] !== letter) next += 1;
    const at = begins[next];
    if (at === undefined) return null;
    ranges.push([at, at + 1]);
    next += 1;
  }
  return ranges;
}

/** All letters in order and close together: a slip of the finger, not any name that has them somewhere. */
function inOrder(name: string, word: string): [number, number][] | null {
  const ranges: [number, number][] = [];
  let at = -1;
  for (const letter of word) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0 || (at >= 0 && next - at > 4)) return null;
    ranges.push([next, next + 1]);
    at = next;
  }
  return ranges;
}

function joined(ranges: [number, number][]): [number, number][] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const whole: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = whole[whole.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else whole.push([from, to]);
  }
  return whole;
}
