/** modules.js: the upload of an own module (templates/pipelines/module_new.html). */
import { chosen, dropped, findSpec, MOST_BYTES, sizeText, tidy, type SourceFile } from "./files";
import { Refused, sendModule, type Problem } from "./send";

const SHOWN = 50;
const by = <T extends HTMLElement>(id: string): T | null => document.getElementById(id) as T | null;

function start(form: HTMLFormElement): void {
  const spec = by<HTMLTextAreaElement>("spec-text") as HTMLTextAreaElement;
  let files: SourceFile[] = [];

  const take = async (reading: Promise<SourceFile[]>) => {
    tell(null);
    try {
      const found = tidy(await reading);
      if (found.length === 0) throw new Error("There is no file in it.");
      if (found.reduce((sum, file) => sum + file.bytes.length, 0) > MOST_BYTES) throw new Error("These files have more than 300 MB together; a module holds at most that.");
      files = found;
    } catch (error) {
      return tell({ title: "These files can't be taken", problems: [{ message: error instanceof Error ? error.message : String(error) }] });
    }
    list(files);
    const given = findSpec(files);
    const from = by("spec-from");
    if (given) spec.value = new TextDecoder().decode(given.bytes);
    if (from) from.textContent = given ? `from ${given.path}` : "no module.yaml or module.json among the files: write it here";
  };

  const drop = by("module-drop");
  const inputs = { folder: by<HTMLInputElement>("folder-input"), files: by<HTMLInputElement>("files-input") };
  by("choose-folder")?.addEventListener("click", () => inputs.folder?.click());
  by("choose-files")?.addEventListener("click", () => inputs.files?.click());
  for (const input of [inputs.folder, inputs.files]) {
    input?.addEventListener("change", () => {
      const picked = [...(input.files ?? [])];
      input.value = "";
      if (picked.length > 0) void take(chosen(picked));
    });
  }
  drop?.addEventListener("dragover", (event) => { event.preventDefault(); drop.dataset["over"] = ""; });
  drop?.addEventListener("dragleave", () => { delete drop.dataset["over"]; });
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset["over"];
    if (event.dataTransfer) void take(dropped(event.dataTransfer));
  });
  by("use-example")?.addEventListener("click", () => {
    const text = (id: string) => new TextEncoder().encode(by<HTMLTemplateElement>(id)?.content.textContent ?? "");
    void take(Promise.resolve([{ path: "module.yaml", bytes: text("example-spec") }, { path: "run.py", bytes: text("example-script") }]));
  });
  const current = by("use-current");
  current?.addEventListener("click", () => void take(download(current.dataset["source"] ?? "")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, files, spec.value);
  });
}

/** The files of a version that the studio has: they come as a ZIP. */
async function download(source: string): Promise<SourceFile[]> {
  const answer = await fetch(source);
  if (!answer.ok) throw new Error("The files of that version did not come. Try again.");
  return chosen([new File([await answer.blob()], "source.zip")]);
}

async function send(form: HTMLFormElement, files: readonly SourceFile[], spec: string): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const bar = form.querySelector<HTMLElement>(".module-progress");
  if (!button || button.disabled) return;
  tell(null);
  const wrong: Problem[] = [];
  if (files.length === 0) wrong.push({ message: "Choose the folder of the module, or its files." });
  if (spec.trim() === "") wrong.push({ message: "Write the spec, or choose a folder that has a module.yaml." });
  if (wrong.length > 0) return tell({ title: "Something is missing", problems: wrong });
  const { api = "", pages = "", module = "" } = form.dataset;
  const token = (JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>)["X-CSRFToken"] ?? "";
  const progress = (share: number, text: string) => {
    if (bar) bar.hidden = false;
    const meter = by<HTMLProgressElement>("module-progress");
    if (meter) meter.value = share;
    const words = by("module-progress-text");
    if (words) words.textContent = text;
  };
  button.disabled = true;
  try {
    const wanted = { spec, changes: by<HTMLInputElement>("spec-changes")?.value.trim() ?? "", setDefault: by<HTMLInputElement>("set-default")?.checked ?? true };
    const id = await sendModule({ api, module, token }, files, wanted, progress);
    location.assign(`${pages}/modules/${id}/`);
  } catch (error) {
    const problems = error instanceof Refused && error.problems.length > 0 ? error.problems : [{ message: error instanceof Error ? error.message : String(error) }];
    tell({ title: module ? "The version was not added" : "The module was not added", problems });
    button.disabled = false;
    if (bar) bar.hidden = true;
  }
}

function list(files: readonly SourceFile[]): void {
  const place = by("module-files");
  if (!place) return;
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const head = element("p", "small muted", `${files.length} ${files.length === 1 ? "file" : "files"}, ${sizeText(total)}`);
  const rows = element("ul", "files module-files");
  for (const file of files.slice(0, SHOWN)) {
    const row = element("li", "");
    const line = element("span", "file-folder");
    const name = element("span", "ellipsis", file.path);
    name.title = file.path;
    name.dir = "auto";
    line.append(name, element("span", "file-size", sizeText(file.bytes.length)));
    row.append(line);
    rows.append(row);
  }
  if (files.length > SHOWN) rows.append(element("li", "small muted", `and ${files.length - SHOWN} more`));
  place.replaceChildren(head, rows);
}

/** What is wrong, each fault with its field of the spec; null clears it. */
function tell(what: { title: string; problems: readonly Problem[] } | null): void {
  const place = by("module-problems");
  if (!place) return;
  if (!what) return place.replaceChildren();
  const banner = element("div", "banner");
  banner.dataset["tone"] = "danger";
  const body = element("div", "banner-body");
  const rows = element("ul", "problem-list");
  for (const { field, message } of what.problems) {
    const row = element("li", "");
    if (field) row.append(element("code", "", field.replace(/^spec\./, "")), " ");
    row.append(message);
    rows.append(row);
  }
  body.append(element("strong", "", what.title), rows);
  banner.append(body);
  place.replaceChildren(banner);
  place.focus();
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const form = by<HTMLFormElement>("module-form");
if (form) start(form);
