import { describe, expect, it } from "vitest";
import type { Point } from "../src/shared/layer";
import { depthOf, imageCorner, landingSection, middle, sectionAt } from "../src/shared/stack";
import { tilesInMemory, tilesInView } from "../src/shared/tiles";
import { clampZoom, fittingZoom, pannedCenter, StackView, zoomedCenter } from "../src/shared/view";
import { STACK } from "./stack";

const SIZE = { width: 800, height: 400, dpr: 1 };
const view = (nmPerPixel = 5): StackView => new StackView(STACK, [2000, 1000, 800], nmPerPixel, SIZE);

describe("a view", () => {
  it("takes a place to the screen and back", () => {
    const [px, py] = view().toScreen(1234.5, 987.6);
    const [x, y] = view().toProject(px, py);
    expect(x).toBeCloseTo(1234.5, 9);
    expect(y).toBeCloseTo(987.6, 9);
  });

  it("has its centre in the middle of the screen", () => {
    expect(view().toScreen(2000, 1000)).toEqual([400, 200]);
  });

  it("moves the picture with the mouse", () => {
    const [x, y, z] = pannedCenter(view(), 10, -20);
    expect([x, y, z]).toEqual([1950, 1100, 800]);
  });

  it("keeps what is under the cursor there when it zooms", () => {
    const before = view();
    const under = before.toProject(700, 30);
    const after = new StackView(STACK, zoomedCenter(before, 700, 30, 1.3), 1.3, SIZE);
    const [px, py] = after.toScreen(...under);
    expect(px).toBeCloseTo(700, 9);
    expect(py).toBeCloseTo(30, 9);
  });

  it("fits the whole image at the fitting zoom", () => {
    expect(fittingZoom(STACK, SIZE)).toBe(6);
  });

  it("does not zoom out of sight of the image, nor into one pixel", () => {
    expect(clampZoom(STACK, SIZE, 1e9)).toBe(24);
    expect(clampZoom(STACK, SIZE, 0)).toBe(4 / 64);
  });

  it("does not go so far out that the tiles of the coarsest level do not fit into memory", () => {
    const flat = { ...STACK, dimension: [200_000, 200_000, 1] as Point, zoom_levels: 1 };
    const zoom = clampZoom(flat, SIZE, fittingZoom(flat, SIZE));
    const view = new StackView(flat, middle(flat), zoom, SIZE);
    const shown = tilesInView(flat, view, 0, 0).length;
    expect(shown).toBeGreaterThan(100);
    expect(shown).toBeLessThan(tilesInMemory(flat));
    expect(clampZoom({ ...flat, zoom_levels: 11 }, SIZE, 1e9)).toBe(fittingZoom(flat, SIZE) * 4);
  });
});

describe("sections", () => {
  it("are centred on multiples of the resolution", () => {
    expect(sectionAt(STACK, 300)).toBe(0);
    expect(sectionAt(STACK, 324)).toBe(0);
    expect(sectionAt(STACK, 326)).toBe(1);
    expect(depthOf(STACK, 10)).toBe(800);
  });

  it("are stepped through without the broken ones", () => {
    expect(landingSection(STACK, 6, 1)).toBe(9);
    expect(landingSection(STACK, 9, -1)).toBe(6);
    expect(landingSection(STACK, 6, 2)).toBe(9);
  });

  it("end short of broken ones at the end of the stack", () => {
    expect(landingSection(STACK, 18, 1)).toBe(18);
    expect(landingSection(STACK, 15, 10)).toBe(18);
  });

  it("come back into the stack from outside", () => {
    expect(landingSection(STACK, -30, 1)).toBe(0);
    expect(landingSection(STACK, 300, -1)).toBe(18);
  });
});

describe("the image", () => {
  it("begins half a pixel before the centre of its first pixel", () => {
    expect(imageCorner(STACK)).toEqual([98, 198]);
  });

  it("has its middle on a section", () => {
    const [x, y, z] = middle(STACK);
    expect([x, y]).toEqual([98 + 2000, 198 + 1200]);
    expect(z).toBe(depthOf(STACK, 9));
  });
});
