/** Edges near the camera as tubes, as thick as the neuron is there. */
import {
  type BufferGeometry,
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  IntType,
  Mesh,
} from "three";
import type { PickableNeuron } from "../picking/pick";
import type { Projection } from "../picking/projection";
import { SPAN_ROWS, spanBoxes } from "../picking/span-boxes";
import type { LineMaterial } from "./line-material";
import { tagOf } from "./shading";
import { TubeMaterial } from "./tube-material";

/** Tubes of a picture, at most. */
export const MOST_TUBES = 60_000;
/** Thinner ones are lines, CSS pixels. */
const LEAST_RADIUS_PX = 0.6;

export interface TubeNeuron extends PickableNeuron {
  /** nm, of each node; not above 0: unknown. Null: of no node. */
  readonly radii: Float32Array | null;
  /** In the palette. */
  readonly slot: number;
  /** Place of each node in the shading. */
  readonly shades: Uint8Array;
}

interface NearSpan {
  neuron: TubeNeuron;
  start: number;
  depth: number;
  nmPerPixel: number;
}

export class NeuronTubes {
  readonly object: Mesh<BufferGeometry, TubeMaterial>;
  private readonly geometry = new InstancedBufferGeometry();
  private readonly from = new Float32Array(4 * MOST_TUBES);
  private readonly to = new Float32Array(4 * MOST_TUBES);
  private readonly tags = new Uint32Array(2 * MOST_TUBES);
  private readonly attributes: InstancedBufferAttribute[];
  private made = 0;

  constructor(lines: LineMaterial) {
    const [from, to, tags] = [
      new InstancedBufferAttribute(this.from, 4),
      new InstancedBufferAttribute(this.to, 4),
      new InstancedBufferAttribute(this.tags, 2),
    ] as const;
    tags.gpuType = IntType;
    this.attributes = [from, to, tags];
    this.geometry.setAttribute("corner", new Float32BufferAttribute([-1, 0, 1, 0, -1, 1, 1, 1], 2));
    this.geometry.setAttribute("from", from);
    this.geometry.setAttribute("to", to);
    this.geometry.setAttribute("tags", tags);
    this.geometry.setIndex([0, 1, 2, 2, 1, 3]);
    this.geometry.instanceCount = 0;
    this.object = new Mesh(this.geometry, new TubeMaterial(lines));
    this.object.name = "tubes";
    this.object.frustumCulled = false;
    this.object.raycast = () => {};
    this.object.matrixAutoUpdate = false;
    this.object.visible = false;
  }

  get material(): TubeMaterial {
    return this.object.material;
  }

  /** Number of tubes in the picture. */
  get count(): number {
    return this.object.visible ? this.geometry.instanceCount : 0;
  }

  /** Make the tubes of the edges that are nearest to the camera. */
  make(neurons: Iterable<TubeNeuron>, projection: Projection): void {
    const spans = nearestSpans(neurons, projection);
    this.made = 0;
    for (const span of spans) {
      if (this.made === MOST_TUBES) break;
      this.addSpan(span);
    }
    for (const attribute of this.attributes) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, this.made * attribute.itemSize);
      attribute.needsUpdate = true;
    }
    this.show(MOST_TUBES);
  }

  /** Draw at most so many of them, the nearest ones. */
  show(most: number): void {
    this.geometry.instanceCount = Math.min(Math.floor(most), this.made);
    this.object.visible = this.geometry.instanceCount > 0;
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }

  private addSpan({ neuron, start, nmPerPixel }: NearSpan): void {
    const { parents } = neuron;
    const end = Math.min(start + SPAN_ROWS, parents.length);
    for (let row = start; row < end && this.made < MOST_TUBES; row++) {
      const parent = parents[row] ?? -1;
      if (parent >= 0) this.addEdge(neuron, parent, row, LEAST_RADIUS_PX * nmPerPixel);
    }
  }

  private addEdge(
    { positions, radii, slot, shades }: TubeNeuron,
    parent: number,
    row: number,
    least: number,
  ): void {
    const [fromRadius, toRadius] = endRadii(radii?.[parent] ?? 0, radii?.[row] ?? 0);
    if (!(Math.max(fromRadius, toRadius) > least)) return;
    const at = this.made++;
    this.from.set(positions.subarray(3 * parent, 3 * parent + 3), 4 * at);
    this.to.set(positions.subarray(3 * row, 3 * row + 3), 4 * at);
    this.from[4 * at + 3] = fromRadius;
    this.to[4 * at + 3] = toRadius;
    this.tags[2 * at] = tagOf(slot, shades[parent] ?? 0);
    this.tags[2 * at + 1] = tagOf(slot, shades[row] ?? 0);
  }
}

/** An end without a radius is as thick as the other one. */
function endRadii(from: number, to: number): [from: number, to: number] {
  return [from > 0 ? from : to, to > 0 ? to : from];
}

/** Spans of nodes with radii that are in the picture, the nearest ones first. */
function nearestSpans(neurons: Iterable<TubeNeuron>, projection: Projection): NearSpan[] {
  const spans: NearSpan[] = [];
  for (const neuron of neurons) {
    if (!neuron.radii || projection.finestScale(neuron.box) === null) continue;
    const boxes = spanBoxes(neuron);
    for (let start = 0; start < neuron.parents.length; start += SPAN_ROWS) {
      const box = boxes.subarray((6 * start) / SPAN_ROWS, (6 * start) / SPAN_ROWS + 6);
      const nmPerPixel = projection.finestScale(box);
      if (nmPerPixel !== null) spans.push({ neuron, start, nmPerPixel, depth: projection.nearestDepth(box) });
    }
  }
  return spans.sort((one, other) => one.depth - other.depth);
}
