/** A step's log without leaving the canvas. */
import { isFinal } from "../../../graph/status";
import type { StepJson } from "../../../graph/types";
import { defineLog } from "../../../log/element";
import { pagePlace } from "../page";
import { Modal } from "../parts";

/** The log as on the run's page: live, searchable. A reused step shows the log of the one that computed it. */
export function LogDialog({ step, name, onClose }: { step: StepJson; name: string; onClose: () => void }) {
  defineLog();
  const origin = step.reused_from?.step_id ?? step.id;
  const place = pagePlace();
  return (
    <Modal title={`Log of ${name}`} wide className="pane-dialog-log" onClose={onClose}>
      <forebay-log src={`${place.api}/steps/${origin}/log`} step={origin} attempt={String(step.reused ? 1 : step.attempt ?? 1)} live={place.liveUrl} filename={`${name}.log`} height="fill" final={isFinal(step.status) ? "" : undefined} />
    </Modal>
  );
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements { "forebay-log": { src: string; step: string; attempt: string; live: string; filename: string; height: string; final?: string | undefined } }
  }
}
