/** How much of a card is drawn at a zoom: all of it, its name, or only its colour. */
import { useStore } from "@xyflow/react";
import { createContext, useContext, type ReactNode } from "react";

export type Level = "near" | "far" | "dots";
const levelOf = (zoom: number): Level => (zoom >= 0.45 ? "near" : zoom >= 0.2 ? "far" : "dots");

const LevelContext = createContext<Level>("near");
export const useLevel = (): Level => useContext(LevelContext);

/** Around the canvas: it alone looks at each movement of the view, a thousand cards only hear of another level. */
export function LevelProvider({ children }: { children: ReactNode }) {
  return <LevelContext value={useStore((state) => levelOf(state.transform[2]))}>{children}</LevelContext>;
}

/** The colour (a token) that stands for a status in the mini map. */
export const STATUS_TONE: Readonly<Record<string, string>> = {
  Completed: "--ok-line", Failed: "--bad-line", Running: "--go-line", Finalizing: "--go-line", Queued: "--wait-line",
  Preparing: "--wait-line", CancelRequested: "--warn-line", Reused: "--again-line",
};
