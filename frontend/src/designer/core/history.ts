/**
 * Undo and redo: graphs that share what did not change. Never holds what is selected.
 * As text (`packed`) a step is what differs from the graph beside it, so a hundred steps of a thousand nodes stay small.
 */
import type { Edit, FieldChange } from "./edit";
import { sameJson } from "./json";
import type { DraftGraph, DraftNode } from "./types";

export const MOST_STEPS = 200;
/** Typing in a field after a pause this long (milliseconds) is a step of its own. */
export const PAUSE = 2000;

interface Step { name: string; graph: DraftGraph; fields?: FieldChange | undefined }

export class History {
  /** Graphs before each step that can be undone, oldest first; `name` is that of the step which left it. */
  private past: Step[] = [];
  /** Graphs after each undone step, the next one last. */
  private future: Step[] = [];
  private last: { merge: string; at: number } | null = null;
  /** What the last undo or redo means for the draft's fields: from what to what. */
  turned: { from: FieldChange["before"]; to: FieldChange["before"] } | null = null;

  constructor(public present: DraftGraph) {}

  get undoName(): string | null { return this.past[this.past.length - 1]?.name ?? null; }
  get redoName(): string | null { return this.future[this.future.length - 1]?.name ?? null; }
  get length(): number { return this.past.length; }

  /** False when the edit changed nothing. */
  commit(edit: Edit, now: number): boolean {
    if (edit.graph === this.present && !edit.fields) return false;
    const follows = edit.merge !== undefined && this.last?.merge === edit.merge && now - this.last.at < PAUSE && this.past.length > 0;
    if (!follows) {
      this.past.push({ name: edit.name, graph: this.present, fields: edit.fields });
      if (this.past.length > MOST_STEPS) this.past.splice(0, this.past.length - MOST_STEPS);
    } else if (edit.fields) {
      const step = this.past[this.past.length - 1] as Step;
      step.fields = { before: { ...edit.fields.before, ...step.fields?.before }, after: { ...step.fields?.after, ...edit.fields.after } };
    }
    this.future = [];
    this.present = edit.graph;
    this.last = edit.merge === undefined ? null : { merge: edit.merge, at: now };
    return true;
  }

  /** The present as the same step: what the designer finds out by itself (names of datasets, places). */
  amend(graph: DraftGraph): void {
    this.present = graph;
  }

  undo(): string | null {
    const step = this.past.pop();
    if (!step) return null;
    this.future.push({ name: step.name, graph: this.present, fields: step.fields });
    this.turned = step.fields ? { from: step.fields.after, to: step.fields.before } : null;
    this.present = step.graph;
    this.last = null;
    return step.name;
  }

  redo(): string | null {
    const step = this.future.pop();
    if (!step) return null;
    this.past.push({ name: step.name, graph: this.present, fields: step.fields });
    this.turned = step.fields ? { from: step.fields.before, to: step.fields.after } : null;
    this.present = step.graph;
    this.last = null;
    return step.name;
  }

  /** Typing after this begins a step of its own. */
  pause(): void {
    this.last = null;
  }

  clear(graph: DraftGraph): void {
    this.past = [];
    this.future = [];
    this.last = null;
    this.present = graph;
  }

  /** At most `limit` characters: the oldest steps are left out. Empty when not even the graph fits. */
  packed(limit: number): string {
    const present = JSON.stringify(this.present);
    let left = limit - present.length - 60;
    const within = (texts: readonly string[]): string => {
      const kept: string[] = [];
      for (const text of texts) {
        left -= text.length + 1;
        if (left < 0) break;
        kept.push(text);
      }
      return kept.join(",");
    };
    const past = within(deltas(this.present, [...this.past].reverse(), backward));
    const future = within(deltas(this.present, [...this.future].reverse(), forward));
    return left < 0 && !past ? "" : `{"v":1,"present":${present},"past":[${past}],"future":[${future}]}`;
  }

