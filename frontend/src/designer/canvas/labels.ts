/** What a screen reader says of a card: name, module, status, problems, and each port with what it is connected to. Pure. */
import { shownStatus, statusWord } from "../../graph/status";
import type { Designer } from "../contract";
import { inputKey } from "../core/view";
import type { FacePort, Pill, Wire } from "../core/types";
import type { CardData } from "./flow";
import { PORT_KINDS } from "./ports";

export interface Links {
  view: Designer["view"];
  /** Lines `in:<port>` and `out:<port>` of what has a wire, by node. */
  wired: ReadonlyMap<string, string>;
  ordered: ReadonlySet<string>;
  /** Wires that begin at a node or pill. */
  outs: ReadonlyMap<string, readonly Wire[]>;
}

export function cardLabel({ node, face, problems, step, running }: CardData, links: Links): string {
  const module = face.module && face.module.name !== face.title ? face.module.name : "";
  const inputs = face.inputs.map((port) => `input ${port.label}, ${PORT_KINDS[port.type].word.toLowerCase()}, ${fromText(node.id, port, links)}`);
  const outputs = face.outputs.map((port) => `output ${port.label}, ${PORT_KINDS[port.type].word.toLowerCase()}, ${toText(node.id, port, links)}`);
  return [
    face.title, module, face.kind === "missing" ? "module missing" : "", running ? statusWord(shownStatus(step)) : "", node.comment ? `comment: ${node.comment}` : "",
    problems.length ? `${problems.length === 1 ? "1 problem" : `${problems.length} problems`}: ${problems[0]?.message ?? ""}` : "", ...inputs, ...outputs,
  ].filter(Boolean).join("; ");
}

export function pillLabel(pill: Pill, links: Links, fault?: string): string {
  const to = (links.outs.get(pill.key) ?? []).map((wire) => inputName(wire, links));
  return [pill.title, pill.detail, fault ?? "", to.length ? `goes to ${listed(to)}` : "not connected"].filter(Boolean).join("; ");
}

function fromText(node: string, port: FacePort, { view }: Links): string {
  const wire = view.byInput.get(inputKey(node, port.name));
  if (!wire) return port.required ? "not connected" : "not connected, optional";
  if ("pill" in wire.from) return `from ${view.pills.get(wire.from.pill)?.title ?? "a source"}`;
  const { node: source, output } = wire.from;
  const face = view.faces.get(source);
  return `from ${face?.outputs.find((one) => one.name === output)?.label ?? output} of ${face?.title ?? source}`;
}

function toText(node: string, port: FacePort, links: Links): string {
  const to = (links.outs.get(node) ?? []).filter((wire) => "node" in wire.from && wire.from.output === port.name).map((wire) => inputName(wire, links));
  return to.length ? `to ${listed(to)}` : "not connected";
}

function inputName(wire: Wire, { view }: Links): string {
  const face = view.faces.get(wire.to.node);
  return `${face?.inputs.find((one) => one.name === wire.to.port)?.label ?? wire.to.port} of ${face?.title ?? wire.to.node}`;
}

const listed = (names: readonly string[]): string => (names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", "));

const TODO: ReadonlySet<string> = new Set(["missing_input", "missing_setting", "missing_compute"]);
/** Only something left to connect or fill in, nothing that is wrong. */
export const isTodo = (problems: readonly { code: string }[]): boolean => problems.length > 0 && problems.every((one) => TODO.has(one.code));
