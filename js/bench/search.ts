/** Which node is under a place of the screen, by the rule of picking/pick.ts alone: all edges, no boxes. */
import { type Camera, Matrix4 } from "three";
import type { NeuronLines } from "../src/viewer3d/neurons/neuron-lines";
import { SIZE } from "./measure";

interface FoundNode {
  skeletonId: number;
  row: number;
  distance: number;
  depth: number;
}

/** All nodes are before the camera. */
export function nodeUnder(
  lines: NeuronLines,
  ids: readonly number[],
  camera: Camera,
  px: number,
  py: number,
): FoundNode | null {
  const { elements } = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  let best: FoundNode | null = null;
  for (const skeletonId of ids) {
    const edges = lines.edgesOf(skeletonId);
    if (!edges) continue;
    const places = placesOf(edges.positions, elements);
    for (let row = 0; row < edges.parents.length; row++) {
      const parent = edges.parents[row] ?? -1;
      const found = onEdge(places, skeletonId, row, parent < 0 ? row : parent, px, py);
      if (best === null || isBefore(found, best)) best = found;
    }
  }
  return best;
}

/** Pixels and depth of each node. */
function placesOf(positions: Float32Array, e: number[]): Float64Array {
  const places = new Float64Array(positions.length);
  const along = (row: number, at: number): number =>
    (e[row] ?? 0) * (positions[at] ?? 0) +
    (e[row + 4] ?? 0) * (positions[at + 1] ?? 0) +
    (e[row + 8] ?? 0) * (positions[at + 2] ?? 0) +
    (e[row + 12] ?? 0);
  for (let at = 0; at < positions.length; at += 3) {
    const w = along(3, at);
    places[at] = (SIZE.width / 2) * (1 + along(0, at) / w);
    places[at + 1] = (SIZE.height / 2) * (1 - along(1, at) / w);
    places[at + 2] = along(2, at) / w;
  }
  return places;
}

function onEdge(
  places: Float64Array,
  skeletonId: number,
  row: number,
  above: number,
  px: number,
  py: number,
): FoundNode {
  const [x0 = 0, y0 = 0, z0 = 0] = places.subarray(3 * row, 3 * row + 3);
  const [x1 = 0, y1 = 0, z1 = 0] = places.subarray(3 * above, 3 * above + 3);
  const square = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const foot = square > 0 ? ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / square : 0;
  const share = Math.min(1, Math.max(0, foot));
  const distance = Math.hypot(x0 + share * (x1 - x0) - px, y0 + share * (y1 - y0) - py);
  return { skeletonId, row: share <= 0.5 ? row : above, distance, depth: z0 + share * (z1 - z0) };
}

function isBefore(one: FoundNode, other: FoundNode): boolean {
  const [near, far] = [Math.max(one.distance, 1), Math.max(other.distance, 1)];
  return near < far || (near === far && one.depth < other.depth);
}
