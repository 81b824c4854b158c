import { describe, expect, it } from "vitest";
import type { SpaceCameraState } from "../../src/viewer3d/camera/space-camera";
import { isSame, keptViews, without } from "../../src/viewer3d/views/kept-rows";

function cameraAt(z: number): SpaceCameraState {
  return { position: [0, 0, z], target: [0, 0, 0], up: [0, -1, 0], kind: "perspective", zoom: 1 };
}

describe("kept views", () => {
  const saved = [
    { name: "soma", shared: false, camera: cameraAt(-5) },
    { name: "soma", shared: true, camera: cameraAt(-6) },
    { name: "axon", shared: true, camera: cameraAt(-7) },
  ];

  it("are told by where they are kept, by name with its numbers", () => {
    const views = { "view 10": cameraAt(-1), "view 9": cameraAt(-2) };
    expect(keptViews(views, saved).map(({ name, place }) => [place, name])).toEqual([
      ["viewer", "view 9"],
      ["viewer", "view 10"],
      ["own", "soma"],
      ["shared", "axon"],
      ["shared", "soma"],
    ]);
  });

  it("are told once if the viewer has them from the server, and twice if they are others of that name", () => {
    const places = (z: number) =>
      keptViews({ soma: cameraAt(z) }, saved).filter(({ name }) => name === "soma");
    expect(places(-5).map(({ place }) => place)).toEqual(["own", "shared"]);
    expect(places(-6).map(({ place }) => place)).toEqual(["own", "shared"]);
    expect(places(-9).map(({ place }) => place)).toEqual(["viewer", "own", "shared"]);
  });

  it("that are forgotten leave the viewer's own of that name", () => {
    const views = { soma: cameraAt(-9), axon: cameraAt(-7) };
    expect(without(views, { name: "soma", place: "own", camera: cameraAt(-5) })).toEqual(views);
    expect(without(views, { name: "axon", place: "shared", camera: cameraAt(-7) })).toEqual({
      soma: cameraAt(-9),
    });
    expect(without(views, { name: "soma", place: "viewer", camera: cameraAt(-9) })).toEqual({
      axon: cameraAt(-7),
    });
  });

  it("are the same if all of the camera is", () => {
    expect(isSame(cameraAt(-1), cameraAt(-1))).toBe(true);
    expect(isSame(cameraAt(-1), { ...cameraAt(-1), zoom: 2 })).toBe(false);
    expect(isSame(cameraAt(-1), { ...cameraAt(-1), kind: "orthographic" })).toBe(false);
    expect(isSame(cameraAt(-1), { ...cameraAt(-1), up: [0, 0, 1] })).toBe(false);
  });
});
