/** An output of a run as a dataset that others can choose. */
import { useState } from "react";
import { useCommands } from "../../context";
import { messageOf, rest } from "../page";
import { Field, Icon } from "../parts";
import type { OutputInfo } from "./port";

export function RegisterForm({ output, table, suggestion }: { output: OutputInfo; table: boolean; suggestion: string }) {
  const { refreshPalette } = useCommands();
  const [name, setName] = useState(suggestion);
  const [description, setDescription] = useState("");
  const [told, setTold] = useState<{ bad: boolean; text: string } | null>(null);
  const [sending, setSending] = useState(false);
  const register = async () => {
    if (!name.trim() || sending) return;
    setSending(true);
    try {
      const path = table && output.is_directory !== false ? `${output.path}/data.parquet` : output.path;
      const made = await rest<{ id: string }>("/datasets", { method: "POST", body: { kind: table ? "tabular" : "file", definition: { paths: [{ datastore: output.datastore, path }], ...(table ? { format: "parquet" } : {}) } } });
      const registered = await rest<{ name: string; version: number }>(`/datasets/${made.id}/register`, { method: "POST", body: { name: name.trim(), description, create_new_version: true } });
      setTold({ bad: false, text: `It is dataset ${registered.name}, version ${registered.version}. The palette has it under Datasets.` });
      void refreshPalette();
    } catch (error) {
      setTold({ bad: true, text: messageOf(error) });
    }
    setSending(false);
  };
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void register(); }}>
      <p className="muted">The dataset is this output as it lies on {output.datastore}; a name that is there gets a new version.</p>
      <Field label="Name" required>{(ids) => <input {...ids} type="text" dir="auto" maxLength={255} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label="Description">{(ids) => <textarea {...ids} rows={2} dir="auto" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      {told && <p className={told.bad ? "error pane-error" : "pane-good"} role={told.bad ? "alert" : "status"}><Icon name={told.bad ? "error" : "success"} />{told.text}</p>}
      <div className="form-actions"><button type="submit" className="button button-primary" disabled={!name.trim()}>{sending ? "Registering…" : "Register"}</button></div>
    </form>
  );
}
