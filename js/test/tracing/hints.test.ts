import { expect, test } from "vitest";
import { dueHint } from "../../src/tracing-layer/hints";

test.each([
  [[], null, "start"],
  [[], "treenode", "node"],
  [[], "connector", null],
  [["start"], null, null],
  [["start"], "virtual", "node"],
  [["start"], "connector", null],
  [["node"], "treenode", null],
  [["start", "node"], null, "keys"],
  [["start", "node"], "connector", "keys"],
  [["start", "node", "keys"], "treenode", null],
] as const)("after %j, with an active %s, the hint is %s", (seen, active, hint) => {
  expect(dueHint(new Set<string>(seen), active)).toBe(hint);
});
