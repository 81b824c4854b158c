/** Neurons as they were: their edges at each version, also those that are gone. */
import { BufferAttribute, BufferGeometry, LineBasicMaterial, LineSegments, Vector3 } from "three";
import { withRawColors } from "../things/raw-colors";

/** Edges that skeletons ever had, one skeleton after the other. */
export interface PastEdges {
  /** Project space, nm. */
  corner: readonly [x: number, y: number, z: number];
  /** How many versions changed edges. */
  versions: number;
  skeletonIds: readonly number[];
  /** How many edges each skeleton has. */
  counts: readonly number[];
  /** Child and parent of each, relative to the corner. */
  positions: Float32Array;
  /** Counted from 0: the version from which on each is there, and the one from which on it is no more. */
  first: Uint32Array;
  last: Uint32Array;
}

/** Places of the edges that are there at a version, in the order in which they came. */
export function edgesAt({ first, last }: Pick<PastEdges, "first" | "last">, version: number): Uint32Array {
  const found = new Uint32Array(first.length);
  let count = 0;
  for (let edge = 0; edge < first.length; edge++)
    if ((first[edge] ?? 0) <= version && version < (last[edge] ?? 0)) found[count++] = edge;
  return found.subarray(0, count);
}

/** The version that a part of a film ends with, 0 to 1; films with fewer frames than versions leave some out. */
export function versionAt(part: number, versions: number): number {
  return Math.min(Math.max(Math.ceil(part * versions - 1e-9) - 1, 0), Math.max(versions - 1, 0));
}

export class PastNeurons {
  readonly object: LineSegments<BufferGeometry, LineBasicMaterial>;

  /**
   * @param colorOf - 0xRRGGBBAA of a skeleton
   * @throws Error with a sentence if there never were any edges.
   */
  constructor(
    private readonly edges: PastEdges,
    colorOf: (skeletonId: number) => number,
    origin: Vector3,
  ) {
    const { positions, first } = edges;
    if (first.length === 0)
      throw new Error("These neurons never had an edge, so there is nothing to see of them.");
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("color", new BufferAttribute(colorsOf(edges, colorOf), 3, true));
    geometry.setIndex(new BufferAttribute(new Uint32Array(2 * first.length), 1));
    this.object = new LineSegments(geometry, withRawColors(new LineBasicMaterial({ vertexColors: true })));
    this.object.position.copy(new Vector3(...edges.corner).sub(origin));
    this.object.frustumCulled = false;
  }

  /** Show them as they were at a part of their versions, 0 to 1. */
  show(part: number): void {
    const { geometry } = this.object;
    const index = geometry.getIndex();
    if (!index) return;
    const there = edgesAt(this.edges, versionAt(part, this.edges.versions));
    for (const [place, edge] of there.entries()) {
      index.setX(2 * place, 2 * edge);
      index.setX(2 * place + 1, 2 * edge + 1);
    }
    index.needsUpdate = true;
    geometry.setDrawRange(0, 2 * there.length);
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

function colorsOf({ skeletonIds, counts, first }: PastEdges, colorOf: (id: number) => number): Uint8Array {
  const colors = new Uint8Array(6 * first.length);
  let at = 0;
  for (const [place, id] of skeletonIds.entries()) {
    const color = colorOf(id);
    const rgb = [(color >>> 24) & 255, (color >>> 16) & 255, (color >>> 8) & 255];
    for (let end = at + 6 * (counts[place] ?? 0); at < end; at += 3) colors.set(rgb, at);
  }
  return colors;
}
