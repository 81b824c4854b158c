/** Vertices of many neurons in few buffers: pages, which neurons are put into and taken from. */

import type { RawShaderMaterial } from "three";
import { BufferAttribute, BufferGeometry, IntType, LineSegments, Points, Sphere, Vector3 } from "three";
import { type EdgeLevels, edgeCount, LEVELS, writeEdges } from "./ladders";
import type { NeuronBox } from "./unpack";

/** Vertices of a page; a larger skeleton has a page of its own. */
export const PAGE_ROWS = 2 ** 18;
/** A skeleton that grows a little stays where it is. */
const STRIDE = 64;
const SLOT_BITS = 24;

/** What a page knows of a neuron that it holds. */
export interface PagedNeuron {
  /** First vertex. */
  start: number;
  parents: Int32Array;
  levels: EdgeLevels;
  box: NeuronBox;
  isVisible: boolean;
}

interface FreeSpan {
  start: number;
  rows: number;
}

/** Vertices that a skeleton of so many nodes takes. */
export function spaceOf(rows: number): number {
  return Math.ceil(rows / STRIDE) * STRIDE;
}

export class NeuronPage<T extends PagedNeuron = PagedNeuron> {
  readonly neurons = new Set<T>();
  readonly lines: LineSegments<BufferGeometry, RawShaderMaterial>;
  readonly points: Points<BufferGeometry, RawShaderMaterial>;
  readonly positions: Float32Array;
  /** Slot in the palette, and above it the node's place in the shading. */
  private readonly tags: Uint32Array;
  private readonly attributes: { position: BufferAttribute; tag: BufferAttribute };
  private readonly geometries: BufferGeometry[];
  private readonly sphere = new Sphere();
  private readonly free: FreeSpan[];
  /** Levels whose index is not that of the neurons that are here now. */
  private readonly stale = new Set<number>();
  private readonly edges = new Uint32Array(LEVELS);
  private arePointsStale = false;
  private isUploaded = false;

  constructor(
    readonly rows: number,
    material: RawShaderMaterial,
  ) {
    this.positions = new Float32Array(3 * rows);
    this.tags = new Uint32Array(rows);
    this.attributes = {
      position: new BufferAttribute(this.positions, 3),
      tag: new BufferAttribute(this.tags, 1),
    };
    this.attributes.tag.gpuType = IntType;
    this.free = [{ start: 0, rows }];
    this.geometries = Array.from({ length: LEVELS + 1 }, () => this.newGeometry());
    this.lines = new LineSegments(this.geometries[0], material);
    this.points = new Points(this.geometries[LEVELS], material);
    for (const object of [this.lines, this.points]) {
      object.raycast = () => {};
      object.matrixAutoUpdate = false;
      object.onAfterRender = () => {
        this.isUploaded = true;
      };
    }
  }

  get isEmpty(): boolean {
    return this.neurons.size === 0;
  }

  /** Edges that are drawn at a level. */
  edgesAt(level: number): number {
    return this.lines.visible ? (this.edges[level] ?? 0) : 0;
  }

  /** Take space for so many vertices, as `spaceOf` says: the first of them; null if there is not so much. */
  take(rows: number): number | null {
    const span = this.free.find((one) => one.rows >= rows);
    if (!span) return null;
    const { start } = span;
    span.start += rows;
    span.rows -= rows;
    if (span.rows === 0) this.free.splice(this.free.indexOf(span), 1);
    return start;
  }

  /** Give back space that was taken. */
  give(start: number, rows: number): void {
    if (rows === 0) return;
    const after = this.free.findIndex((span) => span.start > start);
    const at = after < 0 ? this.free.length : after;
    this.free.splice(at, 0, { start, rows });
    for (const first of [at, at - 1]) {
      const [span, next] = [this.free[first], this.free[first + 1]];
      if (!span || !next || span.start + span.rows !== next.start) continue;
      span.rows += next.rows;
      this.free.splice(first + 1, 1);
    }
  }

  put(neuron: T, positions: Float32Array, slot: number): void {
    this.positions.set(positions, 3 * neuron.start);
    this.uploadLater(this.attributes.position, 3 * neuron.start, positions.length);
    this.tag(neuron, slot, null);
    this.neurons.add(neuron);
    this.count(neuron, 1);
  }

