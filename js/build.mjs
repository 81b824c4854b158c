/**
 * Build one ESM bundle for each widget, src/<widget>/index.ts to <outdir>/<widget>.js,
 * and script and style of each page of the service, pages/<page>/index.ts to <pagesdir>/<page>.{js,css}.
 */
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { workerText } from "./worker-text.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    outdir: { type: "string", default: join(here, "..", "catmaid_jupyter", "static") },
    pagesdir: {
      type: "string",
      default: join(here, "..", "server", "catmaid_server", "http", "openapi", "static"),
    },
    watch: { type: "boolean", default: false },
  },
});

function entryPoints(folder) {
  const entry = (name) => join(here, folder, name, "index.ts");
  const names = readdirSync(join(here, folder)).filter((name) => existsSync(entry(name)));
  return Object.fromEntries(names.map((name) => [name, entry(name)]));
}

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !values.watch,
  sourcemap: values.watch ? "inline" : false,
  legalComments: "eof",
  logLevel: "info",
};
const builds = [
  {
    ...shared,
    entryPoints: entryPoints("src"),
    outdir: resolve(values.outdir),
    loader: { ".css": "text", ".svg": "text" },
    plugins: [workerText(shared)],
  },
  { ...shared, entryPoints: entryPoints("pages"), outdir: resolve(values.pagesdir) },
];

for (const options of builds) {
  if (values.watch) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}

const licences = {
  LICENSE: "swagger-ui-LICENSE.txt",
  NOTICE: "swagger-ui-NOTICE.txt",
  "swagger-ui-es-bundle.js.LICENSE.txt": "swagger-ui-es-bundle.js.LICENSE.txt",
};
for (const [name, copy] of Object.entries(licences)) {
  copyFileSync(join(here, "node_modules", "swagger-ui-dist", name), join(values.pagesdir, copy));
}
// What is bundled keeps its licence beside it.
for (const [name, file] of Object.entries({
  "@msgpack/msgpack": "LICENSE",
  fflate: "LICENSE",
  gifenc: "LICENSE.md",
  "regular-table": "LICENSE",
  three: "LICENSE",
})) {
  const copy = `${name.slice(name.lastIndexOf("/") + 1)}-LICENSE.txt`;
  copyFileSync(join(here, "node_modules", name, file), join(resolve(values.outdir), copy));
}
