import { defineConfig } from "vitest/config";

/** Node has no Workers of the page's kind: scripts of Workers are empty, and what they do is done in place. */
const workerText = {
  name: "worker-text",
  enforce: "pre" as const,
  load: (id: string) => (id.endsWith("?worker-text") ? 'export default "";' : null),
};

export default defineConfig({
  plugins: [workerText],
  assetsInclude: ["**/*.bin"],
  test: { include: ["test/**/*.test.ts"] },
});
