/** A place on a datastore: which one, the path, and its folders to walk through. */
import { useState } from "react";
import { Combobox } from "../combobox";
import { Icon, Modal, useLoad, Waiting } from "../parts";
import { pageText, rest } from "../page";
import type { FieldIds } from "../parts";

export interface DatastorePath { datastore: string; path: string }
interface DatastoreItem { name: string; is_default?: boolean }

/** Loaded once for a page; a datastore that comes later is there after a reload. */
let stores: Promise<DatastoreItem[]> | null = null;
export const datastores = (): Promise<DatastoreItem[]> => {
  stores ??= rest<{ items: DatastoreItem[] }>("/datastores").then((told) => told.items).catch((error: unknown) => { stores = null; throw error; });
  return stores;
};

export function PathInput({ value, set, ids, disabled, label, required }: { value: unknown; set: (value: DatastorePath | undefined) => void; ids: FieldIds; disabled: boolean; label: string; required?: boolean | undefined }) {
  const known = useLoad(datastores, []);
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<DatastorePath>;
  const [browsing, setBrowsing] = useState(false);
  const names = known.phase === "ready" ? known.value.map((one) => one.name) : [];
  const standard = known.phase === "ready" ? (known.value.find((one) => one.is_default) ?? known.value[0])?.name ?? "" : "";
  const datastore = given.datastore ?? standard;
  const path = given.path ?? "";
  const change = (next: Partial<DatastorePath>) => {
    const whole = { datastore, path, ...next };
    set(whole.path === "" && !("datastore" in next) ? undefined : whole);
  };
  return (
    <div className="pane-path">
      <Combobox label={`${label}: datastore`} value={datastore} disabled={disabled} required options={(names.includes(datastore) || !datastore ? names : [...names, datastore]).map((name) => ({ value: name, ...(name === standard ? { detail: "default" } : {}) }))}
        placeholder={known.phase === "loading" ? "Loading…" : "Datastore"} onPick={(name) => change({ datastore: name })} aria-invalid={known.phase === "ready" && datastore !== "" && !names.includes(datastore) ? true : undefined} />
      <div className="row pane-path-row">
        <input {...ids} type="text" dir="auto" spellCheck={false} autoComplete="off" placeholder="folder/file.csv" aria-required={required} disabled={disabled} value={path} onChange={(event) => change({ path: event.target.value })} />
        <button type="button" className="button icon-only" aria-label="Browse folders" title="Browse folders" disabled={disabled || !datastore} onClick={() => setBrowsing(true)}><Icon name="folder" /></button>
      </div>
      {known.phase === "error" && <Waiting state={known} what="datastores" />}
      {browsing && <Browser datastore={datastore} path={path} onClose={() => setBrowsing(false)} onPick={(chosen) => { setBrowsing(false); change({ path: chosen }); }} />}
    </div>
  );
}

/** What lies in one folder after the other; folders end with a slash. */
function Browser({ datastore, path, onClose, onPick }: { datastore: string; path: string; onClose: () => void; onPick: (path: string) => void }) {
  const [folder, setFolder] = useState(path.slice(0, path.lastIndexOf("/") + 1));
  const entries = useLoad(() => folderEntries(datastore, folder), [datastore, folder]);
  const parts = folder.split("/").filter(Boolean);
  return (
    <Modal title={`Choose from ${datastore}`} onClose={onClose} actions={<><button type="button" className="button" onClick={onClose}>Cancel</button><button type="button" className="button button-primary" disabled={!folder} onClick={() => onPick(folder.replace(/\/$/, ""))}>Use this folder</button></>}>
      <nav className="breadcrumb pane-crumbs" aria-label="Folder"><ol>
        <li><button type="button" className="button button-quiet button-small" onClick={() => setFolder("")}>{datastore}</button></li>
        {parts.map((part, index) => <li key={index}><button type="button" className="button button-quiet button-small" onClick={() => setFolder(`${parts.slice(0, index + 1).join("/")}/`)}>{part}</button></li>)}
      </ol></nav>
      <Waiting state={entries} what="the folder" />
      {entries.phase === "ready" && entries.value.length === 0 && <p className="muted">Nothing is here. Upload files to the datastore, or type the path.</p>}
      {entries.phase === "ready" && <ul className="files pane-browser">
        {entries.value.map((one) => (
          <li key={one}><button type="button" onClick={() => (one.endsWith("/") ? setFolder(one) : onPick(one))}>
            <Icon name={one.endsWith("/") ? "folder" : "file"} /><span className="ellipsis" dir="auto">{one.replace(/\/$/, "").slice(folder.length)}</span></button></li>
        ))}
      </ul>}
    </Modal>
  );
}

/** The same answer that suggests paths on the studio's other pages: one folder, however many files the datastore has. */
async function folderEntries(datastore: string, folder: string): Promise<string[]> {
  const query = new URLSearchParams({ "-datastore": datastore, "-path": folder });
  const html = await pageText(`/parameters/paths?${query.toString()}`);
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.querySelectorAll("option")].map((one) => one.value);
}

export function bytesText(size: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let at = 0;
  let value = size;
  while (value >= 1000 && at < units.length - 1) { value /= 1024; at += 1; }
  return `${at === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[at]}`;
}