  remove(neuron: T): void {
    if (this.neurons.delete(neuron)) this.count(neuron, -1);
  }

  /** Give the nodes of a neuron their places in the shading, by default 0. */
  tag({ start, parents: { length } }: T, slot: number, column: Uint8Array | null): void {
    if (column === null) this.tags.fill(slot, start, start + length);
    else
      for (let row = 0; row < length; row++)
        this.tags[start + row] = (slot | ((column[row] ?? 0) << SLOT_BITS)) >>> 0;
    this.uploadLater(this.attributes.tag, start, length);
  }

  /** Draw this level from now on. */
  show(level: number): void {
    if (this.stale.delete(level)) this.writeIndex(level);
    if (this.arePointsStale) this.writePoints();
    const geometry = this.geometries[level];
    if (geometry) this.lines.geometry = geometry;
  }

  /** Neurons were shown or hidden. */
  updateVisible(): void {
    let isAnyVisible = false;
    for (const { isVisible } of this.neurons) isAnyVisible ||= isVisible;
    this.lines.visible = isAnyVisible;
    this.points.visible = isAnyVisible && (this.points.geometry.index?.count ?? 0) > 0;
  }

  /** All neurons of a change are here: what depends on them is old. */
  changed(): void {
    const low = new Vector3(Infinity, Infinity, Infinity);
    const high = new Vector3(-Infinity, -Infinity, -Infinity);
    for (const { box } of this.neurons) {
      low.min(new Vector3(box[0], box[1], box[2]));
      high.max(new Vector3(box[3], box[4], box[5]));
    }
    if (!this.isEmpty) {
      this.sphere.center.addVectors(low, high).multiplyScalar(0.5);
      // Steps of float32 may lead out a little.
      this.sphere.radius = low.distanceTo(high) * 0.5001;
    }
    for (let level = 0; level < LEVELS; level++) this.stale.add(level);
    this.arePointsStale = true;
    this.updateVisible();
  }

  dispose(): void {
    for (const geometry of this.geometries) geometry.dispose();
  }

  private newGeometry(): BufferGeometry {
    const geometry = new BufferGeometry();
    for (const [name, attribute] of Object.entries(this.attributes)) geometry.setAttribute(name, attribute);
    geometry.setIndex(new BufferAttribute(new Uint32Array(0), 1));
    geometry.boundingSphere = this.sphere;
    return geometry;
  }

  private count({ levels }: T, sign: 1 | -1): void {
    for (let level = 0; level < LEVELS; level++)
      this.edges[level] = (this.edges[level] ?? 0) + sign * edgeCount(levels, level);
  }

  private uploadLater(attribute: BufferAttribute, start: number, count: number): void {
    if (this.isUploaded) attribute.addUpdateRange(start, count);
    attribute.needsUpdate = true;
  }

  private writeIndex(level: number): void {
    const index = this.indexOf(level, 2 * (this.edges[level] ?? 0));
    let end = 0;
    for (const { start, parents, levels } of this.neurons)
      end = writeEdges(parents, levels, level, start, index, end);
  }

  private writePoints(): void {
    const singles = Array.from(this.neurons, ({ levels }) => levels.singles.length);
    const index = this.indexOf(
      LEVELS,
      singles.reduce((sum, count) => sum + count, 0),
    );
    let end = 0;
    for (const { start, levels } of this.neurons)
      for (const row of levels.singles) index[end++] = start + row;
    this.arePointsStale = false;
    this.updateVisible();
  }

  /** The index of a level (LEVELS: of points), with room for so many vertices, to be written now. */
  private indexOf(level: number, length: number): Uint32Array {
    const geometry = this.geometries[level];
    if (!geometry) throw new RangeError(`there is no level ${level}`);
    let index = geometry.index;
    if (!index || index.array.length < length) {
      const isFirst = (index?.array.length ?? 0) === 0;
      index = new BufferAttribute(new Uint32Array(isFirst ? length : Math.ceil(length * 1.5)), 1);
      geometry.setIndex(index);
    }
    geometry.setDrawRange(0, length);
    index.clearUpdateRanges();
    index.addUpdateRange(0, length);
    index.needsUpdate = true;
    return index.array as Uint32Array;
  }
}
