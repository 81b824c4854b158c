import { describe, expect, it } from "vitest";
import { applyLook, gradient, type ImageLook, lookTables, PLAIN_LOOK } from "../src/shared/image/look";

function shown(look: Partial<ImageLook>, ...pixels: number[][]): number[][] {
  const image = { data: Uint8ClampedArray.from(pixels.flat()) } as ImageData;
  applyLook(image, { ...PLAIN_LOOK, ...look });
  return pixels.map((_, index) => [...image.data.subarray(index * 4, index * 4 + 4)]);
}

const GREY = [100, 100, 100, 255];
const RED = [255, 0, 0, 255];

describe("the look of an image", () => {
  it("leaves a plain one as it is", () => {
    expect(shown({}, GREY, RED)).toEqual([GREY, RED]);
  });

  it("changes brightness before contrast, and ends each step within black and white", () => {
    expect(shown({ brightness: 2, contrast: 3 }, [50, 50, 50, 255])).toEqual([[45, 45, 45, 255]]);
    expect(shown({ brightness: 3, contrast: 0.5 }, GREY)).toEqual([[191, 191, 191, 255]]);
  });

  it("inverts what it is after that", () => {
    expect(shown({ invert: true, brightness: 2 }, GREY)).toEqual([[55, 55, 55, 255]]);
  });

  it("gives grey values the colours of a map, and colours those of their grey", () => {
    expect(shown({ color_map: "green" }, GREY, RED)).toEqual([
      [0, 100, 0, 255],
      [0, 76, 0, 255],
    ]);
    const own = ["#000000", "#ff0000", "#ffff00"];
    expect(shown({ color_map: own }, [0, 0, 0, 255], [255, 255, 255, 255])).toEqual([
      [0, 0, 0, 255],
      [255, 255, 0, 255],
    ]);
    expect(gradient(own)).toBe("linear-gradient(to right, #000000, #ff0000, #ffff00)");
  });

  it("leaves out what is not between two grey values, as they came", () => {
    const look = { threshold: [100, 150] as [number, number], invert: true };
    expect(shown(look, [99, 99, 99, 255], GREY, [151, 151, 151, 255]).map((pixel) => pixel[3])).toEqual([
      0, 255, 0,
    ]);
  });

  it("has a table entry for each of 256 values", () => {
    const { red, shown: kept } = lookTables({ ...PLAIN_LOOK, threshold: [0, 254] });
    expect([red.length, red[0], red[255]]).toEqual([256, 0, 255]);
    expect(kept?.[255]).toBe(0);
  });
});
