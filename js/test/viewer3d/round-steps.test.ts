import { expect, it } from "vitest";
import { roundStep, stepsBetween } from "../../src/viewer3d/helpers/round-steps";

it.each([
  [10_000, 6, 2_000],
  [3_600, 6, 1_000],
  [1_000, 10, 100],
  [0, 6, 1],
])("takes a round step for %d nm in at most %d", (length, most, step) => {
  expect(roundStep(length, most)).toBe(step);
});

it("counts from multiple to multiple, also below zero", () => {
  expect(stepsBetween(-2_500, 2_000, 1_000)).toEqual([-2_000, -1_000, 0, 1_000, 2_000]);
  expect(stepsBetween(100, 200, 1_000)).toEqual([]);
});
