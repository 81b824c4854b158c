import { describe, expect, it } from "vitest";
import { contentText, orderOf, type VolumeChoices } from "../../src/viewer3d/new-volume/choices";

const CHOICES: VolumeChoices = {
  whose: "selected",
  of: "nodes",
  shape: "convex_hull",
  margin: "50",
  alpha: "800",
  compartment: "",
  low: "",
  high: "",
  distal: " ",
  inside: "",
  combination: "",
  other: "LH",
  partners: "visible",
};
const NEURONS = { selected: [3], visible: [3, 4] };

describe("the order for a new volume", () => {
  it("has what counts for its points and its shape", () => {
    expect(orderOf(CHOICES, NEURONS)).toEqual({
      skeleton_ids: [3],
      of: "nodes",
      shape: "convex_hull",
      margin: null,
      alpha: null,
      compartment: null,
      strahler: null,
      distal_to: null,
      inside: null,
      partner_ids: null,
      combination: null,
      other: null,
    });
    const some = { whose: "visible", of: "pre", shape: "box", compartment: "axon", high: "2", inside: "7" };
    expect(orderOf({ ...CHOICES, ...(some as Partial<VolumeChoices>) }, NEURONS)).toMatchObject({
      skeleton_ids: [3, 4],
      margin: 50,
      alpha: null,
      compartment: "axon",
      strahler: [null, 2],
      inside: "7",
      partner_ids: [3, 4],
    });
    const more = { shape: "alpha_shape", distal: "nerve out", inside: "AL_R", combination: "union" };
    expect(orderOf({ ...CHOICES, ...more }, NEURONS)).toMatchObject({
      alpha: 800,
      margin: null,
      distal_to: "nerve out",
      inside: "AL_R",
      combination: "union",
      other: "LH",
    });
    expect(orderOf({ ...CHOICES, shape: "alpha_shape", alpha: "" }, NEURONS).alpha).toBeNull();
    expect(orderOf({ ...CHOICES, shape: "box", margin: "0" }, NEURONS).margin).toBe(0);
  });

  it.each([
    [{ shape: "box", margin: "-1" }, "The margin is a length of 0 or more, in nm."],
    [{ shape: "alpha_shape", alpha: "wide" }, "The radius is a length above 0, in nm."],
    [{ low: "1.5" }, "Strahler numbers are whole numbers above 0."],
    [{ combination: "intersection", other: " " }, "Write the name or the id of the other volume."],
    [{ high: "0" }, "Strahler numbers are whole numbers above 0."],
  ])("refuses %o", (change, sentence) => {
    expect(() => orderOf({ ...CHOICES, ...change }, NEURONS)).toThrow(sentence);
  });

  it("says whom to choose if there are none", () => {
    expect(() => orderOf(CHOICES, { selected: [], visible: [4] })).toThrow("No neurons are selected");
    expect(() => orderOf({ ...CHOICES, whose: "visible" }, { selected: [3], visible: [] })).toThrow(
      "No neurons are visible",
    );
  });
});

it("tells how large a volume is", () => {
  expect(contentText(1234, 1.23456e9)).toBe("Around 1,234 points: 1.23 µm³.");
  expect(contentText(1, 5e5)).toBe("Around 1 point: 0.0005 µm³.");
  expect(contentText(9, 3490)).toBe("Around 9 points: 3,490 nm³.");
  expect(contentText(2, 1234.6e9)).toBe("Around 2 points: 1,235 µm³.");
});
