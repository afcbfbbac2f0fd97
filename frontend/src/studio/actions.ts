/** Small behaviours by attribute, handled once for the whole page, also for what htmx brings later. */
import { NOT_COPIED, putOnClipboard } from "./clipboard";
import { toast } from "./toast";

export function startActions(): void {
  document.addEventListener("click", click);
  document.addEventListener("submit", (event) => confirmFirst(event, event.target as HTMLElement), true);
  document.addEventListener("submit", (event) => showBusy(event, event.target as HTMLFormElement));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target instanceof HTMLInputElement && event.target.dataset["filter"] !== undefined) event.preventDefault();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submitByKeys(event);
  });
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset["filter"] !== undefined) filterList(event);
  }, true);
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement) checkAll(event.target);
  }, true);
  widths(document);
}

/** `data-filter=".list li"`: only what has these letters stays; what is typed here is no change of the form. */
function filterList(event: Event): void {
  event.stopPropagation();
  const field = event.target as HTMLInputElement;
  const wanted = field.value.trim().toLowerCase();
  const box = field.closest("fieldset, form") ?? document;
  let found = 0;
  for (const row of box.querySelectorAll<HTMLElement>(field.dataset["filter"] ?? "")) {
    row.hidden = wanted !== "" && !(row.textContent ?? "").toLowerCase().includes(wanted);
    if (!row.hidden) found += 1;
  }
  const none = box.querySelector<HTMLElement>("[data-filter-none]");
  if (none) none.hidden = found > 0;
}

/** `data-check-all=".list"`: a box for all of the list's boxes; one that is taken out of it opens it again. */
function checkAll(box: HTMLInputElement): void {
  const around = box.closest("fieldset, form") ?? document;
  const all = around.querySelector<HTMLInputElement>("[data-check-all]");
  if (!all) return;
  const boxes = [...around.querySelectorAll<HTMLInputElement>(`${all.dataset["checkAll"]} input[type="checkbox"]`)];
  if (box === all) for (const one of boxes) one.checked = all.checked;
  else if (boxes.includes(box)) all.checked = boxes.every((one) => one.checked);
}

function click(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  closeMenus(target);
  const button = target.closest<HTMLElement>("button, a, summary, [data-copy], [data-copy-text]");
  if (button && !(button instanceof HTMLButtonElement && button.type === "submit" && button.form?.dataset["confirm"])) confirmFirst(event, button);
  if (event.defaultPrevented || !button) return;
  const { copy, copyText, dialog, toggle, themeSwitch, close } = button.dataset;
  if (copyText !== undefined || copy !== undefined) void copyOut(button, copyText ?? document.querySelector(copy ?? "")?.textContent ?? "");
  if (dialog) document.querySelector<HTMLDialogElement>(dialog)?.showModal();
  if (close !== undefined) button.closest("dialog")?.close();
  if (toggle) toggleOpen(button, document.querySelector<HTMLElement>(toggle));
  if (themeSwitch !== undefined) switchTheme();
}

/** Ctrl+Enter sends the form around the focus, else the page's own, that is marked `data-ctrl-enter`. */
function submitByKeys(event: KeyboardEvent): void {
  const inside = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form") : null;
  const form = inside ?? document.querySelector<HTMLFormElement>("form[data-ctrl-enter]");
  if (event.defaultPrevented || form?.dataset["ctrlEnter"] === undefined) return;
  event.preventDefault();
  form.requestSubmit();
}

function confirmFirst(event: Event, element: HTMLElement): void {
  const question = element.dataset["confirm"];
  if (!question || window.confirm(question)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** `data-busy="Sending…"`: the button says so until the answer is there, and a second press sends nothing. */
function showBusy(event: SubmitEvent, form: HTMLFormElement): void {
  const words = form.dataset["busy"];
  const button = event.submitter ?? form.querySelector<HTMLElement>("button[type=submit]");
  if (!words || !button || event.defaultPrevented) return;
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  const before = [...button.childNodes];
  button.setAttribute("aria-disabled", "true");
  button.replaceChildren(words);
  addEventListener("pageshow", () => { // the way back may show this very page again
    button.removeAttribute("aria-disabled");
    button.replaceChildren(...before);
  }, { once: true });
}

async function copyOut(button: HTMLElement, text: string): Promise<void> {
  if (!await putOnClipboard(text.trim())) return toast(NOT_COPIED, "warning");
  toast("Copied.", "success");
  button.focus();
}

function toggleOpen(button: HTMLElement, target: HTMLElement | null): void {
  if (!target) return;
  const open = target.toggleAttribute("data-open");
  button.setAttribute("aria-expanded", String(open));
  if (!open) return;
  const leave = (event: Event) => {
    const inside = event.target instanceof Node && (target.contains(event.target) || button.contains(event.target));
    if (event instanceof KeyboardEvent ? event.key !== "Escape" : inside) return;
    if (target.hasAttribute("data-open") && !(event instanceof MouseEvent && button.contains(event.target as Node))) {
      target.removeAttribute("data-open");
      button.setAttribute("aria-expanded", "false");
    }
    document.removeEventListener("click", leave, true);
    document.removeEventListener("keydown", leave, true);
  };
  document.addEventListener("click", leave, true);
  document.addEventListener("keydown", leave, true);
}

function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = (root.dataset["theme"] ?? system) === "dark" ? "light" : "dark";
  root.dataset["theme"] = theme;
  try { localStorage.setItem("forebay.theme", theme); } catch { /* private window */ }
}

function closeMenus(target: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (target && menu.contains(target) && !target.closest(".menu-list a, .menu-list button")) continue;
    menu.open = false;
    if (!target) menu.querySelector("summary")?.focus();
  }
}

/** `data-grow` as a share of the bar: a style the strict policy allows only from a program. */
export function widths(root: ParentNode): void {
  for (const part of root.querySelectorAll<HTMLElement>("[data-grow]")) part.style.flexGrow = part.dataset["grow"] ?? "0";
}
