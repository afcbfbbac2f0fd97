/**
 * Places without Graphviz: ranks by the longest path, wires that pass a rank go between its cards, few crossings, and each card
 * near the middle of what it is wired with. At once for a thousand cards, never fails, the same for the same graph.
 */
import { GAP_X, GAP_Y, type Positions } from "./layout";
import { ORDER_PORT, portShare, type Card, type GraphModel, type Port } from "./model";

/** Where a wire passes a rank: as wide as the room that it needs. */
const LANE = 12;
const MOST_LANES = 6000;
const ORDERINGS = 8;
const STRAIGHTENINGS = 12;
/** What is more than a rank long is kept straight first, or it would run below the cards that it passes. */
const WEIGHTS = [1, 20, 20] as const;

interface Spot { card: Card | null; width: number; up: Link[]; down: Link[]; x: number }
/** `shift`: how far from the middle of `to` the middle of the other spot is when the wire between their ports is straight. */
interface Link { to: Spot; shift: number; weight: number }
type Rows = Spot[][];

export function layeredLayout(model: GraphModel): Positions {
  const rows = rowsOf(model, ranksOf(model));
  for (let round = 0; round < ORDERINGS; round += 1) order(rows, round % 2 === 0);
  for (const row of rows) pack(row);
  for (let round = 0; round < STRAIGHTENINGS; round += 1) straighten(rows, round % 2 === 0, round >= STRAIGHTENINGS - 4);
  const left = Math.min(0, ...rows.flatMap((row) => row.filter((spot) => spot.card).map((spot) => spot.x - spot.width / 2)));
  const positions: Positions = {};
  let y = 0;
  for (const row of rows) {
    const cards = row.flatMap(({ card, x }) => (card ? [{ card, x }] : []));
    const tall = Math.max(0, ...cards.map(({ card }) => card.height));
    for (const { card, x } of cards) positions[card.id] = { x: Math.round(x - card.width / 2 - left), y: y + Math.round((tall - card.height) / 2) };
    if (tall) y += tall + GAP_Y;
  }
  return positions;
}

