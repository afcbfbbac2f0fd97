/** Times as the viewer reads them: relative, exact on hover, durations that tick. */
import { durationText, elapsed } from "../graph/status";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const due = new Intl.DateTimeFormat(undefined, { weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const hover = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** `until` is a moment that is waited for: its last seconds are counted, too. */
export function relativeText(then: number, now: number, until = false): string {
  const seconds = (then - now) / 1000;
  for (const [unit, length] of UNITS) if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  return Math.abs(seconds) < 10 && !(until && seconds > 0) ? "just now" : relative.format(Math.trunc(seconds), "second");
}

export function refreshTimes(root: ParentNode = document, now = Date.now()): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-relative], time[data-exact], time[data-due]")) {
    const then = Date.parse(time.dateTime);
    if (Number.isNaN(then)) continue;
    if (!time.title) time.title = hover.format(then);
    if (time.dataset["due"] !== undefined) write(time, due.format(then));
    else write(time, time.dataset["relative"] === undefined ? exact.format(then) : relativeText(then, now, time.dataset["relative"] === "until"));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-duration]")) {
    const { started, ended } = element.dataset;
    const time = elapsed(started, ended, now);
    if (time !== null) write(element, durationText(time, !ended));
  }
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
