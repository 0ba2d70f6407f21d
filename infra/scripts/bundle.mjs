// Bundles one Node entry: `bundle.mjs <entry> <outfile> [--whole]`. Workspace sources go in; packages from the registry stay outside, but with --whole.
import path from "node:path";
import { build } from "esbuild";

const workspaceInside = {
  name: "workspace-inside",
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, (args) => (args.path.startsWith("@trunkline/") || args.path.startsWith("node:") || args.kind === "entry-point" ? undefined : { path: args.path, external: true }));
  },
};
const [entry, outfile, whole] = process.argv.slice(2);
await build({ entryPoints: [path.resolve(entry)], outfile: path.resolve(outfile), bundle: true, platform: "node", format: "esm", target: "node20", sourcemap: "linked", logLevel: "warning", plugins: whole ? [] : [workspaceInside] });
