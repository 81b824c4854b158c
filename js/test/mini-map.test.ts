import { expect, test } from "vitest";
import { StackView } from "../src/shared/view";
import { frameIn, mapSize } from "../src/stack-viewer/mini-map";
import { STACK } from "./stack";

const VIEW = { width: 1000, height: 500, dpr: 1 };

test("the map has the stack's shape and never much of the view", () => {
  expect(mapSize(STACK, VIEW)).toEqual({ width: 160, height: 96 });
  const narrow = mapSize(STACK, { width: 400, height: 500, dpr: 2 });
  expect(narrow).toEqual({ width: 112, height: 67 });
  expect(mapSize({ ...STACK, dimension: [10_000, 100, 20] }, VIEW)).toEqual({ width: 160, height: 12 });
  expect(mapSize(STACK, { width: 400, height: 140, dpr: 1 })).toBeNull();
});

test.each([
  ["in the middle", [2100, 1400], 1, [60, 38, 40, 20]],
  ["all", [2098, 1398], 8, [1, 1, 158, 94]],
  ["far outside", [-90_000, 90_000], 1, [1, 90, 5, 5]],
  ["almost nothing", [2100, 1400], 0.01, [77.5, 45.5, 5, 5]],
] as const)("the frame of a view: %s", (_, [x, y], nmPerPixel, frame) => {
  const map = new StackView(STACK, [2100, 1400, 300], 25, { width: 160, height: 96, dpr: 1 });
  const view = new StackView(STACK, [x, y, 300], nmPerPixel, VIEW);
  expect(frameIn(map, view).map((value) => Math.round(2 * value) / 2)).toEqual(frame);
});
