/** Edges of the selected neurons as wide lines, over their thin ones. */
import {
  type BufferGeometry,
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  IntType,
  Mesh,
  OrthographicCamera,
  type PerspectiveCamera,
  Vector2,
} from "three";
import { edgeCount, LEVELS, writeEdges } from "../geometry/ladders";
import type { DetailedNeuron } from "./detail";
import type { LineMaterial } from "./line-material";
import { tagOf } from "./shading";
import type { TubeNeuron } from "./tubes";
import { WideMaterial } from "./wide-material";

/** Wide lines of a picture, at most; then they stand between fewer nodes. */
export const MOST_WIDE = 100_000;

export interface WideNeuron extends Omit<TubeNeuron, "box">, DetailedNeuron {
  readonly skeletonId: number;
  readonly version: number;
  readonly isSelected: boolean;
}

export class WideLines {
  readonly object: Mesh<BufferGeometry, WideMaterial>;
  private geometry = new InstancedBufferGeometry();
  private made = "";

  constructor(lines: LineMaterial) {
    this.geometry.instanceCount = 0;
    this.object = new Mesh<BufferGeometry, WideMaterial>(this.geometry, new WideMaterial(lines));
    this.object.name = "selected neurons";
    this.object.frustumCulled = false;
    this.object.raycast = () => {};
    this.object.matrixAutoUpdate = false;
    this.object.visible = false;
    const size = new Vector2();
    this.object.onBeforeRender = (renderer, _scene, camera) => {
      renderer.getSize(size);
      const { near } = camera as PerspectiveCamera;
      const nearest = camera instanceof OrthographicCamera ? Number.NEGATIVE_INFINITY : near;
      this.material.setView(size.x, size.y, Math.max(nearest, -3e38));
    };
  }

  get material(): WideMaterial {
    return this.object.material;
  }

  /** Number of wide lines in the picture. */
  get count(): number {
    return this.object.visible ? this.geometry.instanceCount : 0;
  }

  /** Make those of the selected neurons, each at its level. */
  make(neurons: Iterable<WideNeuron>): void {
    const selected = Array.from(neurons).filter(({ isSelected, level }) => isSelected && level >= 0);
    const key = selected
      .map(({ skeletonId, version, level, slot }) => [skeletonId, version, level, slot].join())
      .join(" ");
    if (key !== this.made) this.fill(selected);
    this.made = key;
    this.show(Infinity);
  }

  /** Draw them if they are at most so many. */
  show(most: number): void {
    const count = this.geometry.instanceCount;
    this.object.visible = count > 0 && count <= most;
  }

  /** The tags of neurons are other ones now. */
  refresh(): void {
    this.made = "";
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }

  private fill(selected: readonly WideNeuron[]): void {
    const coarser = coarsening(selected);
    const levelOf = ({ level }: WideNeuron): number => Math.min(level + coarser, LEVELS - 1);
    const count = selected.reduce((sum, one) => sum + edgeCount(one.levels, levelOf(one)), 0);
    const [from, to, tags] = [
      new Float32Array(3 * count),
      new Float32Array(3 * count),
      new Uint32Array(2 * count),
    ];
    let at = 0;
    for (const neuron of selected) {
      const { positions, parents, levels, slot, shades } = neuron;
      const pairs = new Uint32Array(2 * edgeCount(levels, levelOf(neuron)));
      writeEdges(parents, levels, levelOf(neuron), 0, pairs, 0);
      for (let pair = 0; pair < pairs.length; pair += 2, at++) {
        const [above = 0, row = 0] = [pairs[pair], pairs[pair + 1]];
        for (let axis = 0; axis < 3; axis++) {
          from[3 * at + axis] = positions[3 * above + axis] ?? 0;
          to[3 * at + axis] = positions[3 * row + axis] ?? 0;
        }
        tags[2 * at] = tagOf(slot, shades[above] ?? 0);
        tags[2 * at + 1] = tagOf(slot, shades[row] ?? 0);
      }
    }
    this.geometry.dispose();
    this.geometry = geometryOf(from, to, tags);
    this.object.geometry = this.geometry;
  }
}

/** How many levels coarser all have to be, so that they are not too many. */
function coarsening(selected: readonly WideNeuron[]): number {
  for (let coarser = 0; coarser < LEVELS; coarser++) {
    const edges = selected.reduce(
      (sum, { levels, level }) => sum + edgeCount(levels, Math.min(level + coarser, LEVELS - 1)),
      0,
    );
    if (edges <= MOST_WIDE) return coarser;
  }
  return LEVELS;
}

function geometryOf(from: Float32Array, to: Float32Array, tags: Uint32Array): InstancedBufferGeometry {
  const made = new InstancedBufferGeometry();
  const attribute = new InstancedBufferAttribute(tags, 2);
  attribute.gpuType = IntType;
  made.setAttribute("corner", new Float32BufferAttribute([-1, 0, 1, 0, -1, 1, 1, 1], 2));
  made.setAttribute("from", new InstancedBufferAttribute(from, 3));
  made.setAttribute("to", new InstancedBufferAttribute(to, 3));
  made.setAttribute("tags", attribute);
  made.setIndex([0, 1, 2, 2, 1, 3]);
  made.instanceCount = tags.length / 2;
  return made;
}
