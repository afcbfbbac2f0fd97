/** Files behind a port, each to look at or to download. */
import { useRef, useState } from "react";
import { bytesText } from "../fields/path";
import { loadFragment, messageOf, pagePlace, rest } from "../page";
import { Icon, useLoad, Waiting } from "../parts";
import type { DataPlace } from "./port";

interface Listed { label: string; size: number; download: string; preview: string | null }
const MOST = 300;

export function PortFiles({ place }: { place: DataPlace }) {
  const files = useLoad((signal) => listFiles(place, signal), [JSON.stringify(place)]);
  const box = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState("");
  if (files.phase !== "ready") return <Waiting state={files} what="the files" />;
  const look = async (url: string) => {
    setFailed("");
    try {
      if (box.current) await loadFragment(url, box.current);
    } catch (error) {
      setFailed(messageOf(error));
    }
  };
  return (
    <div className="stack">
      {files.value.length === 0 && <p className="muted">There are no files.</p>}
      <ul className="files pane-browser">{files.value.slice(0, MOST).map((one) => (
        <li key={one.label} className="row">
          {one.preview ? <button type="button" onClick={() => void look(one.preview ?? "")}><Icon name="file" /><span className="ellipsis" dir="auto">{one.label}</span><span className="file-size">{bytesText(one.size)}</span></button> : <span className="file-folder"><Icon name="file" /><span className="ellipsis" dir="auto">{one.label}</span><span className="file-size">{bytesText(one.size)}</span></span>}
          <a className="button button-quiet button-small icon-only" href={one.download} download aria-label={`Download ${one.label}`}><Icon name="download" /></a>
        </li>))}</ul>
      {files.value.length > MOST && <p className="muted small">and {files.value.length - MOST} more</p>}
      {failed && <p className="error pane-error" role="alert"><Icon name="error" />{failed}</p>}
      <div ref={box} className="preview-place" aria-live="polite" />
    </div>
  );
}

async function listFiles(place: DataPlace, signal: AbortSignal): Promise<Listed[]> {
  const { api, pages } = pagePlace();
  const path = (text: string) => text.split("/").map(encodeURIComponent).join("/");
  if (place.kind === "dataset") {
    const told = await rest<{ items: { datastore: string; path: string; relative_path: string; size: number }[] }>(`/datasets/${place.id}/files`, { signal });
    return told.items.map((one) => ({ label: one.relative_path || one.path, size: one.size, download: `${api}/datastores/${encodeURIComponent(one.datastore)}/files/${path(one.path)}`, preview: null }));
  }
  const base = `/steps/${place.step}/outputs/${encodeURIComponent(place.name)}/files`;
  const told = await rest<{ items: { path: string; size: number }[] }>(base, { signal });
  return told.items.map((one) => ({
    label: one.path || place.name, size: one.size, download: `${api}${base}/${path(one.path)}`,
    preview: `${pages}/runs/${place.run}/steps/${place.step}/preview?${new URLSearchParams({ output: place.name, file: one.path }).toString()}`,
  }));
}
