/**
 * Plugin of esbuild: `import text from "./worker.ts?worker-text"` is the module, bundled with all that it imports, as
 * the text of a Worker's script. So a widget stays one file.
 */
import { dirname, resolve } from "node:path";
import * as esbuild from "esbuild";

const SUFFIX = /\?worker-text$/;

export function workerText({ minify, target }) {
  return {
    name: "worker-text",
    setup(build) {
      build.onResolve({ filter: SUFFIX }, ({ path, importer }) => ({
        path: resolve(dirname(importer), path.replace(SUFFIX, "")),
        namespace: "worker-text",
      }));
      build.onLoad({ filter: /.*/, namespace: "worker-text" }, async ({ path }) => {
        const { outputFiles, metafile } = await esbuild.build({
          entryPoints: [path],
          bundle: true,
          format: "iife",
          write: false,
          metafile: true,
          minify,
          target,
        });
        const watchFiles = Object.keys(metafile.inputs).map((file) => resolve(file));
        return { contents: outputFiles[0].text, loader: "text", watchFiles };
      });
    },
  };
}
