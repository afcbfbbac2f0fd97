/** Colours of a log line: SGR codes become styled pieces, every other escape sequence is dropped. */
export interface Piece { text: string; classes: string; color?: string; background?: string }

interface Style { fore: string | null; back: string | null; bold: boolean; dim: boolean; italic: boolean; underline: boolean; strike: boolean; inverse: boolean }

const PLAIN: Style = { fore: null, back: null, bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false };
// CSI sequences, OSC sequences up to BEL or ST, and two-character escapes.
// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b(?:\[([0-9;:?<=>]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_]|[ -/]+[0-~])/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function stripAnsi(text: string): string {
  return text.replace(ESCAPE, "").replace(CONTROL, "");
}

export function parseAnsi(text: string): Piece[] {
  if (!text.includes("\u001b")) return text === "" ? [] : [{ text: text.replace(CONTROL, ""), classes: "" }];
  const pieces: Piece[] = [];
  let style: Style = PLAIN;
  let from = 0;
  const push = (part: string) => {
    const shown = part.replace(CONTROL, "");
    if (shown) pieces.push({ text: shown, ...look(style) });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") style = sgr(style, match[1] ?? "");
  }
  push(text.slice(from));
  return pieces;
}

function sgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0));
  const next: Style = { ...style };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] as number;
    if (code === 0) Object.assign(next, PLAIN);
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code === 29) next.strike = false;
    else if (code >= 30 && code <= 37) next.fore = String(code - 30);
    else if (code >= 90 && code <= 97) next.fore = String(code - 82);
    else if (code === 39) next.fore = null;
    else if (code >= 40 && code <= 47) next.back = String(code - 40);
    else if (code >= 100 && code <= 107) next.back = String(code - 92);
    else if (code === 49) next.back = null;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(at + 1));
      at += used;
      if (colour) next[code === 38 ? "fore" : "back"] = colour;
    }
  }
  return next;
}

/** `5;n` or `2;r;g;b` after 38 or 48 -> colour, numbers used. */
function extended(codes: number[]): [string | null, number] {
  if (codes[0] === 5) return [palette(codes[1] ?? 0), 2];
  if (codes[0] === 2) return [`rgb(${codes.slice(1, 4).map((part) => Math.min(255, part || 0)).join(" ")})`, 4];
  return [null, 0];
}

function palette(index: number): string {
  if (index < 16) return String(index);
  if (index >= 232) {
    const grey = 8 + (Math.min(index, 255) - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (part: number) => (part ? 55 + part * 40 : 0);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}

function look(style: Style): Omit<Piece, "text"> {
  const classes: string[] = [];
  const piece: Omit<Piece, "text"> = { classes: "" };
  const [fore, back] = style.inverse ? [style.back ?? "inverse", style.fore ?? "inverse"] : [style.fore, style.back];
  if (fore?.startsWith("rgb")) piece.color = fore;
  else if (fore) classes.push(`ansi-${fore}`);
  if (back?.startsWith("rgb")) piece.background = back;
  else if (back) classes.push(`ansi-bg-${back}`);
  for (const name of ["bold", "dim", "italic", "underline", "strike"] as const) if (style[name]) classes.push(`ansi-${name}`);
  piece.classes = classes.join(" ");
  return piece;
}
