/** What all parts of the canvas share, and the hooks that read it. */
import { useReactFlow } from "@xyflow/react";
import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { useCommands, useRead } from "../context";
import { Desk } from "./desk";
import { UiContext, UiStore, QUIET } from "./ui";
import { Wiring, type Held } from "./wiring";

/** Below this width the palette lies over the canvas and is closed at first. */
export const NARROW = 1000;

const DeskContext = createContext<Desk | null>(null);
const WiringContext = createContext<Wiring | null>(null);

/** Inside a ReactFlowProvider, around everything that works on the canvas. */
export function CanvasParts({ children }: { children: ReactNode }) {
  const commands = useCommands();
  const flow = useReactFlow();
  const read = useRead();
  const parts = useMemo(() => {
    const ui = new UiStore({ ...QUIET, left: innerWidth > NARROW });
    return { ui, wiring: new Wiring(read, commands), desk: new Desk(flow, read, commands, ui) };
  }, [commands, flow, read]);
  return (
    <UiContext value={parts.ui}>
      <WiringContext value={parts.wiring}>
        <DeskContext value={parts.desk}>{children}</DeskContext>
      </WiringContext>
    </UiContext>
  );
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("The canvas has no CanvasParts around it.");
  return desk;
}

export function useWiring(): Wiring {
  const wiring = useContext(WiringContext);
  if (!wiring) throw new Error("The canvas has no CanvasParts around it.");
  return wiring;
}

export function useHeld<T>(selector: (held: Held | null, wiring: Wiring) => T): T {
  const wiring = useWiring();
  return useSyncExternalStore(wiring.subscribe, () => selector(wiring.get(), wiring));
}