  /** From `packed`, when it ends at this very graph; a history without steps for anything else. */
  static unpacked(text: string | null, present: DraftGraph): History {
    const history = new History(present);
    if (!text) return history;
    try {
      const kept = JSON.parse(text) as { v: number; present: DraftGraph; past: Delta[]; future: Delta[] };
      if (kept.v !== 1 || !sameJson(compared(kept.present), compared(present))) return history;
      const past = rebuilt(present, kept.past);
      const future = rebuilt(present, kept.future);
      history.past = past.reverse();
      history.future = future.reverse();
    } catch {
      return new History(present); // what another version of the studio, or nobody, wrote
    }
    return history;
  }
}

/** Names of sources may be learned at any time: they are no difference. */
const compared = (graph: DraftGraph): DraftGraph => ({ ...graph, ui: { ...graph.ui, sources: [] } });

/** From the graph before it in the list: nodes that differ, those that are gone, their order when it is not plain, all else. */
interface Delta { name: string; set: DraftNode[]; gone: string[]; order?: string[]; rest: Record<string, unknown> | null; fields?: FieldChange }

/** Texts of steps by the graph beside them: a step is compared and written once. */
type Written = WeakMap<DraftGraph, { to: DraftGraph; name: string; fields: FieldChange | undefined; text: string }>;
const backward: Written = new WeakMap();
const forward: Written = new WeakMap();

function deltas(present: DraftGraph, steps: readonly Step[], written: Written): string[] {
  let from = present;
  return steps.map(({ name, graph, fields }) => {
    let known = written.get(from);
    if (known?.to !== graph || known.name !== name || known.fields !== fields) {
      known = { to: graph, name, fields, text: JSON.stringify({ name, ...difference(from, graph), ...(fields && { fields }) } satisfies Delta) };
      written.set(from, known);
    }
    from = graph;
    return known.text;
  });
}

function difference(from: DraftGraph, to: DraftGraph): Omit<Delta, "name" | "fields"> {
  const before = new Map(from.nodes.map((node) => [node.id, node]));
  const after = new Set(to.nodes.map((node) => node.id));
  const set = from.nodes === to.nodes ? [] : to.nodes.filter((node) => before.get(node.id) !== node);
  const gone = from.nodes === to.nodes ? [] : from.nodes.filter((node) => !after.has(node.id)).map((node) => node.id);
  const delta: Omit<Delta, "name" | "fields"> = { set, gone, rest: restDiffers(from, to) ? rest(to) : null };
  const plain = merged(from.nodes, set, gone);
  if (plain.some((node, index) => node.id !== to.nodes[index]?.id)) delta.order = to.nodes.map((node) => node.id);
  return delta;
}

const rest = ({ nodes: _, ...others }: DraftGraph): Record<string, unknown> => others;

function restDiffers(from: DraftGraph, to: DraftGraph): boolean {
  const one = rest(from);
  const other = rest(to);
  const keys = Object.keys(one);
  return keys.length !== Object.keys(other).length || keys.some((key) => one[key] !== other[key]);
}

/** Changed nodes in their old places, new ones at the end. */
function merged(nodes: readonly DraftNode[], set: readonly DraftNode[], gone: readonly string[]): DraftNode[] {
  const now = new Map(set.map((node) => [node.id, node]));
  const away = new Set(gone);
  const kept = nodes.filter((node) => !away.has(node.id)).map((node) => {
    const changed = now.get(node.id);
    now.delete(node.id);
    return changed ?? node;
  });
  return [...kept, ...now.values()];
}

function rebuilt(present: DraftGraph, kept: readonly Delta[]): Step[] {
  let from = present;
  return kept.map(({ name, set, gone, order, rest: others, fields }) => {
    if (typeof name !== "string" || !Array.isArray(set) || !Array.isArray(gone) || set.some((node) => typeof node.id !== "string")) throw new Error("not a step");
    let nodes = set.length || gone.length ? merged(from.nodes, set, gone) : from.nodes;
    if (order) {
      const by = new Map(nodes.map((node) => [node.id, node]));
      nodes = order.map((id) => by.get(id)).filter((node) => node !== undefined);
      if (nodes.length !== by.size) throw new Error("not an order of these nodes");
    }
    from = (others ? { ...others, nodes } : nodes === from.nodes ? from : { ...from, nodes }) as DraftGraph;
    return { name, graph: from, ...(fields && { fields }) };
  });
}
