/** `data-shortcut="g p"` presses its element; `?` lists what a page has. */
const PAUSE = 900;
const FIXED: [string, string][] = [["?", "Show this list"], ["Esc", "Close what is open"]];
const GRAPH: [string, string][] = [
  ["Tab", "Next step in the graph"], ["↑ ↓", "Walk along the wires"], ["← →", "Walk along the row"], ["Enter", "Open the step"],
  ["Ctrl F", "Find a step"], ["f", "Fit the graph"], ["0", "Zoom to 100 %"], ["+ −", "Zoom"], ["o", "Outline"],
];

export function startShortcuts(): void {
  let keys: string[] = [];
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") return showList();
    if (event.key.length > 1) return;
    keys = event.timeStamp - last > PAUSE ? [event.key] : [...keys.slice(-1), event.key];
    last = event.timeStamp;
    const element = [keys.join(" "), event.key].map((text) => document.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(text)}"]`)).find(Boolean);
    if (!element) return;
    event.preventDefault();
    keys = [];
    if (element.matches("input, select, textarea")) element.focus();
    else element.click();
  });
}

const typing = (target: EventTarget | null): boolean => target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;

function showList(): void {
  document.querySelector("#shortcut-list")?.remove();
  const dialog = document.createElement("dialog");
  dialog.id = "shortcut-list";
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "shortcut-title");
  const head = document.createElement("div");
  head.className = "dialog-head";
  const title = document.createElement("h2");
  title.id = "shortcut-title";
  title.textContent = "Keyboard shortcuts";
  const close = document.createElement("button");
  close.className = "button button-small";
  close.dataset["close"] = "";
  close.textContent = "Close";
  head.append(title, close);
  const list = document.createElement("dl");
  list.className = "dialog-body shortcuts";
  for (const [keys, text] of [...FIXED, ...pageShortcuts(), ...(document.getElementById("graph-island") ? GRAPH : [])]) {
    const term = document.createElement("dt");
    term.append(...keys.split(" ").flatMap((key, index) => {
      const box = document.createElement("kbd");
      box.textContent = key;
      return index ? [" ", box] : [box];
    }));
    const words = document.createElement("dd");
    words.textContent = text;
    list.append(term, words);
  }
  dialog.append(head, list);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function pageShortcuts(): [string, string][] {
  return [...document.querySelectorAll<HTMLElement>("[data-shortcut]")].map((element) => [
    element.dataset["shortcut"] ?? "",
    (element.getAttribute("aria-label") || element.title || element.textContent || "").trim().replace(/\s+/g, " "),
  ]);
}
