import { expect, test } from "vitest";
import { gridLabel, paintGrid } from "../src/shared/image/grid";
import type { Plane } from "../src/shared/layer";
import { StackView } from "../src/shared/view";
import { STACK } from "./stack";

/** What is written on a grid, with where it stands. */
function written(plane: Plane, width = 400, y = 600): Array<[text: string, px: number, py: number]> {
  const texts: Array<[string, number, number]> = [];
  const context = new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
        return name === "fillText" ? (...all: [string, number, number]) => texts.push(all) : () => {};
      },
      set: () => true,
    },
  ) as CanvasRenderingContext2D;
  const stack = { ...STACK, plane, is_grid: true };
  paintGrid(context, stack, new StackView(stack, [1000, y, 300], 4, { width, height: 300, dpr: 1 }));
  return texts;
}

test("lines tell their axis and place", () => {
  expect(written("xy").map(([text]) => text)).toEqual([
    "x 0.5 µm",
    "x 1.0 µm",
    "x 1.5 µm",
    "y 0.5 µm",
    "y 1.0 µm",
  ]);
  expect(written("xy")[1]).toEqual(["x 1.0 µm", 203, 3]);
  expect(written("zy").map(([text]) => text[0])).toEqual([..."zzzyy"]);
  expect(written("xz").map(([text]) => text[0])).toEqual([..."xxxzz"]);
});

test("no line is named where the scale bar is", () => {
  // The line of 1 µm is 265, 255 and 240 pixels below the upper edge.
  expect(written("xy", 400, 540).map(([text]) => text)).not.toContain("y 1.0 µm");
  expect(written("xy", 400, 580).map(([text]) => text)).not.toContain("y 1.0 µm");
  expect(written("xy", 400, 640).map(([text]) => text)).toContain("y 1.0 µm");
});

test("a small picture has lines alone", () => {
  expect(written("xy", 160)).toEqual([]);
});

test.each([
  ["x", 20_000, 5_000, "x 20 µm"],
  ["y", -1_500, 500, "y −1.5 µm"],
  ["z", 123_450, 50, "z 123.45 µm"],
  ["z", 12, 2, "z 0.012 µm"],
])("%s of %d nm among lines of %d nm", (axis, nm, step, label) => {
  expect(gridLabel(axis, nm, step)).toBe(label);
});
