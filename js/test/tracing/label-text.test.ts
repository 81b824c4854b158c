import { describe, expect, it } from "vitest";
import { labelText } from "../../src/tracing-layer/draw/label-text";

describe("the text of a label", () => {
  it("is the label", () => {
    expect(labelText("uncertain end")).toBe("uncertain end");
    expect(labelText("100%")).toBe("100%");
  });

  it("is the description that neuroglancer hides in it", () => {
    expect(labelText("neuroglancer-description:v1:soma%2C%20near%20the%20edge")).toBe("soma, near the edge");
  });

  it("is the label if nothing, or nothing readable, is hidden in it", () => {
    for (const label of ["neuroglancer-description:v1:", "neuroglancer-description:v1:%E0%A4%A"])
      expect(labelText(label)).toBe(label);
  });
});
