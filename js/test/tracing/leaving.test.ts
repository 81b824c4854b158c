import { expect, test } from "vitest";
import { guardLeaving } from "../../src/tracing-layer/leaving";

test("the browser asks before the page is left while an edit is pending, and only then", () => {
  const page = new EventTarget();
  let pending = 0;
  const stop = guardLeaving(() => pending > 0, page);
  const leaves = (): boolean => page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leaves()).toBe(true);
  pending = 1;
  expect(leaves()).toBe(false);
  stop();
  expect(leaves()).toBe(true);
});
