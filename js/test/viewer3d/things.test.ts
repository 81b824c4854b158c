import type { AnyModel } from "@anywidget/types";
import { type InstancedMesh, Matrix4, Vector3 } from "three";
import { expect, test, vi } from "vitest";
import type { Rpc } from "../../src/shared/rpc";
import { Arrivals } from "../../src/viewer3d/arrivals";
import { Arrows } from "../../src/viewer3d/things/arrows";
import { ScreenDots } from "../../src/viewer3d/things/dots";
import { linksOf } from "../../src/viewer3d/things/links";
import { PointClouds, type PointCloudsState } from "../../src/viewer3d/things/point-clouds";
import { specialNodesOf } from "../../src/viewer3d/things/special-nodes";
import { Spheres } from "../../src/viewer3d/things/spheres";

test("spheres are replaced, not added", () => {
  const spheres = new Spheres("somata", 2);
  spheres.put([
    { place: [1, 2, 3], radius: 5, color: "#ff0000" },
    { place: [4, 5, 6], radius: 7, color: "#00ff00" },
  ]);
  spheres.put([{ place: [7, 8, 9], radius: 2, color: "#0000ff" }]);
  expect(spheres.object.children.length).toBe(1);
  const [mesh] = spheres.object.children as InstancedMesh[];
  expect([mesh?.count, mesh?.name]).toEqual([1, "somata"]);
  expect(Array.from(mesh?.instanceMatrix.array ?? [])).toEqual([
    2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 7, 8, 9, 1,
  ]);
  spheres.put([]);
  expect([spheres.count, spheres.object.children.length]).toEqual([0, 0]);
});

test("arrows end at their tips, and those without length are left out", () => {
  const arrows = new Arrows();
  arrows.put([
    { from: [0, 0, 0], to: [0, 0, 10], color: "#ff0000" },
    { from: [5, 5, 5], to: [5, 5, 5], color: "#ff0000" },
  ]);
  expect(arrows.count).toBe(1);
  const [, heads] = arrows.object.children as InstancedMesh[];
  const matrix = new Matrix4();
  heads?.getMatrixAt(0, matrix);
  expect(new Vector3().applyMatrix4(matrix).toArray()).toEqual([0, 0, 10]);
  const back = new Vector3(0, -0.3, 0).applyMatrix4(matrix);
  expect(back.z).toBeCloseTo(7);
  arrows.put([]);
  expect([arrows.count, arrows.object.children.length]).toEqual([0, 0]);
});

test("links are read from columns", () => {
  const columns = [
    new Int32Array([1, 0]),
    new Int32Array([4, 6]),
    new Uint8Array([0, 255]),
    new Int32Array([70, 71]),
    new Int32Array([17, -1]),
    new Float32Array([1, 2, 3, 4, 5, 6]),
  ];
  const answer = { skeleton_ids: [17, 18], relations: ["presynaptic_to"] };
  const found = linksOf(
    answer,
    columns.map(({ buffer }) => buffer),
  );
  expect([...found]).toEqual([
    [18, [{ row: 4, relation: "presynaptic_to", partner: 17, place: [1, 2, 3] }]],
    [17, [{ row: 6, relation: "", partner: -1, place: [4, 5, 6] }]],
  ]);
});

test("dots without places are not drawn", () => {
  const dots = new ScreenDots("ends", 5);
  dots.put([1, 2, 3], ["#ffffff"]);
  expect([dots.object.visible, dots.object.geometry.getAttribute("color").array[0]]).toEqual([true, 1]);
  dots.put([], []);
  expect(dots.object.visible).toBe(false);
});

test("special nodes are read from columns, wherever these begin", () => {
  const unaligned = (array: { buffer: ArrayBuffer }): Uint8Array => {
    const all = new Uint8Array(array.buffer.byteLength + 1);
    all.set(new Uint8Array(array.buffer), 1);
    return all.subarray(1);
  };
  const found = specialNodesOf(
    {
      skeleton_ids: [17, 18],
      kinds: { open_end: 1, low_confidence: 2, labelled: 4, soma: 8 },
      labels: ["a", "b"],
    },
    [
      unaligned(new Int32Array([0, 1, 1])),
      unaligned(new Int32Array([5, 0, 9])),
      new Uint8Array([1, 8, 6]),
      new Uint8Array([5, 5, 2]),
      unaligned(new Float32Array([-1, 4000, -1])),
      unaligned(new Int32Array([70, 71, 72])),
      unaligned(new Int32Array([2, 2])),
      unaligned(new Int32Array([1, 0])),
    ],
  );
  expect([...found]).toEqual([
    [17, [{ row: 5, kinds: new Set(["open_end"]), radius: -1, labels: [] }]],
    [
      18,
      [
        { row: 0, kinds: new Set(["soma"]), radius: 4000, labels: [] },
        { row: 9, kinds: new Set(["low_confidence", "labelled"]), radius: -1, labels: ["b", "a"] },
      ],
    ],
  ]);
});

test("clouds of points come once, are where they were given, and go", async () => {
  const cloud = { id: 1, name: "mine", color: "#ff0000", opacity: 1, radius: 10 };
  const state: PointCloudsState = { point_clouds: [cloud, { ...cloud, id: 2, radius: 0 }] };
  let react = (): void => {};
  const model = {
    get: (name: keyof PointCloudsState) => state[name],
    on: (_event: string, listener: () => void) => {
      react = listener;
    },
    off: () => {},
  } as unknown as AnyModel<PointCloudsState>;
  const places = new Float32Array([0, 0, 0, 100, 0, 50]);
  const call = vi.fn(async () => ({ result: { corner: [1e9, 20, 30] }, buffers: [places.buffer] }));
  const failed = vi.fn();
  const clouds = new PointClouds(model, { call } as unknown as Rpc, {
    arrivals: new Arrivals(),
    changed: () => {},
    failed,
  });
  await vi.waitFor(() => expect(clouds.object.children.length).toBe(2));
  expect(clouds.box.max.toArray()).toEqual([1e9 + 110, 30, 90]);
  clouds.prepare(new Vector3(1e9, 0, 0));
  expect(clouds.object.children.map(({ position }) => position.toArray())).toEqual([
    [0, 20, 30],
    [0, 20, 30],
  ]);
  react();
  state.point_clouds = [cloud];
  react();
  expect([call.mock.calls.length, clouds.object.children.length]).toEqual([2, 1]);
  clouds.dispose();
  expect([clouds.object.children.length, failed.mock.calls.length]).toEqual([0, 0]);
});
