/** The list of steps over the canvas: search, filter by status, order, go to one. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Card, GraphModel } from "../graph/model";
import { elapsed, isBusy, shownStatus, statusIcon, statusWord } from "../graph/status";
import type { StepJson } from "../graph/types";
import { Duration, Icon } from "../cards/parts";

const FILTERS: Record<string, (status: string) => boolean> = {
  "All steps": () => true,
  Failed: (status) => status === "Failed",
  Running: isBusy,
  Completed: (status) => status === "Completed" || status === "Reused",
  Reused: (status) => status === "Reused",
  Waiting: (status) => status === "NotStarted" || status === "Queued",
  Canceled: (status) => status === "Canceled",
};
/** The list stops here; a search finds the rest. */
const SHOWN = 400;

interface Properties {
  model: GraphModel;
  steps: ReadonlyMap<string, StepJson>;
  selected: string | null;
  searching: number;
  onPick(card: Card): void;
  onClose(): void;
}

export function Outline({ model, steps, selected, searching, onPick, onClose }: Properties) {
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState("All steps");
  const [slowest, setSlowest] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), [searching]);

  const found = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const fits = FILTERS[filter] ?? (() => true);
    const list = model.cards.filter((card) => {
      if (card.kind !== "step") return wanted !== "" && filter === "All steps" && text(card).includes(wanted);
      const step = steps.get(card.node);
      return fits(shownStatus(step)) && (wanted === "" || text(card).includes(wanted) || statusWord(shownStatus(step)).toLowerCase().includes(wanted));
    });
    if (!slowest) return list;
    const now = Date.now();
    const time = (card: Card) => elapsed(steps.get(card.node)?.started_at, steps.get(card.node)?.ended_at, now) ?? -1;
    return list.sort((a, b) => time(b) - time(a));
  }, [model, steps, query, filter, slowest]);

  return (
    <section className="outline" aria-label="Outline of steps">
      <div className="outline-head">
        <div className="search"><Icon name="search" />
          <input ref={field} type="search" placeholder="Find a step" aria-label="Find a step" value={query} autoFocus
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => { if (event.key === "Enter" && found[0]) onPick(found[0]); }} />
        </div>
        <button type="button" className="button button-quiet icon-only" aria-label="Close the outline" onClick={onClose}><Icon name="close" /></button>
      </div>
      <div className="outline-head">
        <select aria-label="Show" value={filter} onChange={(event) => setFilter(event.target.value)}>{Object.keys(FILTERS).map((name) => <option key={name}>{name}</option>)}</select>
        <button type="button" className="button button-quiet button-small" aria-pressed={slowest} onClick={() => setSlowest(!slowest)}>Longest first</button>
        <span className="outline-count" role="status">{found.length}</span>
      </div>
      <ul className="outline-list">
        {found.slice(0, SHOWN).map((card) => {
          const step = steps.get(card.node);
          const status = shownStatus(step);
          return (
            <li key={card.id}>
              <button type="button" aria-current={selected === card.id || undefined} onClick={() => onPick(card)} title={card.label}>
                <span className="status status-plain" data-status={card.kind === "step" ? status : ""}><Icon name={card.kind === "step" ? statusIcon(status) : "dataset"} /></span>
                <span className="card-name" dir="auto">{card.label}</span>
                {card.kind === "step" && <><span className="visually-hidden">{statusWord(status)}</span><Duration step={step} /></>}
              </button>
            </li>
          );
        })}
        {found.length === 0 && <li className="outline-none">No step fits.</li>}
        {found.length > SHOWN && <li className="outline-none">{found.length - SHOWN} more: search to find them.</li>}
      </ul>
    </section>
  );
}

const text = (card: Card): string => `${card.label} ${card.detail} ${[...card.inputs, ...card.outputs].map((port) => port.name).join(" ")}`.toLowerCase();
