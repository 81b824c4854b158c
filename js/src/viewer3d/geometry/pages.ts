/** Vertices of many neurons in few buffers: pages, which neurons are put into and taken from. */

import type { RawShaderMaterial } from "three";
import { BufferAttribute, BufferGeometry, IntType, LineSegments, Points, Sphere, Vector3 } from "three";
import { type EdgeLevels, edgeCount, writeEdges } from "./ladders";
import type { NeuronBox } from "./unpack";

/** Vertices of a page; a larger skeleton has a page of its own. */
export const PAGE_ROWS = 2 ** 18;
/** A skeleton that grows a little stays where it is. */
const STRIDE = 64;
/** More uploads than that take longer than one of all that is between them. */
const MOST_UPLOADS = 8;

/** What a page knows of a neuron that it holds. */
export interface PagedNeuron {
  /** First vertex. */
  start: number;
  parents: Int32Array;
  levels: EdgeLevels;
  box: NeuronBox;
  isVisible: boolean;
  /** The level that is drawn; below 0: none. */
  level: number;
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
  /** Place of each node in the shading. */
  readonly shades: Uint8Array;
  /** Slot of each node in the palette. */
  private readonly slots: Uint32Array;
  private readonly attributes: { position: BufferAttribute; slot: BufferAttribute; shade: BufferAttribute };
  private readonly sphere = new Sphere();
  private readonly free: FreeSpan[];
  /** Number and levels of the neurons that the index has now. */
  private drawn = "";
  private isIndexOld = true;
  private isUploaded = false;

  constructor(
    readonly rows: number,
    material: RawShaderMaterial,
  ) {
    this.positions = new Float32Array(3 * rows);
    this.slots = new Uint32Array(rows);
    this.shades = new Uint8Array(rows);
    this.attributes = {
      position: new BufferAttribute(this.positions, 3),
      slot: new BufferAttribute(this.slots, 1),
      shade: new BufferAttribute(this.shades, 1),
    };
    for (const whole of [this.attributes.slot, this.attributes.shade]) whole.gpuType = IntType;
    this.free = [{ start: 0, rows }];
    this.lines = new LineSegments(this.newGeometry(), material);
    this.points = new Points(this.newGeometry(), material);
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
    const { length } = neuron.parents;
    this.slots.fill(slot, neuron.start, neuron.start + length);
    this.uploadLater(this.attributes.slot, neuron.start, length);
    this.neurons.add(neuron);
  }

  remove(neuron: T): void {
    this.neurons.delete(neuron);
  }

  /** Give the nodes of a neuron their places in the shading. */
  shade({ start }: T, column: Uint8Array): void {
    this.shades.set(column, start);
    this.uploadLater(this.attributes.shade, start, column.length);
  }

  /** Draw each neuron at its level from now on. */
  show(): void {
    const levels = Array.from(this.neurons, ({ level }) => level).join();
    if (levels === this.drawn && !this.isIndexOld) return;
    this.writeLines();
    if (this.isIndexOld) this.writePoints();
    this.drawn = levels;
    this.isIndexOld = false;
    this.updateVisible();
  }

  private updateVisible(): void {
    for (const object of [this.lines, this.points]) object.visible = object.geometry.drawRange.count > 0;
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
    this.isIndexOld = true;
  }

  dispose(): void {
    this.lines.geometry.dispose();
    this.points.geometry.dispose();
  }

  private newGeometry(): BufferGeometry {
    const geometry = new BufferGeometry();
    for (const [name, attribute] of Object.entries(this.attributes)) geometry.setAttribute(name, attribute);
    geometry.setIndex(new BufferAttribute(new Uint32Array(0), 1));
    geometry.boundingSphere = this.sphere;
    return geometry;
  }

  private uploadLater(attribute: BufferAttribute, start: number, count: number): void {
    if (this.isUploaded) {
      attribute.addUpdateRange(start, count);
      if (attribute.updateRanges.length > MOST_UPLOADS) joinUploads(attribute);
    }
    attribute.needsUpdate = true;
  }

  private writeLines(): void {
    let edges = 0;
    for (const { level, levels } of this.neurons) edges += level < 0 ? 0 : edgeCount(levels, level);
    const index = indexOf(this.lines.geometry, 2 * edges);
    let end = 0;
    for (const { level, start, parents, levels } of this.neurons)
      if (level >= 0) end = writeEdges(parents, levels, level, start, index, end);
  }

  private writePoints(): void {
    let singles = 0;
    for (const { levels } of this.neurons) singles += levels.singles.length;
    const index = indexOf(this.points.geometry, singles);
    let end = 0;
    for (const { start, levels } of this.neurons)
      for (const row of levels.singles) index[end++] = start + row;
  }
}

function joinUploads(attribute: BufferAttribute): void {
  const { updateRanges } = attribute;
  const first = Math.min(...updateRanges.map(({ start }) => start));
  const end = Math.max(...updateRanges.map(({ start, count }) => start + count));
  attribute.clearUpdateRanges();
  attribute.addUpdateRange(first, end - first);
}

/** The index of a geometry with room for so many vertices, to be written now. */
function indexOf(geometry: BufferGeometry, length: number): Uint32Array {
  let { index } = geometry;
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
