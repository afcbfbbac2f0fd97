// Builds static/img/icons.svg from the few Tabler icons (MIT) that the studio uses.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../node_modules/@tabler/icons/icons");
const target = join(here, "../../static/img/icons.svg");

// our name -> Tabler's name (f: = filled)
const ICONS = {
  // navigation
  new: "plus", home: "home", designer: "schema", datasets: "table", experiments: "flask",
  pipelines: "git-merge", models: "cube", endpoints: "plug-connected", compute: "server-2",
  datastores: "database", environments: "package", settings: "settings", admin: "shield-lock",
  // statuses
  "status-notstarted": "circle-dashed", "status-queued": "clock", "status-preparing": "loader",
  "status-running": "loader-2", "status-finalizing": "loader", "status-completed": "circle-check",
  "status-failed": "circle-x", "status-cancelrequested": "hand-stop", "status-canceled": "ban",
  "status-reused": "recycle", recycle: "recycle",
  // things
  step: "brand-python", dataset: "table", datastore: "database", file: "file", folder: "folder",
  code: "code", log: "terminal-2", output: "package-export", input: "package-import",
  parameter: "adjustments", snapshot: "camera", tag: "tag", user: "user", key: "key",
  calendar: "calendar", duration: "hourglass", branch: "git-branch", metric: "chart-line", json: "braces",
  graph: "sitemap", steps: "list-details", why: "help-circle", attempt: "repeat",
  // acts
  search: "search", copy: "copy", check: "check", close: "x", download: "download",
  upload: "upload", delete: "trash", cancel: "player-stop", resubmit: "player-play", play: "player-play", pause: "player-pause",
  more: "dots", filter: "filter", refresh: "refresh", external: "external-link", link: "link",
  menu: "menu-2", theme: "sun-moon", signout: "logout", edit: "pencil", wrap: "text-wrap",
  follow: "arrow-bar-to-down", "zoom-in": "zoom-in", "zoom-out": "zoom-out", fit: "maximize",
  map: "map-2", outline: "list-search", tidy: "hierarchy-2", locate: "focus-2",
  "chevron-right": "chevron-right", "chevron-down": "chevron-down", "chevron-left": "chevron-left",
  "sort-up": "arrow-up", "sort-down": "arrow-down", "arrow-right": "arrow-right",
  info: "info-circle", warning: "alert-triangle", success: "circle-check", error: "alert-circle",
  keyboard: "keyboard", inbox: "inbox", rocket: "rocket", book: "book", sample: "player-track-next",
  // the designer
  undo: "arrow-back-up", redo: "arrow-forward-up", paste: "clipboard", duplicate: "copy-plus", "zoom-real": "zoom-scan",
  note: "note", group: "box-multiple", comment: "message", "run-to": "player-skip-forward", disconnect: "unlink", bypass: "arrow-iteration",
  grip: "grip-vertical", "panel-left": "layout-sidebar", "panel-right": "layout-sidebar-right", saved: "cloud-check", unsaved: "cloud", saving: "cloud-upload",
  "not-saved": "cloud-off", touch: "hand-finger", people: "users", promote: "arrow-up-circle",
  "group-io": "database-import", "group-transformation": "transform", "group-selection": "filter-star", "group-statistics": "chart-histogram",
  "group-regression": "trending-up", "group-clustering": "chart-bubble", "group-classification": "category", "group-training": "school",
  "group-evaluation": "gauge", "group-text": "typography", "group-python": "brand-python", "group-own": "puzzle",
};

const seen = new Map();
for (const [name, tabler] of Object.entries(ICONS)) {
  const svg = readFileSync(join(source, "outline", `${tabler}.svg`), "utf8");
  const paths = [...svg.matchAll(/<(path|circle|rect|line|polyline|ellipse)\b[^>]*\/>/g)]
    .map((match) => match[0])
    .filter((shape) => !shape.includes('stroke="none"'));
  if (paths.length === 0) throw new Error(`No shapes in icon ${tabler}`);
  seen.set(name, paths.join(""));
}

const symbols = [...seen].map(
  ([name, shapes]) =>
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`,
);
const text = `<!-- Icons: Tabler Icons, MIT licence, (c) Pawel Kuna, https://tabler.io/icons. Built by frontend/scripts/icons.mjs -->
<svg xmlns="http://www.w3.org/2000/svg">
${symbols.join("\n")}
</svg>
`;
writeFileSync(target, text);
console.log(`icons.svg: ${seen.size} icons, ${text.length} bytes`);
