import { Box3, Vector3 } from "three";
import { beforeEach, expect, it, vi } from "vitest";
import { SpaceCamera } from "../../src/viewer3d/camera/space-camera";
import { syncCamera } from "../../src/viewer3d/camera/sync";
import { Looking } from "../../src/viewer3d/looking";

vi.mock("../../src/viewer3d/views/kept-views", () => ({ KeptViews: class {} }));

type Listener = () => void;

/** What two views of one model share. */
class FakeModel {
  readonly state: Record<string, unknown> = { camera: {}, automatic_camera: {}, asked_view: {}, views: {} };
  private readonly listeners = new Set<Listener>();
  get = (name: string): unknown => this.state[name];
  on = (_event: string, listener: Listener): unknown => this.listeners.add(listener);
  off = (_event: string, listener: Listener): unknown => this.listeners.delete(listener);
  save_changes = (): void => {};
  set = (name: string, value: unknown): void => {
    this.state[name] = value;
    if (name === "camera") for (const listener of this.listeners) listener();
  };
}

let model: FakeModel;
let content: Box3;
let arrived: Promise<void>;

beforeEach(() => {
  model = new FakeModel();
  content = boxOf(1000);
  arrived = Promise.resolve();
});

function boxOf(extent: number): Box3 {
  return new Box3(new Vector3(0, 0, 0), new Vector3(extent, extent, extent));
}

function shown(width = 400): { camera: SpaceCamera; looking: Looking; close(): void } {
  const camera = new SpaceCamera();
  camera.resize({ width, height: 300 });
  const looking = new Looking(model as never, camera, {} as never, {
    arrived: () => arrived,
    box: (ids) => (ids ? boxOf(10 * ids.length) : content),
    save: (change) => {
      for (const [name, value] of Object.entries(change)) model.set(name, value);
    },
    focus: () => {},
    tell: () => {},
  });
  return { camera, looking, close: syncCamera(model as never, camera, looking) };
}

it("shows all that comes until somebody chooses, also when it is shown a second time", () => {
  const first = shown();
  first.looking.more();
  first.close();
  expect(model.get("camera")).toEqual(model.get("automatic_camera"));
  const again = shown();
  content = boxOf(5000);
  const { nmPerPixel } = again.camera;
  again.looking.more();
  expect(again.camera.nmPerPixel).toBeGreaterThan(2 * nmPerPixel);
  again.looking.placed();
  again.camera.pan(9, 0);
  again.close();
  const third = shown();
  const before = third.camera.nmPerPixel;
  content = boxOf(9000);
  third.looking.more();
  expect(third.camera.nmPerPixel).toBe(before);
});

it("shows what was asked for as large as possible also in another size, until somebody moves", () => {
  const { camera, looking, close } = shown();
  looking.placed();
  looking.fit();
  const wide = camera.nmPerPixel;
  camera.resize({ width: 100, height: 300 });
  looking.resized();
  expect(camera.nmPerPixel).toBeGreaterThan(1.5 * wide);
  looking.fit([1, 2]);
  camera.resize({ width: 400, height: 300 });
  looking.resized();
  expect(camera.target.toArray()).toEqual([10, 10, 10]);
  camera.pan(3, 0);
  const { nmPerPixel } = camera;
  camera.resize({ width: 100, height: 300 });
  looking.resized();
  expect(camera.nmPerPixel).toBe(nmPerPixel);
  close();
});

it("does not take what another view shows by itself for a choice", () => {
  const [one, other] = [shown(400), shown(200)];
  one.looking.more();
  content = boxOf(8000);
  const before = other.camera.nmPerPixel;
  other.looking.more();
  expect(other.camera.nmPerPixel).toBeGreaterThan(before);
  expect(other.looking.isAutomatic).toBe(true);
  model.set("camera", {
    position: [0, 0, -5],
    target: [0, 0, 0],
    up: [0, -1, 0],
    kind: "orthographic",
    zoom: 1,
  });
  expect(one.looking.isAutomatic).toBe(false);
  one.close();
  other.close();
});

it("shows neurons that Python asked for when they have come", async () => {
  const { camera, looking, close } = shown();
  let come = (): void => {};
  arrived = new Promise((resolve) => {
    come = resolve;
  });
  model.set("asked_view", { fit: [1, 2, 3] });
  const done = looking.doAsked();
  await Promise.resolve();
  expect(model.get("asked_view")).toEqual({ fit: [1, 2, 3] });
  come();
  await done;
  expect(model.get("asked_view")).toEqual({});
  expect(camera.target.toArray()).toEqual([15, 15, 15]);
  close();
  expect(model.get("camera")).not.toEqual(model.get("automatic_camera"));
});
