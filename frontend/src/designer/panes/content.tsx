/** What the right side shows: the pane of what is selected, or of the draft. */
import { useDesigner } from "../context";
import { DraftPane } from "./draft-pane";
import { NodePane } from "./node-pane";
import { GroupPane, ManyPane, NotePane, WirePane } from "./other-panes";
import { PillPane } from "./pill-pane";

export function PaneContent({ wire }: { wire: string }) {
  const selection = useDesigner((state) => state.selection);
  const only = selection.size === 1 ? [...selection][0] ?? "" : "";
  const kind = useDesigner((state) => {
    if (selection.size === 0) return "draft";
    if (selection.size > 1) return "many";
    if (state.view.faces.has(only)) return "node";
    if (state.view.pills.has(only)) return "pill";
    if (state.graph.ui?.notes?.some((one) => one.id === only)) return "note";
    if (state.graph.ui?.groups?.some((one) => one.id === only)) return "group";
    return "draft";
  });
  if (kind === "draft" && wire) return <WirePane key={wire} id={wire} />;
  if (kind === "node") return <NodePane key={only} id={only} />;
  if (kind === "many") return <ManyPane />;
  if (kind === "pill") return <PillPane key={only} id={only} />;
  if (kind === "note") return <NotePane key={only} id={only} />;
  if (kind === "group") return <GroupPane key={only} id={only} />;
  return <DraftPane />;
}
