/** How a step and a source look on the canvas. Far away only what can still be read is drawn. */
import { memo } from "react";
import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { ORDER_PORT, portShare, type Card, type Port } from "../graph/model";
import { shownStatus, statusIcon, statusWord, triesText, whyText } from "../graph/status";
import type { StepJson } from "../graph/types";
import { useLevel } from "../cards/level";
import { Chip, Duration, Icon, stepTime } from "../cards/parts";

export interface CardData extends Record<string, unknown> { card: Card; step: StepJson | undefined; ordered: boolean }
export type CardNode = Node<CardData, "step" | "source">;

const SOURCE_ICON = { dataset: "dataset", datastore: "folder", parameter: "parameter", step: "step" } as const;

export function cardLabel(card: Card, step: StepJson | undefined): string {
  if (card.kind !== "step") return `${card.detail} ${card.label}`;
  const reused = step?.reused_from ? `reused from Run ${step.reused_from.run_number}` : "";
  const ports = (list: Port[], word: string) => (list.length ? `${word} ${list.map((port) => port.name).join(", ")}` : "");
  return [card.label, step ? statusWord(shownStatus(step)) : "", triesText(step), reused, stepTime(step, Date.now()), step?.compute && `on ${step.compute}`, ports(card.inputs, "inputs"), ports(card.outputs, "outputs")]
    .filter(Boolean).join(", ");
}

export const StepCard = memo(function StepCard({ data, selected }: NodeProps<CardNode>) {
  const { card, step, ordered } = data;
  const level = useLevel();
  const status = shownStatus(step);
  return (
    <div className={`step-card ${level}${selected ? " is-selected" : ""}`} data-status={step ? status : ""}>
      <Ports card={card} side="in" ports={card.inputs} named={level === "near"} />
      {ordered && <Handle type="target" id={ORDER_PORT} position={Position.Top} isConnectable={false} className="port port-order" />}
      {level === "near" ? (
        <div className="card-inside">
          <div className="card-line">
            <Icon name="step" />
            <span className="card-name" dir="auto" title={card.label}>{card.label}</span>
          </div>
          <div className="card-line">
            {step && <Chip status={status} />}
            <Duration step={step} />
          </div>
          <Foot card={card} step={step} />
        </div>
      ) : (
        level === "far" && <div className="card-inside">{step && <Icon name={statusIcon(status)} />}<span className="card-name" dir="auto">{card.label}</span></div>
      )}
      <Ports card={card} side="out" ports={card.outputs} named={level === "near"} />
      {ordered && <Handle type="source" id={ORDER_PORT} position={Position.Bottom} isConnectable={false} className="port port-order" />}
    </div>
  );
});

function Foot({ card, step }: { card: Card; step: StepJson | undefined }) {
  const from = step?.reused ? step.reused_from : null;
  if (from) {
    return (
      <div className="card-line card-foot card-again" title={step?.sentence || step?.why?.sentence}>
        <Icon name="recycle" />
        <span className="card-ellipsis" dir="auto">Reused from Run {from.run_number}</span>
      </div>
    );
  }
  const why = whyText(step);
  // "No earlier run" is no news; what has changed is.
  const text = step?.status === "Failed" || step?.reason === "retrying" || (step?.status === "NotStarted" && step.sentence) ? step.sentence : step?.why?.kind === "first" ? "" : why;
  return (
    <div className="card-line card-foot" title={text || why || card.detail || undefined}>
      {text ? <span className="card-ellipsis" dir="auto">{text}</span> : (
        <><Icon name="compute" /><span className="card-ellipsis" dir="auto">{step?.compute || card.compute || "default compute"}</span></>
      )}
      {triesText(step) && <span className="card-attempt">{triesText(step)}</span>}
    </div>
  );
}

function Ports({ card, side, ports, named }: { card: Card; side: "in" | "out"; ports: Port[]; named: boolean }) {
  if (ports.length === 0) return null;
  const type = side === "in" ? "target" : "source";
  const position = side === "in" ? Position.Top : Position.Bottom;
  return (
    <>
      {ports.map((port, index) => (
        <Handle key={port.id} type={type} id={port.id} position={position} isConnectable={false} className={`port port-${port.kind}`}
          style={{ left: portShare(index, ports.length) * card.width }} title={port.title} />
      ))}
      {named && (
        <div className={`port-names port-names-${side}`}>
          {ports.map((port) => <span key={port.id} dir="auto" title={port.title}>{ports.length <= 6 ? port.name : ""}</span>)}
        </div>
      )}
    </>
  );
}

export const SourceCard = memo(function SourceCard({ data, selected }: NodeProps<CardNode>) {
  const { card } = data;
  const level = useLevel();
  return (
    <div className={`source-card source-${card.kind} ${level}${selected ? " is-selected" : ""}`} title={`${card.label}\n${card.detail}`}>
      {level !== "dots" && (
        <>
          <Icon name={SOURCE_ICON[card.kind]} />
          <span className="source-text"><span className="card-name" dir="auto">{card.label}</span>
            {level === "near" && <span className="source-detail" dir="auto">{card.detail}</span>}</span>
        </>
      )}
      <Handle type="source" id="out" position={Position.Bottom} isConnectable={false} className={`port port-${card.feeds ?? "file"}`} />
    </div>
  );
});
