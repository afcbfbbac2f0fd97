// Says plainly that packages are missing, before TypeScript and esbuild say it in forty lines.
import { existsSync, readFileSync } from "node:fs";

const about = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const missing = Object.keys({ ...about.dependencies, ...about.devDependencies }).filter((name) => !existsSync(new URL(`../node_modules/${name}`, import.meta.url)));
if (missing.length) {
  console.error(`Not installed: ${missing.join(", ")}. Run: npm ci --ignore-scripts`);
  process.exit(1);
}
