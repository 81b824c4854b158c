import { expect, test } from "vitest";
import type { Stack } from "../src/shared/stack";
import type { BoxCorners } from "../src/stack-viewer/box-drawing";
import { deepened, sectionsOf, sizeInWords } from "../src/stack-viewer/crop-panel";

const STACK: Stack = {
  id: 1,
  title: "EM",
  dimension: [1000, 800, 50],
  resolution: [4, 4, 40],
  translation: [0, 0, 400],
  tile_width: 512,
  tile_height: 512,
  zoom_levels: 3,
  broken_sections: [],
  revision: 0,
};
/** As drawn on section 7. */
const DRAWN: BoxCorners = [
  [100, 200, 660],
  [500, 1000, 700],
];

test("a box that was drawn is of one section", () => {
  expect(sectionsOf(STACK, DRAWN)).toEqual([7, 7]);
  expect(sizeInWords(STACK, DRAWN, 0)).toBe("100 x 200 pixels, 1 section");
});

test("a box is made deeper by its sections, also when they are given the wrong way round", () => {
  const deeper = deepened(STACK, DRAWN, 20, 3);
  expect(sectionsOf(STACK, deeper)).toEqual([3, 20]);
  expect([deeper[0].slice(0, 2), deeper[1].slice(0, 2)]).toEqual([
    [100, 200],
    [500, 1000],
  ]);
  expect(sizeInWords(STACK, deeper, 1)).toBe("50 x 100 pixels, 18 sections");
});

test("no box is deeper than the stack", () => {
  expect(sectionsOf(STACK, deepened(STACK, DRAWN, -5, 900))).toEqual([0, 49]);
});
