/** Every key of the editor. keys.ts acts by this list, toolbar and menus show its keys, and the Shortcuts dialog is made of it. */
export const GROUPS = ["Add and connect", "Change", "Look", "Draft"] as const;

export interface Binding {
  /** As people read them: Ctrl, Alt, Shift, then the key; "Arrows" is each of the four. */
  keys: string;
  also?: string;
  words: string;
  group: (typeof GROUPS)[number];
  /** Nothing for somebody who may only look. */
  edits?: true;
  /** `page`: in fields too. `canvas`: not on buttons, in lists and in panes, which have these keys themselves. */
  where?: "page" | "canvas";
}

export const KEYMAP = {
  add: { keys: "/", words: "Add a module", group: "Add and connect", edits: true },
  note: { keys: "n", words: "Add a note", group: "Add and connect", edits: true },
  connect: { keys: "c", words: "Connect the card to…", group: "Add and connect", edits: true },
  tab: { keys: "Tab", also: "Shift Tab", words: "Next and previous card", group: "Add and connect" },
  walk: { keys: "Arrows", words: "Walk along the wires", group: "Add and connect", where: "canvas" },
  reach: { keys: "Shift Arrows", words: "Choose what is above or below too", group: "Add and connect", where: "canvas" },
  enter: { keys: "Enter", words: "Properties of the card", group: "Add and connect", where: "canvas" },
  toggle: { keys: "Space", words: "Choose the card too, or no more", group: "Add and connect", where: "canvas" },
  menu: { keys: "Shift F10", also: "ContextMenu", words: "Menu of the card", group: "Add and connect" },

  rename: { keys: "F2", words: "Rename the card, or the draft", group: "Change", edits: true },
  duplicate: { keys: "Ctrl D", words: "Duplicate", group: "Change", edits: true },
  copy: { keys: "Ctrl C", words: "Copy as JSON", group: "Change" },
  cut: { keys: "Ctrl X", words: "Cut", group: "Change", edits: true },
  paste: { keys: "Ctrl V", words: "Paste, from other drafts too", group: "Change", edits: true },
  remove: { keys: "Del", words: "Delete", group: "Change", edits: true },
  bypass: { keys: "Ctrl Del", words: "Delete and reconnect the neighbours", group: "Change", edits: true },
  move: { keys: "Alt Arrows", words: "Move the card", group: "Change", edits: true, where: "canvas" },
  moveFar: { keys: "Alt Shift Arrows", words: "Move it further", group: "Change", edits: true, where: "canvas" },
  group: { keys: "Ctrl G", words: "Group", group: "Change", edits: true },
  ungroup: { keys: "Ctrl Shift G", words: "Ungroup", group: "Change", edits: true },
  undo: { keys: "Ctrl Z", words: "Undo", group: "Change", edits: true },
  redo: { keys: "Ctrl Shift Z", also: "Ctrl Y", words: "Redo", group: "Change", edits: true },

  fit: { keys: "1", words: "Fit the graph", group: "Look" },
  fitChosen: { keys: ".", words: "Fit what is chosen", group: "Look" },
  real: { keys: "0", words: "100 %", group: "Look" },
  zoomIn: { keys: "+", also: "=", words: "Zoom in", group: "Look" },
  zoomOut: { keys: "-", words: "Zoom out", group: "Look" },
  find: { keys: "Ctrl F", words: "Find on the canvas", group: "Look", where: "page" },
  all: { keys: "Ctrl A", words: "Select all", group: "Look" },
  escape: { keys: "Esc", words: "Close, back to the card, then choose nothing", group: "Look" },

  submit: { keys: "Ctrl Enter", words: "Submit", group: "Draft", edits: true, where: "page" },
  save: { keys: "Ctrl S", words: "Save now", group: "Draft", edits: true, where: "page" },
  help: { keys: "?", words: "This list", group: "Draft" },
} as const satisfies Record<string, Binding>;

export type KeyName = keyof typeof KEYMAP;
export const bindings = Object.entries(KEYMAP) as [KeyName, Binding][];

const NAMES: Readonly<Record<string, string>> = { Escape: "Esc", Delete: "Del", Backspace: "Del", " ": "Space", ArrowUp: "Arrows", ArrowDown: "Arrows", ArrowLeft: "Arrows", ArrowRight: "Arrows" };
const byKeys = new Map(bindings.flatMap(([name, { keys, also }]) => [keys, ...(also ? [also] : [])].map((one) => [one, name] as const)));

/** What a press is in the list; ⌘ counts as Ctrl. */
export function pressed({ key, ctrlKey, metaKey, altKey, shiftKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): KeyName | undefined {
  const control = ctrlKey || metaKey;
  const name = NAMES[key] ?? (control ? key.length === 1 ? key.toUpperCase() : key : key);
  // Shift is part of a character that stands alone ("?"), and a modifier otherwise.
  const shift = shiftKey && (control || name.length > 1);
  return byKeys.get([control && "Ctrl", altKey && "Alt", shift && "Shift", name].filter(Boolean).join(" "));
}
