import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** Node has no Workers of the page's kind: scripts of Workers are empty, and what they do is done in place. */
const workerText = {
  name: "worker-text",
  enforce: "pre" as const,
  load: (id: string) => (id.endsWith("?worker-text") ? 'export default "";' : null),
};

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `test/${name}`);
const replacing = files.filter((name) => readFileSync(name, "utf8").includes("vi.mock("));

const common = { pool: "threads" as const, unstubGlobals: true, testTimeout: 60_000 };

export default defineConfig({
  plugins: [workerText],
  assetsInclude: ["**/*.bin"],
  test: {
    projects: [
      // Modules of its own for each file would cost three times as much as the tests.
      {
        extends: true,
        test: { ...common, name: "shared", include: files, exclude: replacing, isolate: false },
      },
      // A module that a test has replaced is not for others.
      { extends: true, test: { ...common, name: "isolated", include: replacing, isolate: true } },
    ],
  },
});
