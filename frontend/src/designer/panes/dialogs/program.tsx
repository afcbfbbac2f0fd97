/** The draft as a Python program against the SDK: to read, to copy, to download with the scripts that it starts. */
import { useCommands, useDesigner } from "../../context";
import { pagePlace, restText } from "../page";
import { Icon, Modal, plural, useLoad, Waiting } from "../parts";

export function ProgramDialog({ onClose }: { onClose: () => void }) {
  const { saveNow } = useCommands();
  const editable = useDesigner((state) => state.editable);
  const place = pagePlace();
  const path = `/drafts/${place.draft}/program`;
  const program = useLoad(async (signal) => {
    if (editable && !await saveNow()) throw new Error("The draft has to be saved before it can be written as a program: see what the toolbar says.");
    return restText(path, signal);
  }, []);
  const ready = program.phase === "ready";
  return (
    <Modal title="Python program" wide className="pane-dialog-program" onClose={onClose} actions={<>
      {ready && <span className="muted small">{plural(program.value.trimEnd().split("\n").length, "line")}</span>}<span className="spacer" />
      {ready && <a className="button" href={`${place.api}${path}?format=zip`} download><Icon name="download" />With its scripts, as ZIP</a>}
      {ready && <a className="button" href={`${place.api}${path}?download=1`} download><Icon name="download" />Download</a>}
      <button type="button" className="button button-primary" onClick={onClose}>Done</button></>}>
      <p className="muted pane-lead">It builds this draft with the SDK and submits it: steps that are the same are reused, and its run can be cloned back to a draft. What a program can't say stands at its top.</p>
      <Waiting state={program} what="the program" />
      {ready && <div className="copyable pane-program"><pre className="code" id="pane-program" tabIndex={0} aria-label="The program">{program.value}</pre><button type="button" className="button button-quiet icon-only copy" data-copy="#pane-program" aria-label="Copy"><Icon name="copy" /></button></div>}
    </Modal>
  );
}
