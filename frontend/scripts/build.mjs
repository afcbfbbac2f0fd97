// Bundles into static/dist with fixed names; the same input gives the same bytes.
import { build } from "esbuild";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "../static/dist");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const options = {
  absWorkingDir: root,
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  jsx: "automatic",
  charset: "utf8",
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
  metafile: true,
};
const result = await build({
  ...options,
  entryPoints: {
    theme: "src/studio/theme.ts",
    studio: "src/studio/main.ts",
    run: "src/run/main.tsx",
    designer: "src/designer/main.tsx",
    unsaved: "src/designer/unsaved.ts",
    code: "src/code/main.ts",
    modules: "src/modules/main.ts",
    "layout-worker": "src/graph/layout-worker.ts",
  },
});

// The designer's dialogs are fetched later; what must be one for both bundles comes from the first (src/designer/panes/late.tsx).
const shared = {
  name: "shared",
  setup(build) {
    build.onResolve({ filter: /^react(\/jsx-runtime)?$/ }, ({ path }) => ({ path, namespace: "shared" }));
    build.onResolve({ filter: /^\.{1,2}\/(?:.*\/)?(context|aim)$/ }, ({ path }) => ({ path: path.split("/").pop(), namespace: "shared" }));
    build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({ contents: `module.exports = window.forebayShared[${JSON.stringify(path)}];` }));
  },
};
const later = await build({ ...options, entryPoints: { "designer-dialogs": "src/designer/panes/dialogs/main.tsx" }, plugins: [shared] });

// The licences of everything that is inside the bundles.
const packages = new Set(
  [...Object.keys(result.metafile.inputs), ...Object.keys(later.metafile.inputs)]
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter(Boolean),
);
const notices = [...packages].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENCE", "license", "LICENSE.txt"].find((one) => existsSync(join(folder, one)));
  return `${name} ${about.version} (${about.license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
});
notices.push("Graphviz, compiled into @hpcc-js/wasm-graphviz (EPL-1.0): https://graphviz.org/license/\n");
notices.push("Tabler Icons, in static/img/icons.svg (MIT): https://github.com/tabler/tabler-icons/blob/main/LICENSE\n");
writeFileSync(join(out, "LICENSES.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));

// What a page needs before it can be used stays small: beyond this a part belongs into a bundle that is fetched later.
const MOST = { "designer.js": 220 * 1024, "run.js": 160 * 1024 };
for (const name of readdirSync(out).sort()) {
  const bytes = readFileSync(join(out, name));
  const packed = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name.padEnd(28)} ${String(bytes.length).padStart(8)}  gzip ${packed}`);
  if (packed > (MOST[name] ?? Infinity)) {
    console.error(`${name} has ${packed} bytes gzip; at most ${MOST[name]} are wanted (scripts/build.mjs).`);
    process.exitCode = 1;
  }
}