/** As far down as what feeds it says; what nothing feeds stands just above its first reader. Cards of a cycle stay on top. */
function ranksOf(model: GraphModel): Map<string, number> {
  const waiting = new Map(model.cards.map((card) => [card.id, 0]));
  const next = new Map<string, string[]>();
  for (const { source, target } of model.wires) {
    if (source === target || !waiting.has(source) || !waiting.has(target)) continue;
    waiting.set(target, (waiting.get(target) ?? 0) + 1);
    const list = next.get(source);
    if (list) list.push(target);
    else next.set(source, [target]);
  }
  const fed = new Set([...waiting].filter(([, count]) => count > 0).map(([id]) => id));
  const ranks = new Map(model.cards.map((card) => [card.id, 0]));
  const ready = model.cards.map((card) => card.id).filter((id) => !fed.has(id));
  for (const id of ready) { // it grows meanwhile
    for (const target of next.get(id) ?? []) {
      ranks.set(target, Math.max(ranks.get(target) ?? 0, (ranks.get(id) ?? 0) + 1));
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  for (const [id, targets] of next) if (!fed.has(id)) ranks.set(id, Math.max(0, Math.min(...targets.map((target) => ranks.get(target) ?? 0)) - 1));
  return ranks;
}

function rowsOf(model: GraphModel, ranks: ReadonlyMap<string, number>): Rows {
  const rows: Rows = Array.from({ length: Math.max(0, ...ranks.values()) + 1 }, () => []);
  const spots = new Map<string, Spot>();
  for (const card of model.cards) {
    const spot: Spot = { card, width: card.width, up: [], down: [], x: 0 };
    spots.set(card.id, spot);
    rows[ranks.get(card.id) ?? 0]?.push(spot);
  }
  let lanes = 0;
  for (const { source, target, sourcePort, targetPort } of model.wires) {
    let from = spots.get(source);
    const to = spots.get(target);
    const [first, last] = [ranks.get(source) ?? 0, ranks.get(target) ?? 0];
    if (!from?.card || !to?.card || first >= last) continue; // backwards: of a cycle
    let out = portOffset(from.card, from.card.outputs, sourcePort);
    for (let rank = first + 1; rank < last && lanes < MOST_LANES; rank += 1, lanes += 1) {
      const lane: Spot = { card: null, width: LANE, up: [], down: [], x: 0 };
      join(from, lane, out);
      rows[rank]?.push(lane);
      [from, out] = [lane, 0];
    }
    join(from, to, out - portOffset(to.card, to.card.inputs, targetPort));
  }
  return rows;
}

/** From the middle of a card to a port of it. */
function portOffset(card: Card, ports: readonly Port[], id: string): number {
  const index = id === ORDER_PORT ? -1 : ports.findIndex((port) => port.id === id);
  return index < 0 ? 0 : (portShare(index, ports.length) - 0.5) * card.width;
}

function join(above: Spot, below: Spot, shift: number): void {
  const weight = WEIGHTS[Number(!above.card) + Number(!below.card)] as number;
  above.down.push({ to: below, shift: -shift, weight });
  below.up.push({ to: above, shift, weight });
}

/** Each row by the middle of what its spots hang on, in the row before. */
function order(rows: Rows, down: boolean): void {
  const place = new Map<Spot, number>();
  const walk = down ? rows : [...rows].reverse();
  for (const row of walk) {
    const wanted = new Map(row.map((spot, index) => [spot, middleOf((down ? spot.up : spot.down).flatMap(({ to, shift }) => { const at = place.get(to); return at === undefined ? [] : [{ at: at + shift / 1e4, weight: 1 }]; })) ?? (index + 0.5) / row.length]));
    row.sort((one, other) => (wanted.get(one) as number) - (wanted.get(other) as number));
    row.forEach((spot, index) => place.set(spot, (index + 0.5) / row.length));
  }
}

function middleOf(values: readonly { at: number; weight: number }[]): number | null {
  let [sum, weights] = [0, 0];
  for (const { at, weight } of values) {
    sum += at * weight;
    weights += weight;
  }
  return weights ? sum / weights : null;
}

const between = (one: Spot, other: Spot): number => (one.width + other.width) / 2 + (one.card && other.card ? GAP_X : GAP_X / 2);

function pack(row: Spot[]): void {
  let x = 0;
  row.forEach((spot, index) => {
    x += index ? between(row[index - 1] as Spot, spot) : 0;
    spot.x = x;
  });
  for (const spot of row) spot.x -= x / 2;
}

function straighten(rows: Rows, down: boolean, both: boolean): void {
  for (const row of down ? rows : [...rows].reverse()) {
    settle(row, row.map((spot) => {
      const links = both ? [...spot.up, ...spot.down] : down ? spot.up : spot.down;
      return { at: middleOf(links.map(({ to, shift, weight }) => ({ at: to.x + shift, weight }))) ?? spot.x, weight: links.reduce((sum, link) => sum + link.weight, 0.1) };
    }));
  }
}

/** As near to the wanted places as the order and the gaps allow, by least squares: those that collide move as one block. */
function settle(row: readonly Spot[], wanted: readonly { at: number; weight: number }[]): void {
  const blocks: { sum: number; weight: number; count: number }[] = [];
  let offset = 0;
  const offsets = row.map((spot, index) => (offset += index ? between(row[index - 1] as Spot, spot) : 0));
  wanted.forEach(({ at, weight }, index) => {
    let block = { sum: (at - (offsets[index] as number)) * weight, weight, count: 1 };
    for (let last = blocks[blocks.length - 1]; last && last.sum / last.weight > block.sum / block.weight; last = blocks[blocks.length - 1]) {
      block = { sum: block.sum + last.sum, weight: block.weight + last.weight, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  let index = 0;
  for (const { sum, weight, count } of blocks) for (let one = 0; one < count; one += 1, index += 1) (row[index] as Spot).x = sum / weight + (offsets[index] as number);
}
