/** What somebody dropped or chose, as the files of a snapshot. Pure but for reading the files themselves. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { unzipSync } from "fflate";

export interface SourceFile { path: string; bytes: Uint8Array }
export interface Entry { path: string; sha256: string; size: number; executable: boolean }

/** As the server's own limit for a snapshot. */
export const MOST_BYTES = 300 * 1024 * 1024;
const LEFT_OUT = /(^|\/)(\.git|__pycache__|\.ipynb_checkpoints|\.venv|node_modules|__MACOSX|\.DS_Store|Thumbs\.db)(\/|$)|\.pyc$/;
const SPECS = /^(module|module_spec|spec)\.(ya?ml|json)$/i;

/** Without what is no source, and without a folder that is around everything. */
export function tidy(files: readonly SourceFile[]): SourceFile[] {
  const kept = files.map((file) => ({ ...file, path: file.path.replaceAll("\\", "/").replace(/^(\.?\/)+/, "") })).filter((file) => file.path !== "" && !LEFT_OUT.test(file.path));
  const first = kept[0]?.path.split("/")[0] ?? "";
  const around = kept.length > 0 && kept.every((file) => file.path.startsWith(`${first}/`));
  const bare = around ? kept.map((file) => ({ ...file, path: file.path.slice(first.length + 1) })) : kept;
  return [...new Map(bare.map((file) => [file.path, file])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of a ZIP. Refused by a sentence when it is none, or when it would be too large: before anything is unpacked. */
export function unzip(bytes: Uint8Array, name: string): SourceFile[] {
  let total = 0;
  const wanted = (path: string) => !path.endsWith("/") && !LEFT_OUT.test(path);
  let found: Record<string, Uint8Array> = {};
  try {
    unzipSync(bytes, { filter: (file) => { if (wanted(file.name)) total += file.originalSize; return false; } });
    if (total <= MOST_BYTES) found = unzipSync(bytes, { filter: (file) => wanted(file.name) });
  } catch {
    throw new Error(`${name} can't be read as a ZIP file.`);
  }
  if (total > MOST_BYTES) throw new Error(`${name} holds more than 300 MB.`);
  return Object.entries(found).map(([path, content]) => ({ path, bytes: content }));
}

/** The spec among the files: a usual name at the top, or the only YAML file there. */
export function findSpec(files: readonly SourceFile[]): SourceFile | null {
  const top = files.filter((file) => !file.path.includes("/"));
  const yaml = top.filter((file) => /\.ya?ml$/i.test(file.path));
  return top.find((file) => SPECS.test(file.path)) ?? (yaml.length === 1 ? yaml[0] ?? null : null);
}

export const entryOf = (file: SourceFile): Entry => ({ path: file.path, sha256: bytesToHex(sha256(file.bytes)), size: file.bytes.length, executable: false });

/** The body of `POST …/blobs`: `<sha256> <size>\n` and bytes for each; each content once. */
export function frames(files: readonly SourceFile[], entries: readonly Entry[], wanted: ReadonlySet<string>): Blob {
  const left = new Set(wanted);
  const parts: BlobPart[] = [];
  files.forEach((file, index) => {
    const entry = entries[index];
    if (!entry || !left.delete(entry.sha256)) return;
    parts.push(`${entry.sha256} ${entry.size}\n`, file.bytes as BlobPart);
  });
  return new Blob(parts);
}

export const sizeText = (size: number): string => (size < 1000 ? `${size} B` : size < 1e6 ? `${(size / 1e3).toFixed(1)} KB` : `${(size / 1e6).toFixed(1)} MB`);

/** Every file below what was dropped, folders walked; or the plain files where the browser knows no folders. */
export async function dropped(data: DataTransfer): Promise<SourceFile[]> {
  const roots = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((one): one is FileSystemEntry => !!one);
  if (roots.length === 0) return chosen([...data.files]);
  const found: SourceFile[] = [];
  for (const root of roots) await walk(root, "", found);
  return found;
}

async function walk(entry: FileSystemEntry, before: string, found: SourceFile[]): Promise<void> {
  const path = before + entry.name;
  if (LEFT_OUT.test(path)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push(...(await opened(file, path)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) { // a hundred at a time, until none is left
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const one of batch) await walk(one, `${path}/`, found);
  }
}

export async function chosen(files: readonly File[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const file of files) found.push(...(await opened(file, file.webkitRelativePath || file.name)));
  return found;
}

/** A ZIP that was given by itself is what it holds. */
async function opened(file: File, path: string): Promise<SourceFile[]> {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} has more than 300 MB.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  return /\.zip$/i.test(path) && !path.includes("/") ? unzip(bytes, file.name) : [{ path, bytes }];
}
