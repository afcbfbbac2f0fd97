/** Small pieces: icon, status chip, ticking duration. */
import { useSyncExternalStore } from "react";
import { durationText, elapsed, isBusy, isFinal, statusIcon, statusWord, type Shown } from "../graph/status";
import type { StepJson } from "../graph/types";

const icons = (): string => document.body.dataset["icons"] ?? "/static/img/icons.svg";

export function Icon({ name, large = false }: { name: string; large?: boolean }) {
  return (
    <svg className={large ? "icon icon-large" : "icon"} aria-hidden="true">
      <use href={`${icons()}#${name}`} />
    </svg>
  );
}

export function Chip({ status }: { status: Shown }) {
  return (
    <span className="status" data-status={status}>
      <Icon name={statusIcon(status)} />
      <span>{statusWord(status)}</span>
    </span>
  );
}

let now = Date.now();
const tickers = new Set<() => void>();
let timer = 0;

function subscribeClock(listener: () => void): () => void {
  tickers.add(listener);
  timer ||= window.setInterval(() => {
    now = Date.now();
    for (const tick of tickers) tick();
  }, 1000);
  return () => {
    tickers.delete(listener);
    if (tickers.size) return;
    clearInterval(timer);
    timer = 0;
  };
}
const still = () => () => undefined;

export function Duration({ step }: { step: StepJson | undefined }) {
  const ticking = !!step && isBusy(step.status) && !step.ended_at;
  const at = useSyncExternalStore(ticking ? subscribeClock : still, () => (ticking ? now : 0));
  return <span className="card-time">{stepTime(step, ticking ? at : Date.now())}</span>;
}

export function stepTime(step: StepJson | undefined, at: number): string {
  if (!step || step.reused) return "";
  if (isFinal(step.status) && !step.ended_at) return "";
  const time = elapsed(step.started_at, step.ended_at, at);
  return time === null ? "" : durationText(time, !step.ended_at);
}
