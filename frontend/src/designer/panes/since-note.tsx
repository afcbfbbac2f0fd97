/** Says where a run's result is older than what the draft would make now. */
import { changedSince } from "../core/since";
import { useDesigner } from "../context";
import { Icon } from "./parts";

export function SinceNote({ node }: { node: string }) {
  const graph = useDesigner((state) => state.graph);
  const run = useDesigner((state) => state.run);
  const since = run?.graph && run.steps.has(node) ? changedSince(graph, run.graph, node) : "";
  if (!since || !run) return null;
  return <p className="small pane-build pane-since"><Icon name="edit" /><span>{since === "itself" ? `Changed since Run ${run.number}` : `A step above was changed since Run ${run.number}`}: what is shown is of the settings then.</span></p>;
}
