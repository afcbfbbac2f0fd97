/** What the studio sends of a table (docs/contributing/DATA.md), and what its rows say of each column. Pure. */
export type Cell = string | null;
export interface TableRows { columns: { name: string; type: string }[]; rows: Cell[][]; total: number }

/** A line of JSON, then CSV in which every text is quoted and nothing at all is a missing value. */
export function readTable(text: string): TableRows {
  const cut = text.indexOf("\n");
  const head = JSON.parse(cut < 0 ? text : text.slice(0, cut)) as { columns: TableRows["columns"]; row_count: number; total_row_count?: number };
  return { columns: head.columns, rows: readRows(text, cut + 1, head.columns.length), total: head.total_row_count ?? head.row_count };
}

function readRows(text: string, from: number, width: number): Cell[][] {
  const rows: Cell[][] = [];
  if (width === 0 || from <= 0) return rows;
  let row: Cell[] = [];
  let at = from;
  while (at < text.length) {
    let cell: Cell;
    if (text[at] === '"') {
      cell = "";
      at += 1;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) { cell += text.slice(at); at = text.length; break; }
        cell += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
    } else {
      let end = at;
      while (end < text.length && text[end] !== "," && text[end] !== "\n") end += 1;
      cell = end === at ? null : text.slice(at, end).replace(/\r$/, "");
      at = end;
    }
    row.push(cell);
    const ended = text[at] !== ",";
    at += 1;
    if (!ended && at < text.length) continue;
    if (!ended) row.push(null);
    rows.push(row);
    row = [];
  }
  return rows;
}

export interface ColumnProfile {
  name: string; type: string; count: number; missing: number; distinct: number;
  numbers: { min: number; max: number; mean: number; deviation: number; median: number } | null;
  /** Equal parts of the range, or the most frequent values. */
  bars: { label: string; count: number }[];
}

const BINS = 12;
const NUMERIC: ReadonlySet<string> = new Set(["integer", "float"]);

export function profileOf(table: TableRows): ColumnProfile[] {
  return table.columns.map((column, index) => {
    const values = table.rows.map((row) => row[index] ?? null).filter((cell): cell is string => cell !== null);
    const about = { ...column, count: values.length, missing: table.rows.length - values.length, distinct: new Set(values).size };
    const numbers = NUMERIC.has(column.type) ? values.map(Number).filter(Number.isFinite) : [];
    return numbers.length ? { ...about, numbers: figures(numbers), bars: histogram(numbers) } : { ...about, numbers: null, bars: frequent(values) };
  });
}

function figures(numbers: readonly number[]) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, numbers.length - 1));
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 ? sorted[half] as number : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
  return { min: sorted[0] as number, max: sorted[sorted.length - 1] as number, mean, deviation, median };
}

function histogram(numbers: readonly number[]): ColumnProfile["bars"] {
  let [min, max] = [Infinity, -Infinity];
  for (const one of numbers) { if (one < min) min = one; if (one > max) max = one; }
  if (min === max) return [{ label: numberText(min), count: numbers.length }];
  const size = (max - min) / BINS;
  const bars = Array.from({ length: BINS }, (_, index) => ({ label: `${numberText(min + index * size)} to ${numberText(min + (index + 1) * size)}`, count: 0 }));
  for (const one of numbers) (bars[Math.min(BINS - 1, Math.floor((one - min) / size))] as { count: number }).count += 1;
  return bars;
}

function frequent(values: readonly string[]): ColumnProfile["bars"] {
  const counts = new Map<string, number>();
  for (const one of values) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, BINS).map(([label, count]) => ({ label, count }));
}

export const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : String(Number(value.toPrecision(4))));

/** A cell as a table shows it: not more digits than one reads, not more text than a row has room for. */
export function cellText(cell: string, type: string | undefined): string {
  if (type === "float" && /^-?\d+\.\d{5,}$/.test(cell)) return String(Number(Number(cell).toPrecision(6)));
  return cell.length > 60 ? `${cell.slice(0, 59)}…` : cell;
}

export interface ColumnComparison { name: string; what: "added" | "removed" | "same" | "changed"; words: string[] }

/** From another run's rows to these: columns, types, and figures that moved. */
export function compareTables(before: readonly ColumnProfile[], now: readonly ColumnProfile[]): ColumnComparison[] {
  const old = new Map(before.map((one) => [one.name, one]));
  const found: ColumnComparison[] = now.map((one) => {
    const was = old.get(one.name);
    if (!was) return { name: one.name, what: "added", words: [] };
    const words: string[] = [];
    if (was.type !== one.type) words.push(`${was.type} became ${one.type}`);
    if (was.missing !== one.missing) words.push(`missing ${was.missing} → ${one.missing}`);
    if (was.numbers && one.numbers && was.count === 1 && one.count === 1) {
      if (numberText(was.numbers.mean) !== numberText(one.numbers.mean)) words.push(`${numberText(was.numbers.mean)} → ${numberText(one.numbers.mean)}`);
    } else if (was.numbers && one.numbers) for (const key of ["mean", "min", "max"] as const) if (numberText(was.numbers[key]) !== numberText(one.numbers[key])) words.push(`${key} ${numberText(was.numbers[key])} → ${numberText(one.numbers[key])}`);
    if (!one.numbers && was.distinct !== one.distinct) words.push(`distinct ${was.distinct} → ${one.distinct}`);
    return { name: one.name, what: words.length ? "changed" : "same", words };
  });
  for (const one of before) if (!now.some((other) => other.name === one.name)) found.push({ name: one.name, what: "removed", words: [] });
  return found;
}
