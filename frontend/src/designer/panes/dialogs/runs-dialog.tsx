/** Runs that this draft made, to be shown on the canvas or compared with the one that is. */
import { useState } from "react";
import type { Shown } from "../../../graph/status";
import { useCommands, useDesigner } from "../../context";
import { messageOf, pagePlace, rest } from "../page";
import { Chip, Icon, Modal, useLoad, Waiting, When } from "../parts";
import { RunsComparison } from "./runs-compare";

interface RunItem { id: string; number: number; status: string; experiment: string; description: string; submitted_by: string; submitted_at: string; origin?: { draft?: { id?: string } } }

/** The newest runs of the workspace that came from this draft. */
export async function runsOfDraft(experiment: string, signal?: AbortSignal): Promise<RunItem[]> {
  const draft = pagePlace().draft;
  const found: RunItem[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < 3 && cursor !== null && found.length < 30; page += 1) {
    const query = new URLSearchParams({ limit: "200", ...(experiment ? { experiment } : {}), ...(cursor ? { cursor } : {}) });
    const told: { items: RunItem[]; next: string | null } = await rest(`/runs?${query.toString()}`, signal ? { signal } : {});
    found.push(...told.items.filter((one) => one.origin?.draft?.id === draft));
    cursor = told.next;
  }
  return found;
}

export function RunsDialog({ onClose }: { onClose: () => void }) {
  const { showRun } = useCommands();
  const shown = useDesigner((state) => state.run?.id ?? "");
  const runs = useLoad((signal) => runsOfDraft("", signal), []);
  const [refused, setRefused] = useState("");
  const [other, setOther] = useState<RunItem | null>(null);
  const show = async (id: string) => {
    try {
      await showRun(id);
      onClose();
    } catch (error) {
      setRefused(messageOf(error));
    }
  };
  const found = runs.phase === "ready" ? runs.value : [];
  const on = found.find((one) => one.id === shown);
  if (on && other) {
    const [before, after] = on.submitted_at < other.submitted_at ? [on, other] : [other, on];
    return (
      <Modal title={`Run ${before.number} and Run ${after.number}`} wide className="pane-dialog-port" onClose={onClose} actions={<><button type="button" className="button" onClick={() => setOther(null)}><Icon name="chevron-left" />All runs</button><span className="spacer" /></>}>
        <RunsComparison before={before.id} after={after.id} />
      </Modal>
    );
  }
  return (
    <Modal title="Runs of this draft" onClose={onClose}>
      <Waiting state={runs} what="runs" />
      {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
      {runs.phase === "ready" && (found.length === 0
        ? <p className="muted">None of the newest runs came from this draft.</p>
        : <ul className="pane-rows">{found.map((one) => (
          <li key={one.id} className="row" data-on={one.id === shown || undefined}>
            <button type="button" className="pane-row" onClick={() => void show(one.id)}><Chip status={one.status as Shown} /><strong>Run {one.number}</strong><span className="muted ellipsis" dir="auto">{one.description || one.experiment}</span><span className="spacer" /><span className="muted small nowrap">{one.submitted_by}, <When at={one.submitted_at} /></span></button>
            {on && <button type="button" className="button button-small" disabled={one === on} aria-label={`Compare Run ${one.number} with Run ${on.number}`} onClick={() => setOther(one)}>{one === on ? "On the canvas" : "Compare"}</button>}
          </li>))}</ul>)}
    </Modal>
  );
}
