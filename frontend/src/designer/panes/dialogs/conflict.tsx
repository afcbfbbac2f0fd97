/** Somebody saved meanwhile: both versions side by side, and three ways on. */
import { useState } from "react";
import { useCommands, useDesigner } from "../../context";
import { diffFields, diffGraphs } from "../diff";
import { DiffView, marksOf } from "../diff-view";
import { messageOf, pagePlace } from "../page";
import { Icon, Modal, plural, When } from "../parts";
import { Picture } from "../picture";
import { useTitles } from "../titles";
import { asRead } from "./run-difference";

export function ConflictDialog({ onClose }: { onClose: () => void }) {
  const { resolveConflict } = useCommands();
  const save = useDesigner((state) => state.save);
  const graph = useDesigner((state) => state.graph);
  const draft = useDesigner((state) => state.draft);
  const titleOf = useTitles();
  const modules = useDesigner((state) => state.modules);
  const [going, setGoing] = useState("");
  const [refused, setRefused] = useState("");
  if (save.kind !== "conflict") return <Modal title="Both versions" onClose={onClose}><p>There is no conflict any more.</p></Modal>;
  const { theirs } = save;
  const fields = diffFields(draft, theirs);
  const diff = diffGraphs(asRead(graph, modules), asRead(theirs.graph, modules), titleOf);
  const marks = marksOf(diff);
  const me = pagePlace().user;
  const who = theirs.updated_by === me ? "You, in another tab or browser," : theirs.updated_by;
  const go = async (way: "theirs" | "mine" | "copy") => {
    setGoing(way);
    setRefused("");
    try {
      await resolveConflict(way);
      onClose();
    } catch (error) {
      setRefused(messageOf(error));
      setGoing("");
    }
  };
  return (
    <Modal title="Somebody else saved this draft" wide className="pane-dialog-conflict" onClose={onClose}>
      <div className="stack">
        <p><bdi>{who}</bdi> saved it <When at={theirs.updated_at} />, after you had opened or saved it. Nothing was overwritten, and your changes are kept in this browser.</p>
        <div className="pane-sides">
          <section aria-label="Their version"><h3>Theirs</h3><p className="muted small"><bdi>{theirs.updated_by}</bdi>, <When at={theirs.updated_at} />, {plural(theirs.graph.nodes.length, "step")}</p><Picture titleOf={titleOf} graph={theirs.graph} marks={new Map([...marks].filter(([, mark]) => mark !== "removed"))} label={`Their version: ${plural(theirs.graph.nodes.length, "step")}`} />
            <button type="button" className="button" aria-disabled={Boolean(going) || undefined} onClick={() => void go("theirs")}>Take theirs</button><p className="help">Your changes since your last save go.</p></section>
          <section aria-label="My version"><h3>Mine</h3><p className="muted small"><bdi>{me}</bdi>, now, {plural(graph.nodes.length, "step")}</p><Picture titleOf={titleOf} graph={graph} marks={new Map([...marks].filter(([, mark]) => mark !== "added").map(([id, mark]) => [id, mark === "removed" ? "added" : mark] as const))} label={`My version: ${plural(graph.nodes.length, "step")}`} />
            <button type="button" className="button" aria-disabled={Boolean(going) || undefined} onClick={() => void go("mine")}>Save mine over it</button><p className="help">Theirs stays in the history.</p></section>
        </div>
        <h3>What is different</h3>
        {fields.length > 0 && <ul className="pane-changes" aria-label="Of the draft itself">{fields.map((one) => <li key={one}><Icon name="edit" /><span dir="auto">{one}</span></li>)}</ul>}
        <DiffView diff={diff} same="Both have the same steps and settings." words={["Only in theirs", "Only in mine", "Different in theirs"]} />
        {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
        <div className="row"><button type="button" className="button button-primary" data-first="" aria-disabled={Boolean(going) || undefined} onClick={() => void go("copy")}><Icon name="copy" />Keep both</button><span className="muted small">Mine becomes a draft of its own; theirs stays this one.</span></div>
      </div>
    </Modal>
  );
}
