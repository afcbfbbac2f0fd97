/** Which port fits which, and the sentences of a refusal. */
import type { PortType } from "./types";

/** As `type_fits` in pipelines/domain/module_specs.py (tests/drafts/port_types.json holds both). */
export function typeFits(made: PortType, wanted: PortType): boolean {
  return made === wanted || made === "any" || wanted === "any" || (made === "table" && wanted === "files");
}

const WORDS: Readonly<Record<PortType, string>> = {
  table: "a table", learner: "an untrained model", model: "a model", transform: "a transformation", files: "files", image: "an image", any: "anything",
};
export const typeWords = (type: PortType): string => WORDS[type] ?? type;

/** "Train Model makes a model; Dataset of Select Columns takes a table.", as the server says it. */
export function clashSentence(made: { title: string; type: PortType; source?: boolean }, wanted: { title: string; label: string; type: PortType }): string {
  return `${made.title} ${made.source ? "is" : "makes"} ${typeWords(made.type)}; ${wanted.label} of ${wanted.title} takes ${typeWords(wanted.type)}.`;
}
