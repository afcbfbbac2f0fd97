/** Nodes that differ only in where they stand: what was found out about one holds for the other. */
import type { DraftGraph, DraftNode } from "./types";

const meant = new WeakMap<DraftNode, DraftNode>();

/** The same object for nodes that mean the same. */
export const meaningOf = (node: DraftNode): DraftNode => meant.get(node) ?? node;

export function meansTheSame(after: DraftNode, before: DraftNode): DraftNode {
  meant.set(after, meaningOf(before));
  return after;
}

/** Whether two graphs run alike as far as that is known without looking into their nodes. */
export function sameMeaning(one: DraftGraph, other: DraftGraph): boolean {
  return one === other || (one.parameters === other.parameters && one.nodes.length === other.nodes.length
    && one.nodes.every((node, index) => meaningOf(node) === meaningOf(other.nodes[index] as DraftNode)));
}
