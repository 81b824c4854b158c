import { describe, expect, it } from "vitest";
import { scaleBar } from "../src/shared/scalebar";

describe("the scale bar", () => {
  it("is 1, 2 or 5 times a power of ten, and as long as it may be", () => {
    for (let zoom = 0.01; zoom < 1e5; zoom *= 1.37) {
      const { length, pixels } = scaleBar(zoom, 140);
      const digit = Number(length.toExponential().split("e")[0]);
      expect([1, 2, 5]).toContain(digit);
      expect(pixels).toBeLessThanOrEqual(140.001);
      expect(pixels).toBeGreaterThan(140 / 2.6);
      expect(pixels * zoom).toBeCloseTo(length, 6);
    }
  });

  it("names its length in a fitting unit", () => {
    expect(scaleBar(4).label).toBe("500 nm");
    expect(scaleBar(10).label).toBe("1 µm");
    expect(scaleBar(20_000).label).toBe("2 mm");
  });
});
