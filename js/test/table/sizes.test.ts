import { expect, test } from "vitest";
import { neededHeight } from "../../src/shared/table/sizes";

test("a table needs room for its rows, and some if it has none", () => {
  expect(neededHeight(10)).toBe(11 * 24 + 16);
  expect(neededHeight(0)).toBe(neededHeight(3));
});
