/** CSV text <-> rows for the small grid, and what a spreadsheet puts on the clipboard. Pure. */
export const MOST_CELLS = 5000;

export function readCsv(text: string, separator = ","): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  let some = false; // "" is a cell too
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; }
      else quoted = false;
    } else if (letter === '"' && cell === "") quoted = some = true;
    else if (letter === separator) { row.push(cell); cell = ""; }
    else if (letter === "\n" || letter === "\r") {
      if (letter === "\r" && text[at + 1] === "\n") at += 1;
      row.push(cell);
      rows.push(row);
      row = [];
      cell = "";
      some = false;
    } else cell += letter;
  }
  if (cell !== "" || row.length || some) rows.push([...row, cell]);
  return rows;
}

export function writeCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\n\r]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text);
  // A line of one empty cell would be no line.
  return rows.map((row) => row.map(cell).join(",") || '""').join("\n");
}

/** Rows of one width. */
export function squared(rows: readonly (readonly string[])[]): string[][] {
  const width = Math.max(1, ...rows.map((row) => row.length));
  return rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? ""));
}

/** What was pasted as cells: tabs of a spreadsheet, else CSV of several cells; null when it is one plain text. */
export function pastedCells(text: string): string[][] | null {
  const clean = text.replace(/\r?\n$/, "");
  if (clean.includes("\t")) return readCsv(clean, "\t");
  const rows = readCsv(clean);
  return rows.length > 1 || (rows[0]?.length ?? 0) > 1 ? rows : null;
}

/** The grid with cells put in from (row, column) on; it grows where it must. */
export function withCells(rows: readonly (readonly string[])[], row: number, column: number, cells: readonly (readonly string[])[]): string[][] {
  const grown = squared([...rows.map((one) => [...one]), ...Array.from({ length: Math.max(0, row + cells.length - rows.length) }, () => [""])]);
  const width = Math.max(grown[0]?.length ?? 1, column + Math.max(...cells.map((one) => one.length)));
  const wide = grown.map((one) => Array.from({ length: width }, (_, index) => one[index] ?? ""));
  cells.forEach((line, down) => line.forEach((text, right) => {
    const target = wide[row + down];
    if (target) target[column + right] = text;
  }));
  return wide;
}
