import { describe, expect, it } from "vitest";
import { wantedTiles } from "../src/shared/image/painter";
import type { Stack } from "../src/shared/stack";
import {
  ancestor,
  children,
  gridSize,
  levelFor,
  neighbours,
  tileBox,
  tilesInView,
} from "../src/shared/tiles";
import { StackView } from "../src/shared/view";
import { STACK } from "./stack";

const at = (x: number, y: number, nmPerPixel: number, dpr = 1): StackView =>
  new StackView(STACK, [x, y, 800], nmPerPixel, { width: 500, height: 300, dpr });

describe("the level", () => {
  it("is the coarsest that gives every device pixel an image pixel", () => {
    expect([1, 4, 7.9, 8, 15.9, 16].map((zoom) => levelFor(STACK, at(0, 0, zoom)))).toEqual([
      0, 0, 0, 1, 1, 2,
    ]);
    expect(levelFor(STACK, at(0, 0, 16, 2))).toBe(1);
  });

  it("stays within what the stack has", () => {
    expect(levelFor(STACK, at(0, 0, 1000))).toBe(2);
    expect(levelFor(STACK, at(0, 0, 0.01))).toBe(0);
  });
});

describe("the grid", () => {
  it("covers the image at every level", () => {
    expect([0, 1, 2].map((zoom) => gridSize(STACK, zoom))).toEqual([
      [4, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  it("gives tiles of twice the size at each level, from the same corner", () => {
    expect(tileBox(STACK, { zoom: 0, z: 0, row: 0, col: 1 })).toEqual({
      left: 98 + 1024,
      top: 198,
      width: 1024,
      height: 1024,
    });
    expect(tileBox(STACK, { zoom: 1, z: 0, row: 1, col: 0 })).toEqual({
      left: 98,
      top: 198 + 2048,
      width: 2048,
      height: 2048,
    });
  });

  it("covers a tile with its ancestor", () => {
    expect(ancestor(STACK, { zoom: 0, z: 3, row: 2, col: 3 }, 1)).toEqual({ zoom: 1, z: 3, row: 1, col: 1 });
    expect(children(STACK, { zoom: 1, z: 3, row: 1, col: 1 })).toContainEqual({
      zoom: 0,
      z: 3,
      row: 2,
      col: 3,
    });
  });
});

describe("levels of pixels that are not square", () => {
  /** Sections along xz, of 4 x 40 nm: rows are halved when columns are as large. */
  const side: Stack = {
    ...STACK,
    plane: "xz",
    dimension: [8000, 300, 600],
    resolution: [4, 40, 4],
    zoom_levels: 6,
    zoom_factors: [
      [1, 1],
      [2, 1],
      [4, 1],
      [8, 1],
      [16, 2],
      [32, 4],
    ],
  };

  it("keep all rows as long as these are larger", () => {
    expect([0, 3, 4].map((zoom) => gridSize(side, zoom))).toEqual([
      [32, 2],
      [4, 2],
      [2, 1],
    ]);
    expect(tileBox(side, { zoom: 3, z: 0, row: 1, col: 1 })).toEqual({
      left: 98 + 256 * 32,
      top: 180 + 256 * 40,
      width: 256 * 32,
      height: 256 * 40,
    });
  });

  it("lie in each other as their factors say", () => {
    const tile = { zoom: 1, z: 3, row: 1, col: 5 };
    expect(ancestor(side, tile, 3)).toEqual({ zoom: 3, z: 3, row: 1, col: 1 });
    expect(ancestor(side, tile, 4)).toEqual({ zoom: 4, z: 3, row: 0, col: 0 });
    expect(children(side, { zoom: 3, z: 3, row: 1, col: 2 })).toEqual([
      { zoom: 2, z: 3, row: 1, col: 4 },
      { zoom: 2, z: 3, row: 1, col: 5 },
    ]);
  });
});

describe("tiles in view", () => {
  it("are exactly those that meet it", () => {
    const tiles = tilesInView(STACK, at(98 + 1024, 198 + 1024, 1), 0, 3);
    expect(tiles.map(({ row, col }) => `${row}/${col}`).sort()).toEqual(["0/0", "0/1", "1/0", "1/1"]);
    expect(tiles.every(({ z, zoom }) => z === 3 && zoom === 0)).toBe(true);
  });

  it("come from the centre outwards", () => {
    const [first] = tilesInView(STACK, at(98 + 1500, 198 + 1500, 4), 0, 0);
    expect(first).toMatchObject({ row: 1, col: 1 });
  });

  it("are none outside the image", () => {
    expect(tilesInView(STACK, at(-9000, 0, 1), 0, 0)).toEqual([]);
  });
});

describe("prefetch", () => {
  it("goes two sections each way, first in the direction of travel", () => {
    expect(neighbours(STACK, 3, 1)).toEqual([4, 5, 2, 1]);
    expect(neighbours(STACK, 3, -1)).toEqual([2, 1, 4, 5]);
  });

  it("leaves out broken sections and what is beyond the stack", () => {
    expect(neighbours(STACK, 6, 1)).toEqual([5, 4]);
    expect(neighbours(STACK, 0, -1)).toEqual([1, 2]);
  });

  it("wants what is seen before anything else, and then the next section", () => {
    const view = at(98 + 1024, 198 + 1024, 4);
    const { seen, ahead } = wantedTiles(STACK, view, -1);
    expect(seen).toEqual(tilesInView(STACK, view, 0, 10));
    expect(ahead[0]?.z).toBe(9);
    const keys = [...seen, ...ahead].map(({ zoom, z, row, col }) => `${zoom}/${z}/${row}/${col}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("wants nothing of a broken section but what is beside it", () => {
    const broken = new StackView(STACK, [1000, 1000, 650], 4, { width: 500, height: 300, dpr: 1 });
    const { seen, ahead } = wantedTiles(STACK, broken, 1);
    expect(seen).toEqual([]);
    expect(ahead.every(({ z }) => z !== 8)).toBe(true);
  });

  it("wants no more than memory holds, what is seen first", () => {
    const large: Stack = { ...STACK, dimension: [40_000, 40_000, 20], tile_width: 2048, tile_height: 2048 };
    const view = new StackView(large, [20_000, 20_000, 800], 4, { width: 4000, height: 3000, dpr: 1 });
    const { seen, ahead } = wantedTiles(large, view, 1);
    expect(seen).toEqual(tilesInView(large, view, 0, view.section));
    expect(seen.length + ahead.length).toBe(16);
  });
});
