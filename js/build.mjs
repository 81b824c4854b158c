/** Build one ESM bundle for each widget: src/<widget>/index.ts to <outdir>/<widget>.js. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    outdir: { type: "string", default: join(here, "..", "catmaid_jupyter", "static") },
    watch: { type: "boolean", default: false },
  },
});

const widgets = readdirSync(join(here, "src")).filter((name) =>
  existsSync(join(here, "src", name, "index.ts")),
);

const options = {
  entryPoints: Object.fromEntries(widgets.map((name) => [name, join(here, "src", name, "index.ts")])),
  outdir: resolve(values.outdir),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !values.watch,
  sourcemap: values.watch ? "inline" : false,
  legalComments: "eof",
  loader: { ".css": "text", ".svg": "text" },
  logLevel: "info",
};

if (values.watch) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
