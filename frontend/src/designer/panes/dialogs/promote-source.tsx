/** A dataset or a path that whoever submits may choose. */
import { useState } from "react";
import { parameterNameFault } from "../../core/parameters";
import type { Pill } from "../../core/types";
import { useCommands } from "../../context";
import { Field, Icon, Modal } from "../parts";

export function PromoteSource({ pill, onClose }: { pill: Pill; onClose: () => void }) {
  const { promoteSource } = useCommands();
  const [name, setName] = useState(() => pill.title.replace(/\.[a-z0-9]+$/i, "").replace(/[^\p{L}\p{N}_]+/gu, "_").slice(0, 60) || "data");
  const [refused, setRefused] = useState("");
  const fault = parameterNameFault(name.trim());
  const submit = () => {
    if (fault) return;
    const why = promoteSource(pill.key, name.trim());
    if (why) setRefused(why);
    else onClose();
  };
  return (
    <Modal title={<>A pipeline parameter for {pill.title}</>} onClose={onClose} onSubmit={submit}
      actions={<><button type="button" className="button" onClick={onClose}>Cancel</button><button type="submit" className="button button-primary" disabled={fault !== null}>Make it a parameter</button></>}>
      <div className="form">
        <p className="muted">Who submits the pipeline or calls its endpoint chooses other data; this stays the default. Steps that read it keep their wires.</p>
        <Field label="Name" required error={fault ?? undefined}>{(ids) => <input {...ids} type="text" data-first="" autoComplete="off" value={name} onChange={(event) => { setName(event.target.value); setRefused(""); }} />}</Field>
        {refused && <p className="error pane-error" role="alert"><Icon name="error" />{refused}</p>}
      </div>
    </Modal>
  );
}
