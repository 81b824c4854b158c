import { type InstancedBufferGeometry, type Mesh, PerspectiveCamera } from "three";
import { describe, expect, it } from "vitest";
import { NeuronLines } from "../../src/viewer3d/neurons/neuron-lines";
import { MOST_TUBES } from "../../src/viewer3d/neurons/tubes";
import { neuronOf, randomArbor } from "./arbors";

const SIZE = { width: 800, height: 600 };

function cameraAt(z: number): PerspectiveCamera {
  const camera = new PerspectiveCamera(45, 4 / 3, 1, 1e7);
  camera.position.set(0, 0, z);
  camera.lookAt(0, 0, 0);
  camera.updateMatrixWorld();
  return camera;
}

/** Radii at both ends, and the z of the first end, of each tube. */
function tubesOf(lines: NeuronLines): [from: number, to: number, z: number][] {
  const mesh = lines.object.getObjectByName("tubes");
  if (!mesh?.visible) return [];
  const { attributes, instanceCount } = (mesh as Mesh).geometry as InstancedBufferGeometry;
  return Array.from({ length: instanceCount }, (_, at) => [
    attributes.from?.getW(at) ?? 0,
    attributes.to?.getW(at) ?? 0,
    attributes.from?.getZ(at) ?? 0,
  ]);
}

function across(skeletonId: number, z: number) {
  const positions = [
    [-20, 0, z],
    [0, 0, z],
    [20, 0, z],
  ];
  return neuronOf({ skeletonId, positions, parents: [-1, 0, 1] });
}

describe("tubes", () => {
  it("are drawn where radii are known and thicker than a line, the nearest ones first", () => {
    const lines = new NeuronLines();
    lines.put([across(1, 40), across(2, 10), across(3, 20)]);
    lines.setRadii(1, Float32Array.of(5, -1, Number.NaN));
    lines.setRadii(2, Float32Array.of(4, 6, 8));
    lines.setRadii(3, Float32Array.of(1e-3, 1e-3, 1e-3));
    const view = { camera: cameraAt(-100), size: SIZE };
    lines.chooseLevel(Infinity, view);
    expect(tubesOf(lines)).toEqual([]);
    lines.setStyle("tubes");
    lines.chooseLevel(Infinity, view);
    expect(tubesOf(lines)).toEqual([
      [4, 6, 10],
      [6, 8, 10],
      [5, 5, 40],
    ]);
    lines.chooseLevel(16, view);
    expect(tubesOf(lines).length).toBe(2);
    lines.setVisible([2], false);
    lines.chooseLevel(Infinity, view);
    expect(tubesOf(lines).length).toBe(1);
    lines.setStyle("lines");
    expect(tubesOf(lines)).toEqual([]);
  });

  it("are no more than a picture may have, and none far away", () => {
    const lines = new NeuronLines();
    const arbor = neuronOf(randomArbor(1, 5000));
    const ids = Array.from({ length: 20 }, (_, at) => at + 1);
    lines.put(ids.map((skeletonId) => ({ ...arbor, skeletonId })));
    for (const id of ids) lines.setRadii(id, new Float32Array(5000).fill(5e3));
    lines.setStyle("tubes");
    lines.chooseLevel(Infinity, { camera: cameraAt(-3e5), size: SIZE });
    expect(tubesOf(lines).length).toBe(MOST_TUBES);
    lines.chooseLevel(Infinity, { camera: cameraAt(-9e6), size: SIZE });
    expect(tubesOf(lines).length).toBe(0);
  });

  it("need a radius for each node", () => {
    const lines = new NeuronLines();
    lines.put([across(4, 0)]);
    expect(() => lines.setRadii(4, new Float32Array(2))).toThrow(/Skeleton 4 has 3 nodes .* not 2/);
  });
});
