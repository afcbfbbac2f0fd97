/** Ports: a shape, a colour and a letter for each type, so that none of them is needed alone. */
import type { PortType } from "../core/types";

interface Kind { word: string; letter: string; shape: string }

/** Shapes are drawn in a square of 14 with its middle at 7. */
export const PORT_KINDS: Readonly<Record<PortType, Kind>> = {
  table: { word: "Table", letter: "T", shape: "M2.5 2.5h9v9h-9z" },
  learner: { word: "Untrained model", letter: "U", shape: "M7 1l6 6-6 6-6-6z" },
  model: { word: "Model", letter: "M", shape: "M7 1.2l5.2 3v5.6L7 12.8 1.8 9.8V4.2z" },
  transform: { word: "Transformation", letter: "X", shape: "M1.4 12.2L7 1.8l5.6 10.4z" },
  files: { word: "Files", letter: "F", shape: "M7 1.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 7 1.8z" },
  image: { word: "Image", letter: "I", shape: "M7 1l5.8 4.3-2.2 6.9H3.4L1.2 5.3z" },
  any: { word: "Anything", letter: "A", shape: "M4.5 2h5a2.5 2.5 0 0 1 2.5 2.5v5A2.5 2.5 0 0 1 9.5 12h-5A2.5 2.5 0 0 1 2 9.5v-5A2.5 2.5 0 0 1 4.5 2z" },
};

export function PortShape({ type, wired = false, optional = false }: { type: PortType; wired?: boolean; optional?: boolean }) {
  return (
    <svg className="port-shape" viewBox="0 0 14 14" aria-hidden="true" data-type={type} data-wired={wired || undefined} data-optional={optional || undefined}>
      <path d={PORT_KINDS[type].shape} />
    </svg>
  );
}

/** The shape with the type's word beside it, where there is room for words. */
export function PortWord({ type, label }: { type: PortType; label?: string | undefined }) {
  return <span className="port-word" title={PORT_KINDS[type].word}><PortShape type={type} wired /><span dir="auto">{label ?? PORT_KINDS[type].word}</span></span>;
}
