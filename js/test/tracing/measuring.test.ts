import { expect, test } from "vitest";
import type { LayerHost, LayerPointer, Point } from "../../src/shared/layer";
import { inWords, Measuring } from "../../src/tracing-layer/input/measuring";

function bench(cursor: Point | null) {
  const told: string[] = [];
  const host = {
    cursorPoint: () => cursor,
    notify: (_: string, text: string) => text && told.push(text),
    cursor: () => {},
    invalidate: () => {},
  } as unknown as LayerHost;
  const measuring = new Measuring(() => host);
  const mouse = (kind: LayerPointer["kind"], x: number, y: number): boolean =>
    measuring.handle({ kind, x, y, z: 50, button: 0 } as LayerPointer);
  return { measuring, told, mouse };
}

test("a distance is that from the cursor to a click", async () => {
  const { measuring, told, mouse } = bench([100, 100, 50]);
  const measured = measuring.distance();
  expect(["down", "move", "click"].map((kind) => mouse(kind as LayerPointer["kind"], 400, 500))).toEqual([
    true,
    true,
    true,
  ]);
  await measured;
  expect(told.at(-1)).toBe("The distance is 500 nm.");
  expect(mouse("down", 0, 0)).toBe(false);
});

test("a radius that is given up is none", async () => {
  const { measuring, mouse } = bench(null);
  const radius = measuring.radius([0, 0, 50]);
  expect(measuring.cancel()).toBe(true);
  expect(await radius).toBeNull();
  expect(measuring.cancel()).toBe(false);
  const other = measuring.radius([0, 0, 50]);
  mouse("click", 30, 40);
  expect(await other).toBe(50);
  await expect(measuring.distance()).rejects.toThrow("over the picture");
});

test("lengths are written as people write them", () => {
  expect([0, 12.4, 999, 1000, 12_345].map(inWords)).toEqual(["0 nm", "12 nm", "999 nm", "1 µm", "12.3 µm"]);
});
