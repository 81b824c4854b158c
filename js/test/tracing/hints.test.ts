import { expect, test } from "vitest";
import { dueHint } from "../../src/tracing-layer/hints";

test.each([
  [[], false, "start"],
  [[], true, "node"],
  [["start"], false, null],
  [["start"], true, "node"],
  [["node"], true, null],
  [["start", "node"], false, "keys"],
  [["start", "node", "keys"], true, null],
])("after %j, with an active node %s, the hint is %s", (seen, isActive, hint) => {
  expect(dueHint(new Set(seen), isActive)).toBe(hint);
});
