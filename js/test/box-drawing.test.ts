import { expect, test, vi } from "vitest";
import type { LayerPointer, PointerKind } from "../src/shared/layer";
import { StackView } from "../src/shared/view";
import { type BoxCorners, BoxDrawing } from "../src/stack-viewer/box-drawing";
import { STACK } from "./stack";

function drawing(plane: "xy" | "zy" = "xy") {
  const stack = { ...STACK, plane };
  const view = new StackView(stack, [500, 600, 700], 4, { width: 400, height: 300, dpr: 1 });
  const saved: Array<BoxCorners | null> = [];
  const armed = vi.fn();
  const box = new BoxDrawing({
    view: () => view,
    box: () => saved.at(-1) ?? null,
    save: (corners) => saved.push(corners),
    armed,
    invalidate: () => {},
  });
  const point = (kind: PointerKind, x: number, y: number): boolean =>
    box.pointer({ kind, x, y, z: 700 } as LayerPointer);
  return { box, point, saved, armed };
}

test("a drag draws a box as deep as the section, and the next one is for others", () => {
  const { box, point, saved, armed } = drawing();
  expect(point("down", 1, 2)).toBe(false);
  box.toggle();
  expect(["down", "move", "up"].map((kind, at) => point(kind as PointerKind, 50 - 20 * at, 10 * at))).toEqual(
    [true, true, true],
  );
  expect(saved).toEqual([
    [
      [10, 0, 675],
      [50, 20, 725],
    ],
  ]);
  expect(armed.mock.calls).toEqual([[true], [false]]);
  expect(point("down", 1, 2)).toBe(false);
  box.toggle();
  expect(saved.at(-1)).toBeNull();
});

test("along another plane the box lies in the project's axes", () => {
  const { box, point, saved } = drawing("zy");
  box.toggle();
  point("down", 10, 20);
  point("up", 30, 40);
  expect(saved[0]).toEqual([
    [675, 20, 10],
    [725, 40, 30],
  ]);
});

test("a click draws none, and Escape gives up", () => {
  const { box, point, saved } = drawing();
  box.toggle();
  point("down", 1, 1);
  point("up", 1, 1);
  expect([saved, box.cancel()]).toEqual([[], false]);
  box.toggle();
  expect([box.cancel(), point("down", 1, 1)]).toEqual([true, false]);
});
