/** What is open or pointed at on the canvas: nothing of it is part of the draft. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Addition, From } from "../contract";
import type { XY } from "../core/types";

/** A line along which cards stand. */
export interface Guide { from: XY; to: XY }
/** A port of a card (a node's id, or a pill's key). */
export interface PortEnd { card: string; port: string; side: "in" | "out" }

export interface Quick {
  /** Where the search stands on the screen, and where the card will stand on the canvas. */
  screen: XY; at: XY;
  /** Only what fits this end is offered, and connected. */
  connect: { from: From } | { to: { node: string; port: string } } | null;
  /** The wire into which the module goes. */
  wire: { node: string; port: string } | null;
  /** The port whose open wire stays drawn. */
  end: PortEnd | null;
}
export type MenuPlace = { screen: XY; at: XY } & ({ kind: "card"; id: string } | { kind: "wire"; id: string } | { kind: "canvas" });

export interface Ui {
  renaming: string | null;
  quick: Quick | null;
  menu: MenuPlace | null;
  /** The card for which "Connect to…" is open, and where. */
  connecting: { node: string; screen: XY } | null;
  /** Counts the openings of the search, so that a second Ctrl+F selects its text; 0 is closed. */
  searching: number;
  wires: ReadonlySet<string>;
  hovered: string | null;
  /** What is dragged from the palette, and the wire below it. */
  dragged: Addition | null;
  over: { wire: string; fits: boolean } | null;
  /** A line that is drawn to cut wires (Alt and drag), and what it cuts. */
  slice: { line: readonly XY[]; wires: ReadonlySet<string> } | null;
  /** With what a dragged card stands in line. */
  guides: readonly Guide[];
  /** The palette is shown. */
  left: boolean;
}

const NO_WIRES: ReadonlySet<string> = new Set();
export const NO_GUIDES: readonly Guide[] = [];
export const QUIET: Ui = { renaming: null, quick: null, menu: null, connecting: null, searching: 0, wires: NO_WIRES, hovered: null, dragged: null, over: null, slice: null, guides: NO_GUIDES, left: true };

export class Store<T> {
  private readonly listeners = new Set<() => void>();
  constructor(private value: T) {}
  readonly get = (): T => this.value;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }
}

export class UiStore extends Store<Ui> {
  change(change: Partial<Ui>): void {
    const now = this.get();
    if (Object.entries(change).every(([key, value]) => Object.is(now[key as keyof Ui], value))) return;
    this.set({ ...now, ...change });
  }
  /** Closes what floats above the canvas; true when something was open. */
  close(): boolean {
    const { quick, menu, connecting } = this.get();
    this.change({ quick: null, menu: null, connecting: null });
    return Boolean(quick || menu || connecting);
  }
  selectWires(ids: readonly string[]): void {
    this.change({ wires: ids.length ? new Set(ids) : NO_WIRES });
  }
}

export const UiContext = createContext<UiStore | null>(null);

export function useUiStore(): UiStore {
  const store = useContext(UiContext);
  if (!store) throw new Error("The canvas has no UiContext around it.");
  return store;
}

export function useUi<T>(selector: (ui: Ui) => T): T {
  const store = useUiStore();
  return useSyncExternalStore(store.subscribe, () => selector(store.get()));
}
