import { Vector3 } from "three";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { depthOf } from "../../src/shared/stack";
import { Arrivals } from "../../src/viewer3d/arrivals";
import { SectionPlane } from "../../src/viewer3d/section/section-plane";
import { STACK } from "../stack";

const LOOK = { color: "#ff0000", opacity: 0.7 };

beforeEach(() => {
  const canvas = () => ({
    width: 1,
    height: 1,
    getContext: () => ({ clearRect: () => {}, drawImage: () => {} }),
  });
  vi.stubGlobal("document", { createElement: canvas });
  vi.stubGlobal("createImageBitmap", async () => ({ close: () => {} }));
});

afterEach(() => vi.unstubAllGlobals());

it("has no image at a depth until that of the depth has come", async () => {
  const arrivals = new Arrivals();
  const plane = new SectionPlane(arrivals, () => {});
  const [image, frame] = plane.object.children;
  const stack = STACK;
  const images = { stack, load: async () => new Blob(["tile"]) };
  const show = (section: number): void => plane.show(images, depthOf(stack, section), new Vector3(), LOOK);
  show(1);
  expect([plane.object.visible, image?.visible]).toEqual([true, false]);
  await arrivals.settled();
  expect(image?.visible).toBe(true);
  show(1);
  expect(image?.visible).toBe(true);
  show(2);
  expect([frame?.visible, image?.visible]).toEqual([true, false]);
  await arrivals.settled();
  expect(image?.visible).toBe(true);
  plane.dispose();
});
