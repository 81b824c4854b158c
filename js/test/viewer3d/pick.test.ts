import { type Camera, OrthographicCamera, PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import type { UnpackedNeuron } from "../../src/viewer3d/geometry/unpack";
import { NeuronLines } from "../../src/viewer3d/neurons/neuron-lines";
import { neuronOf, randomArbor, randomNumbers } from "./arbors";
import { ReferencePick } from "./reference-pick";

const SIZE = { width: 800, height: 600 };
const TOLERANCE = 6;

function lookFrom(camera: Camera, from: [number, number, number], to: [number, number, number]): Camera {
  camera.position.set(...from);
  camera.up.set(0, -1, 0);
  camera.lookAt(...to);
  camera.updateMatrixWorld();
  return camera;
}

const MIDDLE: [number, number, number] = [5e4, 5e4, 5e4];
const CAMERAS: [string, Camera][] = [
  ["perspective", lookFrom(new PerspectiveCamera(45, 800 / 600, 100, 1e6), [5e4, 3e4, -1.2e5], MIDDLE)],
  [
    "perspective, among the neurons",
    lookFrom(new PerspectiveCamera(60, 800 / 600, 500, 4e4), [3e4, 5e4, 4e4], MIDDLE),
  ],
  [
    "orthographic",
    lookFrom(new OrthographicCamera(-8e4, 8e4, 6e4, -6e4, 1, 5e5), [5e4, 9e4, -1.2e5], MIDDLE),
  ],
  [
    "orthographic, among the neurons",
    lookFrom(new OrthographicCamera(-2e4, 2e4, 1.5e4, -1.5e4, -1e4, 3e4), [5e4, 5e4, 5e4], [6e4, 5e4, 9e4]),
  ],
];

function toScreen(point: Vector3, camera: Camera): [number, number] {
  const { x, y } = point.clone().project(camera);
  return [((x + 1) / 2) * SIZE.width, ((1 - y) / 2) * SIZE.height];
}

describe("picking", () => {
  const neurons = Array.from({ length: 40 }, (_, at) => neuronOf(randomArbor(at + 1, 250), at + 10));
  const lines = new NeuronLines();
  lines.put(neurons);

  it.each(CAMERAS)("finds what a search of all edges finds in 100 of 100 places: %s", (_, camera) => {
    const random = randomNumbers(7);
    const reference = new ReferencePick(neurons, camera, SIZE);
    expect(reference.seen.length).toBeGreaterThan(100);
    for (let place = 0; place < 100; place++) {
      const [x, y] = reference.seen[Math.floor(random() * reference.seen.length)] ?? [0, 0];
      const [px, py] = [x + 8 * (random() - 0.5), y + 8 * (random() - 0.5)];
      const wanted = reference.pick(px, py, TOLERANCE);
      const found = lines.pick(camera, px, py, SIZE, TOLERANCE);
      expect(found).toMatchObject({ skeletonId: wanted?.skeletonId, row: wanted?.row });
      expect(found?.version).toBe((found?.skeletonId ?? 0) + 9);
      expect(found?.point).toEqual(lines.position(found?.skeletonId ?? 0, found?.row ?? 0));
    }
  });

  it("finds the front one of two neurons under the pointer, unless it is hidden", () => {
    const both = new NeuronLines();
    const across = (skeletonId: number, z: number): UnpackedNeuron =>
      neuronOf({
        skeletonId,
        positions: [
          [-100, 0, z],
          [100, 0, z],
        ],
        parents: [-1, 0],
      });
    both.put([across(1, 50), across(2, 20)]);
    const camera = lookFrom(new PerspectiveCamera(45, 800 / 600, 1, 1000), [0, 0, -200], [0, 0, 0]);
    const front = both.pick(camera, 420, 300, SIZE, TOLERANCE);
    expect(front).toMatchObject({ skeletonId: 2, row: 1, point: [100, 0, 20] });
    both.setVisible([2], false);
    expect(both.pick(camera, 420, 300, SIZE, TOLERANCE)?.skeletonId).toBe(1);
    expect(both.pick(camera, 420, 310, SIZE, TOLERANCE)).toBeNull();
  });

  it("finds the end before the camera of an edge that leads behind it, and single nodes", () => {
    const one = new NeuronLines();
    one.put([
      neuronOf({
        skeletonId: 1,
        positions: [
          [0, 0, -500],
          [10, 0, 400],
        ],
        parents: [-1, 0],
      }),
      neuronOf({ skeletonId: 2, positions: [[0, 30, 0]], parents: [-1] }),
    ]);
    const camera = lookFrom(new PerspectiveCamera(45, 800 / 600, 1, 1000), [0, 0, -200], [0, 0, 0]);
    const [px, py] = toScreen(new Vector3(7, 0, 100), camera);
    expect(one.pick(camera, px, py, SIZE, TOLERANCE)).toMatchObject({ skeletonId: 1, row: 1 });
    expect(one.pick(camera, ...toScreen(new Vector3(0, 30, 0), camera), SIZE, 1)).toMatchObject({
      skeletonId: 2,
      row: 0,
    });
  });

  it("finds nothing where nothing is", () => {
    const none = new NeuronLines();
    const [, camera] = CAMERAS[0] ?? [];
    if (!camera) throw new Error("no camera");
    expect(none.pick(camera, 400, 300, SIZE, TOLERANCE)).toBeNull();
    none.put([neuronOf({ skeletonId: 1, positions: [], parents: [] })]);
    expect(none.pick(camera, 400, 300, SIZE, TOLERANCE)).toBeNull();
    expect(none.bounds().isEmpty()).toBe(true);
    expect(none.position(1, 0)).toBeNull();
  });
});

describe("outlines", () => {
  const neurons = Array.from({ length: 80 }, (_, at) => neuronOf(randomArbor(at + 1, 60)));
  const lines = new NeuronLines();
  lines.put(neurons);
  lines.setVisible([3, 4], false);
  const OUTLINE: [number, number][] = [
    [60, 40],
    [740, 80],
    [400, 300],
    [720, 570],
    [50, 540],
  ];

  it.each(CAMERAS)("name the visible neurons with a node inside: %s", (_, camera) => {
    const wanted = neurons.filter(({ skeletonId, positions, parents }) => {
      const isIn = (row: number): boolean => {
        const point = new Vector3().fromArray(positions, 3 * row);
        const [x, y] = toScreen(point, camera);
        const crossings = OUTLINE.filter(([ax, ay], at) => {
          const [bx, by] = OUTLINE[(at + 1) % OUTLINE.length] ?? [0, 0];
          return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax);
        });
        return Math.abs(point.project(camera).z) <= 1 && crossings.length % 2 === 1;
      };
      return ![3, 4].includes(skeletonId) && Array.from(parents.keys()).some(isIn);
    });
    expect(wanted.length).toBeGreaterThan(0);
    expect(lines.inside(camera, OUTLINE, SIZE)).toEqual(wanted.map(({ skeletonId }) => skeletonId));
  });

  it("without area name none", () => {
    expect(
      lines.inside(
        CAMERAS[0]?.[1] ?? new PerspectiveCamera(),
        [
          [0, 0],
          [800, 600],
        ],
        SIZE,
      ),
    ).toEqual([]);
  });
});
