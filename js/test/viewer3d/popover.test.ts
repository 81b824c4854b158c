import { expect, it } from "vitest";
import { shiftInto } from "../../src/viewer3d/popover";

it.each([
  ["has room", { left: 50, right: 250 }, 0],
  ["would be cut off on the right", { left: 250, right: 450 }, -54],
  ["is as wide as the widget", { left: 120, right: 512 }, -116],
  ["begins before the widget", { left: -20, right: 180 }, 24],
])("moves a panel that %s", (_what, panel, shift) => {
  expect(shiftInto(panel, { left: 0, right: 400 })).toBe(shift);
});
