/** A step on the canvas: icon, name, comment or status, problems, ports. Far away only what can still be read. */
import { memo, useEffect, useRef } from "react";
import type { NodeProps } from "@xyflow/react";
import { useLevel } from "../../cards/level";
import { Chip, Duration, Icon } from "../../cards/parts";
import { portShare } from "../../graph/model";
import { shownStatus, statusIcon, triesText } from "../../graph/status";
import { useCommands, useDesigner } from "../context";
import { CARD } from "../core/geometry";
import type { Face, FacePort } from "../core/types";
import { levelsOf, lookOf, PLAIN_LOOK } from "../palette/groups";
import type { CardData, CardNode } from "./flow";
import { isTodo } from "./labels";
import { useDesk, useHeld } from "./parts";
import { PORT_KINDS, PortShape } from "./ports";
import { useUi, useUiStore, type PortEnd } from "./ui";

/** Names of ports are written on the card up to this many on a side. */
const NAMED = 4;

export const lookOfFace = (face: Face) => (face.module ? lookOf(face.module.group) : face.kind === "plain" ? PLAIN_LOOK : { icon: "warning", tone: "red" });

export const StepCard = memo(function StepCard({ id, data, selected }: NodeProps<CardNode>) {
  const { face, step, running, problems, wired } = data;
  const level = useLevel();
  const held = useHeld((now) => now?.card === id && !now.target ? (now.refusal ? "refused" : "") : "");
  const look = lookOfFace(face);
  const status = running ? shownStatus(step) : "";
  const tone = running ? "" : look.tone;
  return (
    <div className={`step-card dz-card ${level}${selected ? " is-selected" : ""}`} data-status={status || undefined} data-look={tone || undefined} data-kind={face.kind}
      data-problems={problems.length ? (isTodo(problems) ? "todo" : "wrong") : undefined} data-held={held || undefined}>
      {level !== "dots" && <Ports card={id} ports={face.inputs} side="in" wired={wired} named={level === "near"} />}
      {level === "near" && (
        <div className="dz-inside">
          <span className="dz-look" data-look={look.tone}><Icon name={look.icon} /></span>
          <div className="dz-text">
            <CardName id={id} title={face.title} />
            <Line data={data} />
          </div>
          <More id={id} />
        </div>
      )}
      {level === "near" && <Badges data={data} />}
      {level === "far" && <div className="dz-inside">{running ? step && <Icon name={statusIcon(status)} /> : <Icon name={problems.length ? "warning" : look.icon} />}<span className="card-name" dir="auto">{face.title}</span></div>}
      {level !== "dots" && <Ports card={id} ports={face.outputs} side="out" wired={wired} named={level === "near"} />}
    </div>
  );
});

function CardName({ id, title }: { id: string; title: string }) {
  const renaming = useUi((ui) => ui.renaming === id);
  if (renaming) return <RenameField id={id} title={title} />;
  return <span className="card-name" dir="auto" title={title}>{title}</span>;
}

/** F2, or a double click on the name. */
function RenameField({ id, title }: { id: string; title: string }) {
  const commands = useCommands();
  const ui = useUiStore();
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => { field.current?.select(); }, []);
  const end = (keep: boolean) => {
    if (done.current) return;
    done.current = true;
    const name = field.current?.value.trim() ?? "";
    ui.change({ renaming: null });
    if (keep && name && name !== title) commands.rename(id, name);
    desk.focus(id);
  };
  return (
    <input ref={field} className="dz-rename nodrag nopan" aria-label="Name of the step" defaultValue={title} maxLength={255} dir="auto" autoFocus onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") end(true);
        else if (event.key === "Escape") end(false);
      }} />
  );
}

function Line({ data: { face, node, step, running } }: { data: CardData }) {
  if (running) {
    const from = step?.reused ? step.reused_from : null;
    const tries = triesText(step);
    return (
      <span className="dz-line">
        <Chip status={shownStatus(step)} />
        {from && <span className="dz-small" title={step?.sentence}>Run {from.run_number}</span>}
        {tries && <span className="dz-small">{tries}</span>}
        <Duration step={step} />
      </span>
    );
  }
  if (node.comment) return <span className="dz-line dz-comment" title={node.comment}><Icon name="comment" /><span dir="auto">{node.comment}</span></span>;
  if (face.kind === "missing") return <span className="dz-line dz-bad" title={face.fault ?? undefined}>Module missing</span>;
  const [group, part] = levelsOf(face.module?.group ?? "");
  const text = face.kind === "loading" ? "Loading…" : face.module ? (face.module.name !== face.title ? face.module.name : part || group) : (typeof node["script"] === "string" ? node["script"] : "Step of a program");
  return <span className="dz-line"><span dir="auto">{text}</span></span>;
}

function Badges({ data: { problems, face } }: { data: CardData }) {
  return (
    <span className="dz-badges">
      {face.newer && <span className="dz-badge" data-look="accent" title={`Version ${face.version}; version ${face.newer} is there`}><Icon name="promote" /></span>}
      {problems.length > 0 && (
        <span className="dz-badge dz-problem" data-todo={isTodo(problems) || undefined} title={problems.map((one) => one.message).join("\n")}><Icon name="warning" />{problems.length > 1 && <span>{problems.length}</span>}</span>
      )}
    </span>
  );
}

/** The menu for who has a mouse but no right button in mind; by keyboard it is Shift+F10. */
function More({ id }: { id: string }) {
  const desk = useDesk();
  const ui = useUiStore();
  return (
    <button type="button" tabIndex={-1} className="dz-more nodrag nopan" aria-label="Menu of the step" title="Menu (right click)" onClick={(event) => {
      event.stopPropagation();
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      ui.close();
      desk.commands.select([id]);
      ui.change({ menu: { kind: "card", id, screen: { x: left, y: bottom + 4 }, at: desk.toFlow({ x: left, y: bottom }) } });
    }}><Icon name="more" /></button>
  );
}

export function Ports({ card, ports, side, wired, named }: { card: string; ports: readonly FacePort[]; side: "in" | "out"; wired: string; named: boolean }) {
  if (ports.length === 0) return null;
  return (
    <>
      {ports.map((port, index) => (
        <Port key={port.name} end={{ card, port: port.name, side }} port={port} wired={wired.includes(`${side}:${port.name}\n`)} x={portShare(index, ports.length) * CARD.width} />
      ))}
      {named && <div className={`dz-names dz-names-${side}`}>{ports.map((port) => <span key={port.name} dir="auto">{ports.length <= NAMED ? port.label : ""}</span>)}</div>}
    </>
  );
}

/** `data-port` is what the pointer finds (canvas/gestures.ts). */
export function Port({ end, port, wired, x }: { end: PortEnd; port: FacePort; wired: boolean; x: number }) {
  const mood = useHeld((_, wiring) => wiring.mood(end));
  const data = useDesigner((state) => end.side === "out" && state.run?.steps.get(end.card)?.status === "Completed");
  const kind = PORT_KINDS[port.type].word;
  const title = `${port.label}: ${kind}${end.side === "in" ? (port.required ? ", required" : ", optional") : ""}${port.known ? "" : ". The module has no such port."}${port.help ? `\n${port.help}` : ""}${data ? "\nClick to see its data" : ""}`;
  return (
    <div className={`dz-port dz-port-${end.side} nodrag nopan`} data-port={end.port} data-side={end.side} data-card={end.card} data-type={port.type} data-mood={mood || undefined}
      data-fault={port.known ? undefined : ""} style={{ left: x }} title={title}>
      <PortShape type={port.type} wired={wired} optional={!port.required} />
    </div>
  );
}
