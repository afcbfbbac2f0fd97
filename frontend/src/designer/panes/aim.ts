/** Where the focus should go: a problem's field, which another tab of the pane or another node may hold. */
import { useSyncExternalStore } from "react";

export interface Aim { node: string | null; field: string; count: number }

let aim: Aim | null = null;
let count = 0;
const listeners = new Set<() => void>();

export function aimAt(node: string | null, field: string): void {
  count += 1;
  aim = { node, field, count };
  for (const listener of listeners) listener();
}

/** What was aimed at is done with: nothing of it comes back by itself. */
export function dropAim(): void {
  aim = null;
  for (const listener of listeners) listener();
}

export const useAim = (): Aim | null => useSyncExternalStore((listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
}, () => aim);

/** Puts the focus into the control of a field, or of the part of the pane that is nearest to it. */
export function focusField(root: HTMLElement, field: string): boolean {
  const named = [...root.querySelectorAll<HTMLElement>("[data-field]")];
  const exact = named.find((one) => one.dataset["field"] === field) ?? named.find((one) => field.startsWith(`${one.dataset["field"]}.`) || field.startsWith(`${one.dataset["field"]}[`));
  const place = exact ?? root;
  // Buttons of a closed menu come before the field and take no focus.
  const control = place.querySelector<HTMLElement>("input:not(:disabled), select:not(:disabled), textarea:not(:disabled)") ?? place.querySelector<HTMLElement>("button:not(:disabled, .menu-list *)");
  (control ?? place).focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
  return exact !== undefined;
}
