/** Picking by the rule alone: every edge of every neuron, without boxes, clipped in the camera's space. */
import { type Camera, Vector3 } from "three";
import type { UnpackedNeuron } from "../../src/viewer3d/geometry/unpack";
import type { ScreenSize } from "../../src/viewer3d/picking/projection";

interface ReferenceNode {
  skeletonId: number;
  row: number;
  distance: number;
  depth: number;
}

interface SeenEdge {
  skeletonId: number;
  rows: [number, number];
  /** Of the part between near and far plane: pixels and depth at both ends. */
  ends: [Vector3, Vector3];
  /** Whether each end is the node itself. */
  whole: [boolean, boolean];
}

export class ReferencePick {
  /** Pixels of the nodes that are on the screen. */
  readonly seen: [number, number][] = [];
  private readonly edges: SeenEdge[] = [];

  constructor(
    neurons: readonly UnpackedNeuron[],
    private readonly camera: Camera & { near?: number; far?: number },
    private readonly size: ScreenSize,
  ) {
    for (const neuron of neurons) this.add(neuron);
  }

  pick(px: number, py: number, tolerance: number): ReferenceNode | null {
    const ranked = this.edges
      .flatMap((edge) => nodeOf(edge, px, py))
      .filter(({ distance }) => distance <= tolerance)
      .sort(
        (one, other) =>
          Math.max(one.distance, 1) - Math.max(other.distance, 1) ||
          one.depth - other.depth ||
          one.row - other.row,
      );
    return ranked[0] ?? null;
  }

  private add({ skeletonId, positions, parents }: UnpackedNeuron): void {
    const nodes = Array.from(parents, (_, row) =>
      new Vector3().fromArray(positions, 3 * row).applyMatrix4(this.camera.matrixWorldInverse),
    );
    parents.forEach((parent, row) => {
      const above = parent < 0 ? row : parent;
      const [from, to] = [nodes[row], nodes[above]];
      if (!from || !to) return;
      const ends = this.clipped(from, to);
      if (ends) {
        const whole: [boolean, boolean] = [ends[0].equals(from), ends[1].equals(to)];
        this.edges.push({
          skeletonId,
          rows: [row, above],
          ends: [this.pixel(ends[0]), this.pixel(ends[1])],
          whole,
        });
      }
      const { x, y, z } = this.pixel(from);
      const isIn = Math.abs(z) <= 1 && x >= 0 && y >= 0 && x <= this.size.width && y <= this.size.height;
      if (isIn) this.seen.push([x, y]);
    });
  }

  private clipped(from: Vector3, to: Vector3): [Vector3, Vector3] | null {
    const { near = 0, far = 0 } = this.camera;
    const ends: [Vector3, Vector3] = [from.clone(), to.clone()];
    for (const [plane, side] of [
      [-near, 1],
      [-far, -1],
    ] as const) {
      const outside = ends.map(({ z }) => side * (z - plane) > 0);
      if (outside[0] && outside[1]) return null;
      const share = (plane - ends[0].z) / (ends[1].z - ends[0].z);
      const cut = ends[0].clone().lerp(ends[1], share);
      if (outside[0]) ends[0].copy(cut);
      if (outside[1]) ends[1].copy(cut);
    }
    return ends;
  }

  private pixel(seen: Vector3): Vector3 {
    const { x, y, z } = seen.clone().applyMatrix4(this.camera.projectionMatrix);
    return new Vector3(((x + 1) / 2) * this.size.width, ((1 - y) / 2) * this.size.height, z);
  }
}

function nodeOf(
  { skeletonId, rows, ends: [from, to], whole }: SeenEdge,
  px: number,
  py: number,
): ReferenceNode[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const foot = square > 0 ? ((px - from.x) * dx + (py - from.y) * dy) / square : 0;
  const share = Math.min(1, Math.max(0, foot));
  const distance = Math.hypot(from.x + share * dx - px, from.y + share * dy - py);
  const depth = from.z + share * (to.z - from.z);
  const isFirst = whole[0] && (share <= 0.5 || !whole[1]);
  return isFirst || whole[1] ? [{ skeletonId, row: isFirst ? rows[0] : rows[1], distance, depth }] : [];
}
