import { expect, it } from "vitest";
import { stepped } from "../../src/viewer3d/menu-button";

it.each([
  ["ArrowDown", 0, 1],
  ["ArrowDown", 2, 0],
  ["ArrowUp", 0, 2],
  ["ArrowUp", -1, 2],
  ["ArrowDown", -1, 0],
  ["Home", 2, 0],
  ["End", 0, 2],
  ["Enter", 1, null],
])("%s leads from %i to %s, and does nothing else", (key, at, place) => {
  expect(stepped(key, at, 3)).toBe(place);
});
