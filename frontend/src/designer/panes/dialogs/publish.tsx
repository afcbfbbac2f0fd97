/** Publishing what is drawn: as a new endpoint, the next version of one, or alone. */
import { useEffect, useState } from "react";
import type { PublishForm } from "../../contract";
import type { Problem } from "../../core/types";
import { useCommands, useDesigner } from "../../context";
import { Combobox } from "../combobox";
import { messageOf, rest } from "../page";
import { DefaultInput, TYPE_WORDS } from "./parameter-default";
import { useParameterValues, type Values } from "./parameter-values";
import { Field, Icon, Modal, plural, useLoad, Waiting } from "../parts";
import { DefaultText } from "../default-text";
import { sameValue } from "../settings";
import { ProblemList } from "./problem-list";

type Way = "new" | "existing" | "none";
interface EndpointItem { id: string; name: string; status?: string; default_version?: string; versions?: unknown[] }

/** What was filled in and not sent, for the next time. */
let unsent: { way: Way; name?: string; description?: string; endpoint: string; newName?: string; makeDefault: boolean; values: Values } | null = null;

export function PublishDialog({ onClose }: { onClose: () => void }) {
  const { publish } = useCommands();
  const draft = useDesigner((state) => state.draft);
  const live = useDesigner((state) => state.problems);
  const endpoints = useLoad((signal) => rest<{ items: EndpointItem[] }>("/pipeline-endpoints?limit=200", { signal }).then((told) => told.items.filter((one) => one.status !== "Archived")), []);
  const { parameters, values, set, typed, faults: wrong } = useParameterValues(unsent?.values);
  const [way, setWay] = useState<Way>(unsent?.way ?? "new");
  const [name, setName] = useState(unsent?.name ?? draft.name);
  const [description, setDescription] = useState(unsent?.description ?? draft.description);
  const [endpoint, setEndpoint] = useState(unsent?.endpoint ?? "");
  const [newName, setNewName] = useState(unsent?.newName ?? draft.name);
  const [makeDefault, setMakeDefault] = useState(unsent?.makeDefault ?? true);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [refused, setRefused] = useState("");
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  useEffect(() => { unsent = { way, endpoint, makeDefault, ...(name !== draft.name && { name }), ...(description !== draft.description && { description }), ...(newName !== draft.name && { newName }), values: typed }; });
  const found = endpoints.phase === "ready" ? endpoints.value : [];
  const chosen = found.find((one) => one.id === endpoint);
  const faults = {
    name: name.trim() ? "" : "Give the published pipeline a name.",
    endpoint: way !== "existing" || chosen ? "" : "Choose the endpoint that gets the next version.",
    newName: way !== "new" || newName.trim() ? "" : "Give the endpoint a name.",
    values: wrong.size ? "A default is no number." : "",
    taken: way === "new" && found.some((one) => one.name === newName.trim()) ? "There is an endpoint of this name: choose “next version” to add to it." : "",
  };
  const submit = async () => {
    setTried(true);
    if (sending || Object.values(faults).some(Boolean)) return;
    setSending(true);
    setRefused("");
    setProblems([]);
    const form: PublishForm = {
      name: name.trim(), description: description.trim(), makeDefault: way === "existing" ? makeDefault : true,
      parameters: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== "")),
      endpoint: way === "none" ? null : way === "new" ? { name: newName.trim() } : { id: endpoint },
    };
    try {
      const answer = await publish(form);
      if ("url" in answer) return location.assign(answer.url);
      setProblems(answer.problems);
    } catch (error) {
      setRefused(messageOf(error));
    }
    setSending(false);
  };
  const next = chosen ? (chosen.versions?.length ?? 0) + 1 : 0;
  return (
    <Modal title="Publish" onClose={onClose} onSubmit={() => void submit()}
      actions={<><span className="muted small pane-keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span><span className="spacer" /><button type="button" className="button" onClick={onClose}>Cancel</button><button type="submit" className="button button-primary" aria-disabled={sending || undefined}><Icon name={sending ? "status-running" : "endpoints"} />{sending ? "Publishing…" : "Publish"}</button></>}>
      <div className="form">
        <p className="muted">Other programs then run this pipeline by REST. It is frozen as it is now, with its environments; the draft can be changed on.</p>
        <div role="alert" className="pane-alert">
          {refused && <p className="error pane-error"><Icon name="error" />{refused}</p>}
          {problems.length > 0 && <ProblemList problems={problems} onJump={onClose} title={`${plural(problems.length, "problem")} to solve first`} />}
          {problems.length === 0 && live.length > 0 && <ProblemList problems={live} onJump={onClose} title={`${plural(live.length, "problem")} to solve first`} />}
        </div>
        <fieldset className="pane-choices"><legend>Endpoint</legend>
          <label className="row"><input type="radio" name="way" checked={way === "new"} onChange={() => setWay("new")} />A new endpoint</label>
          <label className="row"><input type="radio" name="way" checked={way === "existing"} disabled={endpoints.phase === "ready" && found.length === 0} onChange={() => setWay("existing")} />The next version of an endpoint</label>
          <label className="row"><input type="radio" name="way" checked={way === "none"} onChange={() => setWay("none")} />None: only a published pipeline</label>
        </fieldset>
        {way === "new" && <Field label="Endpoint name" required error={faults.taken || (tried ? faults.newName : "") || undefined}>{(ids) => <input {...ids} type="text" dir="auto" maxLength={255} value={newName} onChange={(event) => setNewName(event.target.value)} />}</Field>}
        {way === "existing" && <><Waiting state={endpoints} what="endpoints" />
          <Field label="Endpoint" required error={tried && faults.endpoint ? faults.endpoint : undefined} help={chosen ? `This becomes version ${next}; version ${chosen.default_version ?? "?"} is the default now.` : undefined}>{(ids) => <Combobox {...ids} value={endpoint} required placeholder="Search endpoints" empty="No endpoint has these letters." options={found.map((one) => ({ value: one.id, label: one.name, detail: plural(one.versions?.length ?? 0, "version") }))} onPick={setEndpoint} />}</Field>
          <label className="row"><input type="checkbox" checked={makeDefault} onChange={(event) => setMakeDefault(event.target.checked)} />Make it the default version: callers get it at once</label></>}
        <Field label="Name of the published pipeline" required error={tried && faults.name ? faults.name : undefined}>{(ids) => <input {...ids} type="text" dir="auto" maxLength={255} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label="Description">{(ids) => <textarea {...ids} rows={2} dir="auto" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
        {parameters.length > 0 && <fieldset className="pane-fieldset"><legend>Defaults of its parameters</legend>
          {parameters.map((one) => <Field key={one.name} label={<bdi>{one.name}</bdi>} error={wrong.get(one.name)} help={<>{TYPE_WORDS[one.type] ?? one.type}{!sameValue(values[one.name], one.default) && <>; the draft has <DefaultText value={one.default} /></>}</>}>{(ids) => <DefaultInput type={one.type} value={values[one.name]} set={(value) => set(one.name, value)} ids={ids} label={one.name} />}</Field>)}</fieldset>}
      </div>
    </Modal>
  );
}
