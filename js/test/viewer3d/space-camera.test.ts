import { Box3, Sphere, Vector3 } from "three";
import { beforeEach, describe, expect, it } from "vitest";
import { SpaceCamera } from "../../src/viewer3d/camera/space-camera";
import { STANDARD_VIEWS, VIEW_NAMES } from "../../src/viewer3d/camera/views";

const SIZE = { width: 800, height: 400 };
/** Far from zero, as projects are. */
const MIDDLE = new Vector3(4e5, 3e5, 2e5);
const BOX = new Box3(
  MIDDLE.clone().sub(new Vector3(2e4, 1e4, 3e4)),
  MIDDLE.clone().add(new Vector3(2e4, 1e4, 3e4)),
);

let camera: SpaceCamera;

function place(): void {
  camera.place(MIDDLE, new Sphere(new Vector3(), 4e4));
}

function seen(x: number, y: number, z: number): [number, number] {
  place();
  return (
    camera.toScreen(
      MIDDLE.clone()
        .add(new Vector3(x, y, z))
        .toArray(),
    ) ?? [Number.NaN, Number.NaN]
  );
}

beforeEach(() => {
  camera = new SpaceCamera();
  camera.resize(SIZE);
  camera.fit(BOX);
});

describe("the standard camera", () => {
  it("has x to the right, y down and z away", () => {
    const [x, y] = seen(0, 0, 0);
    expect([x, y]).toEqual([expect.closeTo(400), expect.closeTo(200)]);
    expect(seen(1e4, 0, 0)[0]).toBeGreaterThan(x);
    expect(seen(0, 5e3, 0)[1]).toBeGreaterThan(y);
    expect(camera.position.z).toBeLessThan(MIDDLE.z - 3e4);
  });

  it.each(VIEW_NAMES)("shows the whole box from %s, of both kinds", (name) => {
    camera.look(STANDARD_VIEWS[name]);
    for (const kind of ["perspective", "orthographic"] as const) {
      camera.setKind(kind);
      camera.fit(BOX);
      for (const x of [-2e4, 2e4])
        for (const y of [-1e4, 1e4])
          for (const z of [-3e4, 3e4]) {
            const [px, py] = seen(x, y, z);
            expect(px).toBeGreaterThan(0);
            expect(px).toBeLessThan(SIZE.width);
            expect(py).toBeGreaterThan(0);
            expect(py).toBeLessThan(SIZE.height);
          }
    }
  });

  it("shows a single point, and nothing of an empty box", () => {
    camera.fit(new Box3(MIDDLE, MIDDLE));
    expect(camera.nmPerPixel).toBeGreaterThan(0);
    const before = camera.state;
    camera.fit(new Box3());
    expect(camera.state).toEqual(before);
  });
});

describe("moves", () => {
  it.each(["perspective", "orthographic"] as const)("zooms at the cursor (%s)", (kind) => {
    camera.setKind(kind);
    const before = seen(1e4, 4e3, 0);
    camera.zoomBy(3, ...before);
    const after = seen(1e4, 4e3, 0);
    expect(after[0]).toBeCloseTo(before[0], 6);
    expect(after[1]).toBeCloseTo(before[1], 6);
  });

  it("pans by pixels", () => {
    const before = seen(0, 0, 0);
    camera.pan(30, -12);
    const after = seen(0, 0, 0);
    expect([after[0] - before[0], after[1] - before[1]]).toEqual([expect.closeTo(30), expect.closeTo(-12)]);
  });

  it("turns what is in front with the pointer, and stays upright", () => {
    const before = seen(0, 0, -1e4);
    camera.turn(-0.1, -0.1);
    const after = seen(0, 0, -1e4);
    expect(after[0]).toBeGreaterThan(before[0]);
    expect(after[1]).toBeGreaterThan(before[1]);
    for (let step = 0; step < 1000; step++) camera.turn(0.05, 0.03);
    expect(camera.up.length()).toBeCloseTo(1, 9);
    expect(camera.direction.length()).toBeCloseTo(1, 9);
    expect(camera.up.dot(camera.direction)).toBeCloseTo(0, 9);
    expect(seen(0, 0, 0)).toEqual([expect.closeTo(400), expect.closeTo(200)]);
  });

  it("gives its state, and takes it", () => {
    camera.turn(0.3, 0.2);
    camera.setKind("orthographic");
    const { state } = camera;
    const other = new SpaceCamera();
    other.resize(SIZE);
    other.take(state);
    expect(other.nmPerPixel).toBeCloseTo(camera.nmPerPixel, 6);
    expect(other.direction.toArray()).toEqual(
      camera.direction.toArray().map((one) => expect.closeTo(one, 9)),
    );
    expect(other.kind).toBe("orthographic");
  });

  it("does not take a camera that is at its target, or looks along its up", () => {
    const before = camera.state;
    camera.take({ ...before, position: before.target });
    expect(camera.state).toEqual(before);
    camera.take({ ...before, up: [0, 0, 1] });
    expect(camera.up.length()).toBeCloseTo(1, 9);
    expect(camera.up.dot(camera.direction)).toBeCloseTo(0, 9);
  });

  it("knows what is behind it", () => {
    place();
    expect(camera.toScreen(camera.position.addScaledVector(camera.direction, -10).toArray())).toBeNull();
  });
});

it("zooms far in without losing depth", () => {
  camera.zoomBy(1e5);
  place();
  const { near, far } = camera.three;
  expect(near).toBeGreaterThan(0);
  expect(far).toBeGreaterThan(near);
  expect(seen(0, 0, 0)).toEqual([expect.closeTo(400), expect.closeTo(200)]);
});
