/** Bundle what benchmarks/space.py shows to one folder: node bench/build.mjs FOLDER. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { workerText } from "../worker-text.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const options = { minify: true, target: "es2022" };
await esbuild.build({
  ...options,
  entryPoints: ["neurons.ts", "merged.ts"].map((name) => join(here, name)),
  outdir: process.argv[2],
  bundle: true,
  format: "esm",
  plugins: [workerText(options)],
});
