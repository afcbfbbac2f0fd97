/** Pages beside the editor: what it left unsaved in this browser, on the page of a draft that is gone and on the designer's home. */
import { Api, messageOf } from "./api";
import { Backups, type Backup } from "./backups";
import { relativeText } from "../studio/time";
import type { DraftJson } from "./core/types";

/** `draft`: of this one only, to be kept as a new one; without it those of the workspace, to be opened. */
interface Place { draft: string; api: string; pages: string; user: string }

function showUnsaved(box: HTMLElement): void {
  const { draft = "", api = "", pages = "", user = "" } = box.dataset;
  const place: Place = { draft, api, pages, user };
  const backups = new Backups(draft, user, "", pages);
  const rows = draft ? backups.find().map((backup) => keepRow(backup, backups, place, box)) : [...backups.all()].map(([id, backup]) => openRow(id, backup, place));
  box.querySelector("ul")?.replaceChildren(...rows);
  box.hidden = rows.length === 0;
}

function openRow(draft: string, backup: Backup, { pages }: Place): HTMLLIElement {
  const link = document.createElement("a");
  link.className = "button button-small";
  link.href = `${pages}/designer/${encodeURIComponent(draft)}`;
  link.textContent = "Open";
  return row(backup, link);
}

function keepRow(backup: Backup, backups: Backups, place: Place, box: HTMLElement): HTMLLIElement {
  const keep = button("button button-primary button-small", "Keep as a new draft");
  const drop = button("button button-small", "Forget it");
  const note = document.createElement("p");
  note.className = "error";
  note.setAttribute("role", "alert");
  note.hidden = true;
  keep.addEventListener("click", () => {
    keep.disabled = true;
    new Api(place.api).post<DraftJson>("/drafts", { ...backup.fields, graph: backup.graph }, { once: true }).then((made) => {
      backups.clear(backup.tab);
      location.assign(`${place.pages}/designer/${made.id}`);
    }, (error: unknown) => {
      keep.disabled = false;
      note.hidden = false;
      note.textContent = `It was not kept as a draft: ${messageOf(error)} It is still in this browser.`;
    });
  });
  drop.addEventListener("click", () => {
    backups.clear(backup.tab);
    showUnsaved(box);
  });
  const made = row(backup, keep, drop);
  made.append(note);
  return made;
}

function row(backup: Backup, ...actions: HTMLElement[]): HTMLLIElement {
  const name = document.createElement("bdi");
  name.textContent = backup.fields.name || "Without a name";
  const steps = backup.graph.nodes.length;
  const text = document.createElement("span");
  text.append(name, `, ${steps === 1 ? "1 step" : `${steps} steps`}, changed ${relativeText(backup.at, Date.now())}`);
  const line = document.createElement("div");
  line.className = "row";
  line.append(text, ...actions);
  const item = document.createElement("li");
  item.append(line);
  return item;
}

function button(className: string, text: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}

for (const box of document.querySelectorAll<HTMLElement>("[data-unsaved]")) showUnsaved(box);
