/** From a problem to its field. */
import type { Problem } from "../core/types";
import { useCommands } from "../context";
import { aimAt } from "./aim";

/** Selects the step of a problem and puts the focus into its field; the draft's own are in its pane or its settings. */
export function useJump(): (problem: Problem) => void {
  const { select, open } = useCommands();
  return (problem) => {
    if (problem.node) {
      select([problem.node]);
      return aimAt(problem.node, problem.field);
    }
    select([]);
    if (problem.field.startsWith("parameters")) open({ kind: "settings" });
    else aimAt(null, problem.field);
  };
}
