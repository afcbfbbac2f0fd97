/** A folder on its way to the studio: blobs that it lacks, the snapshot, then the module. */
import { entryOf, frames, type SourceFile } from "./files";

export interface Problem { field?: string; message: string }
/** The studio said no: with every fault by its field, or with one sentence. */
export class Refused extends Error {
  constructor(message: string, readonly problems: readonly Problem[]) { super(message); }
}
export interface Place { api: string; module: string; token: string }
export interface Wanted { spec: string; changes: string; setDefault: boolean }
type Progress = (share: number, text: string) => void;

/** The id of the module that was made or got a version. */
export async function sendModule(place: Place, files: readonly SourceFile[], wanted: Wanted, progress: Progress): Promise<string> {
  progress(0, "Comparing…");
  const entries = files.map(entryOf);
  const { missing } = await ask<{ missing: string[] }>(place, "POST", "/snapshots/missing", { hashes: [...new Set(entries.map((one) => one.sha256))] });
  if (missing.length > 0) await sendBlobs(place, frames(files, entries, new Set(missing)), progress);
  progress(1, "Checking the spec…");
  const snapshot = await ask<{ id: string }>(place, "POST", "/snapshots", { files: entries });
  if (!place.module) return (await ask<{ id: string }>(place, "POST", "/modules", { spec: wanted.spec, snapshot: snapshot.id })).id;
  const changes = wanted.changes ? { changes: wanted.changes } : {};
  await ask(place, "POST", `/modules/${place.module}/versions`, { spec: wanted.spec, snapshot: snapshot.id, set_default: wanted.setDefault, ...changes });
  return place.module;
}

async function ask<T>(place: Place, method: string, path: string, body: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(place.api + path, { method, credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": place.token }, body: JSON.stringify(body) });
  } catch {
    throw new Refused("The studio can't be reached. Nothing is lost here: try again.", []);
  }
  return read(answer.status, await answer.text()) as T;
}

function read(status: number, text: string): unknown {
  const body = parsed(text);
  if (status < 400 && body) return body;
  if (status === 401) throw new Refused("You are signed out: sign in in another tab, then try again.", []);
  throw new Refused(body?.detail ?? `The studio answered ${status}.`, body?.problems ?? []);
}

function parsed(text: string): { detail?: string; problems?: Problem[] } | null {
  try { return JSON.parse(text) as { detail?: string; problems?: Problem[] }; } catch { return null; }
}

/** By XMLHttpRequest: `fetch` tells no progress of what it sends. */
function sendBlobs(place: Place, body: Blob, progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${place.api}/blobs`);
    request.setRequestHeader("Content-Type", "application/x-forebay-blobs");
    request.setRequestHeader("X-CSRFToken", place.token);
    request.upload.onprogress = (event) => {
      const share = event.lengthComputable && event.total > 0 ? event.loaded / event.total : 0;
      progress(share, `Sending, ${Math.round(share * 100)} %`);
    };
    request.onerror = () => reject(new Refused("The connection broke while the files were sent. Try again: what arrived is not sent twice.", []));
    request.onload = () => {
      try { read(request.status, request.responseText); resolve(); } catch (error) { reject(error as Error); }
    };
    request.send(body);
  });
}
