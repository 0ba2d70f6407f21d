// `npm run screenshots [-- --out DIR --only NAME]`: a picture of every page in light, dark and at phone width, of the whole running product with
// weeks of data. The list of pages is tests/e2e/views.ts, which the end-to-end test of accessibility walks too.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildAll } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./stack.mjs";

const { values } = parseArgs({ options: { out: { type: "string", default: "test-results/images" }, only: { type: "string" } } });
const out = path.resolve(root, values.out);
ensureInstalled((text) => console.error(text));
await buildAll((text) => console.error(text));
const pages = "every page with data is there";
const { status } = spawnSync(path.join(root, "node_modules/.bin/playwright"), ["test", "-c", "tests/e2e/playwright.config.ts", "pages.spec.ts", "-g", values.only ? `${pages}.* ${values.only}$` : pages],
  { cwd: root, stdio: ["ignore", 2, 2], env: { ...process.env, CI: "true", SCREENSHOTS_DIR: out } });
console.log(out);
process.exit(status ?? 1);
