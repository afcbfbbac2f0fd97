/** The designer's state for React: every part of the page reads and commands through these. */
import { createContext, useCallback, useContext, useRef, useSyncExternalStore, type ReactNode } from "react";
import type { Commands, Designer, Load, Place } from "./contract";

export interface DesignerSource {
  readonly commands: Commands;
  readonly place: Place;
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => Load;
}

const Source = createContext<DesignerSource | null>(null);

export function DesignerProvider({ source, children }: { source: DesignerSource; children: ReactNode }) {
  return <Source value={source}>{children}</Source>;
}

function useSource(): DesignerSource {
  const source = useContext(Source);
  if (!source) throw new Error("The designer's parts are used inside DesignerProvider.");
  return source;
}

export const useCommands = (): Commands => useSource().commands;
export const usePlace = (): Place => useSource().place;

/** Loading, an error, or ready: below "ready" use `useDesigner`. */
export function useLoad(): Load {
  const source = useSource();
  return useSyncExternalStore(source.subscribe, source.snapshot);
}

/** The state at the moment of the call, for handlers. */
export function useRead(): () => Designer {
  const source = useSource();
  return useCallback(() => {
    const load = source.snapshot();
    if (load.phase !== "ready") throw new Error("The draft is not there yet.");
    return load.state;
  }, [source]);
}

/** A part of the state; draws again when that part is another one (objects and arrays are compared one level deep). */
export function useDesigner<T>(selector: (state: Designer) => T): T {
  const source = useSource();
  const last = useRef<{ state: Designer; selector: (state: Designer) => T; value: T } | null>(null);
  return useSyncExternalStore(source.subscribe, () => {
    const load = source.snapshot();
    if (load.phase !== "ready") throw new Error("useDesigner needs a draft that is there.");
    const before = last.current;
    if (before && before.state === load.state && before.selector === selector) return before.value;
    const value = selector(load.state);
    const kept = before && shallowEqual(before.value, value) ? before.value : value;
    last.current = { state: load.state, selector, value: kept };
    return kept;
  });
}

export function shallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (one instanceof Map || one instanceof Set || other instanceof Map || other instanceof Set) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.is((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}
