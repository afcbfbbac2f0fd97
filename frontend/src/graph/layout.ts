/** Where cards stand: a request for Graphviz and its plain answer (layers.ts when it cannot run); very wide ranks are folded. */
import { ORDER_PORT, type Card, type GraphModel } from "./model";

export interface Point { x: number; y: number }
/** Upper left corners, by card id. */
export type Positions = Record<string, Point>;
/** Where a wire runs, by wire id: a start, then three points for each Bézier piece. */
export type Routes = Record<string, Point[]>;
export interface LayoutRequest { dot: string; ids: string[] }

const INCH = 72;
export const GAP_X = 36;
export const GAP_Y = 64;
/** A wire this long passes a rank of cards on its way. */
const SKIPS = GAP_Y * 2.4;
/** Ranks with more cards than this are folded into several rows. */
const WIDE_RANK = 20;
const LEAST_COLUMNS = 8;
const MOST_COLUMNS = 24;

/** DOT with numbered nodes (user text never enters it) and the ports in order, so wires cross less. */
export function layoutRequest(model: GraphModel): LayoutRequest {
  const ids = model.cards.map((card) => card.id);
  const number = new Map(ids.map((id, index) => [id, index]));
  const lines = [
    "digraph g {",
    `graph [rankdir=TB, nodesep=${inches(GAP_X)}, ranksep=${inches(GAP_Y)}, splines=true, outputorder=nodesfirst];`,
    'node [shape=record, fixedsize=true, fontsize=1, margin=0];',
    "edge [dir=none];",
  ];
  model.cards.forEach((card, index) => {
    lines.push(`n${index} [width=${inches(card.width)}, height=${inches(card.height)}, label="{${fields("i", card.inputs.length)}|${fields("o", card.outputs.length)}}"];`);
  });
  model.wires.forEach((wire, index) => {
    const source = model.byId.get(wire.source);
    const target = model.byId.get(wire.target);
    if (!source || !target) return;
    // The colour comes back in the answer and so tells which wire a line is.
    lines.push(`n${number.get(wire.source)}${port("o", source, wire.sourcePort)} -> n${number.get(wire.target)}${port("i", target, wire.targetPort)} [color=e${index}];`);
  });
  lines.push("}");
  return { dot: lines.join("\n"), ids };
}

const inches = (pixels: number): string => (pixels / INCH).toFixed(3);
const fields = (side: string, count: number): string => (count ? `{${Array.from({ length: count }, (_, i) => `<${side}${i}> `).join("|")}}` : " ");

function port(side: "i" | "o", card: Card, id: string): string {
  if (id === ORDER_PORT) return "";
  const index = (side === "i" ? card.inputs : card.outputs).findIndex((one) => one.id === id);
  return index < 0 ? "" : `:${side}${index}:${side === "i" ? "n" : "s"}`;
}

/** Reads `dot -Tplain`: inches, y upwards, centres -> pixels, y downwards, upper left corners. */
export function readPlain(plain: string, ids: readonly string[]): Positions {
  const positions: Positions = {};
  let height = 0;
  for (const line of plain.split("\n")) {
    const words = line.split(" ");
    if (words[0] === "graph") height = Number(words[3]);
    if (words[0] !== "node") continue;
    const id = ids[Number(words[1]?.slice(1))];
    const [x, y, w, h] = words.slice(2, 6).map(Number);
    if (id === undefined || x === undefined || y === undefined || w === undefined || h === undefined) continue;
    positions[id] = { x: Math.round((x - w / 2) * INCH), y: Math.round((height - y - h / 2) * INCH) };
  }
  const missing = ids.filter((id) => !positions[id]);
  if (missing.length) throw new Error(`The layout has no place for ${missing.length} of ${ids.length} nodes.`);
  return positions;
}

/** The wires of `dot -Tplain`, led around the cards that lie between their ends. */
export function readRoutes(plain: string, model: GraphModel): Routes {
  const routes: Routes = {};
  let height = 0;
  for (const line of plain.split("\n")) {
    const words = line.split(" ");
    if (words[0] === "graph") height = Number(words[3]);
    if (words[0] !== "edge") continue;
    const wire = model.wires[Number(words[words.length - 1]?.slice(1))];
    const count = Number(words[3]);
    const numbers = words.slice(4, 4 + 2 * count).map(Number);
    if (!wire || count < 4 || count % 3 !== 1 || numbers.some(Number.isNaN)) continue;
    const route = Array.from({ length: count }, (_, i) => ({ x: (numbers[2 * i] as number) * INCH, y: (height - (numbers[2 * i + 1] as number)) * INCH }));
    const drop = (route[count - 1] as Point).y - (route[0] as Point).y;
    if (drop > SKIPS) routes[wire.id] = route; // to the next rank a plain curve is the calmer one
  }
  return routes;
}

/** An SVG path along a route, its ends moved to where the ports are drawn. */
export function routePath(route: readonly Point[], from: Point, to: Point): string {
  const last = route.length - 1;
  const first = route[0] as Point;
  const end = route[last] as Point;
  const points = route.map((point, index): Point => {
    if (index <= 1) return { x: point.x + from.x - first.x, y: point.y + from.y - first.y };
    if (index >= last - 1) return { x: point.x + to.x - end.x, y: point.y + to.y - end.y };
    return point;
  });
  const text = points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`);
  return `M${text[0]}C${text.slice(1).join(" ")}`;
}

/** Folds very wide ranks (a sweep of hundreds of steps) into a block of rows, so that the picture stays readable. */
export function foldWideRanks(model: GraphModel, positions: Positions): Positions {
  const ranks = new Map<number, Card[]>();
  for (const card of model.cards) {
    const place = positions[card.id];
    if (!place) continue;
    const middle = Math.round((place.y + card.height / 2) / 8);
    ranks.set(middle, [...(ranks.get(middle) ?? []), card]);
  }
  const widest = Math.max(0, ...[...ranks.values()].map((rank) => rank.length));
  if (widest <= WIDE_RANK) return positions;
  const most = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Math.ceil(Math.sqrt(widest * 1.2))));
  const xs = Object.values(positions).map((place) => place.x);
  const left = Math.min(...xs);
  const span = Math.max(1, Math.max(...xs) - left);
  const pitch = Math.max(...model.cards.map((card) => card.width)) + GAP_X;
  const width = pitch * (most - 1);
  const folded: Positions = {};
  let y = 0;
  for (const [, rank] of [...ranks].sort(([a], [b]) => a - b)) {
    const ordered = rank.sort((a, b) => (positions[a.id]?.x ?? 0) - (positions[b.id]?.x ?? 0));
    const rows = Math.ceil(ordered.length / most);
    const tall = Math.max(...ordered.map((card) => card.height));
    let free = -Infinity;
    const columns = Math.ceil(ordered.length / rows);
    ordered.forEach((card, index) => {
      const row = index % rows;
      const column = Math.floor(index / rows);
      let x = rows > 1 ? (column + (most - columns) / 2) * pitch : (((positions[card.id]?.x ?? 0) - left) / span) * width;
      if (rows === 1) {
        x = Math.max(x, free);
        free = x + pitch;
      }
      folded[card.id] = { x: Math.round(x), y: y + row * (tall + GAP_Y / 2) };
    });
    y += rows * (tall + GAP_Y / 2) + GAP_Y / 2;
  }
  return folded;
}
