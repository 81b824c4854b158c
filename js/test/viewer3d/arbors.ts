/** Arbors for tests, and the bytes of an answer that holds them. */
import { encode } from "@msgpack/msgpack";
import { deflateSync } from "fflate";
import type { UnpackedNeuron } from "../../src/viewer3d/geometry/unpack";

export interface Arbor {
  skeletonId: number;
  /** nm, project space. */
  positions: number[][];
  parents: number[];
}

/** Numbers between 0 and 1 that are the same in each run. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random walk that branches now and then. */
export function randomArbor(skeletonId: number, rows: number, seed = skeletonId): Arbor {
  const random = randomNumbers(seed);
  const start = [random() * 1e5, random() * 1e5, random() * 1e5];
  const positions = [start];
  const parents = [-1];
  for (let row = 1; row < rows; row++) {
    const parent = random() < 0.06 ? Math.floor(random() * row) : row - 1;
    parents.push(parent);
    positions.push((positions[parent] ?? start).map((value) => value + (random() - 0.5) * 800));
  }
  return { skeletonId, positions, parents };
}

/** The same arbor with its nodes in another order. */
export function shuffled({ skeletonId, positions, parents }: Arbor, seed = 1): Arbor {
  const random = randomNumbers(seed);
  const order = parents.map((_, row) => ({ row, key: random() })).sort((one, other) => one.key - other.key);
  const places = new Map(order.map(({ row }, place) => [row, place]));
  return {
    skeletonId,
    positions: order.map(({ row }) => positions[row] ?? []),
    parents: order.map(({ row }) => places.get(parents[row] ?? -1) ?? -1),
  };
}

/** An arbor as it is in the page, without the rounding of the wire. */
export function neuronOf({ skeletonId, positions, parents }: Arbor, version = 1): UnpackedNeuron {
  return {
    skeletonId,
    version,
    rows: parents.length,
    positions: Float32Array.from(positions.flat()),
    parents: Int32Array.from(parents),
    box: boxOf(positions) as UnpackedNeuron["box"],
  };
}

interface AnswerParts {
  version?: number;
  encoding?: 0 | 1 | 2;
  unchanged?: number[];
  gone?: number[];
}

/** The body of an answer of the geometry route. */
export function answerOf(
  arbors: readonly Arbor[],
  { version = 1, encoding = 0, unchanged = [], gone = [] }: AnswerParts = {},
): Uint8Array {
  const blobs = arbors.map((arbor) => packed(arbor, encoding));
  const boxes = arbors.filter(({ parents }) => parents.length > 0).map(({ positions }) => boxOf(positions));
  const middle = [0, 1, 2].map((axis) => {
    const low = Math.min(...boxes.map((box) => box[axis] ?? 0));
    const high = Math.max(...boxes.map((box) => box[axis + 3] ?? 0));
    return boxes.length > 0 ? (low + high) / 2 : 0;
  });
  return encode({
    format: 1,
    origin: middle,
    skeleton_id: bytesOf(Int32Array.from(arbors, ({ skeletonId }) => skeletonId)),
    rows: bytesOf(Int32Array.from(arbors, ({ parents }) => parents.length)),
    version: bytesOf(BigInt64Array.from(arbors, () => BigInt(version))),
    encoding: Uint8Array.from(arbors, () => encoding),
    box: bytesOf(Float64Array.from(arbors.flatMap(({ positions }) => boxOf(positions)))),
    size: bytesOf(Int32Array.from(blobs, ({ length }) => length)),
    blobs: Uint8Array.from(blobs.flatMap((blob) => Array.from(blob))),
    unchanged: bytesOf(Int32Array.from(unchanged)),
    gone: bytesOf(Int32Array.from(gone)),
  });
}

function bytesOf({ buffer }: { buffer: ArrayBufferLike }): Uint8Array {
  return new Uint8Array(buffer);
}

function boxOf(positions: number[][]): number[] {
  if (positions.length === 0) return [0, 0, 0, 0, 0, 0];
  const column = (axis: number): number[] => positions.map((point) => point[axis] ?? 0);
  const low = [0, 1, 2].map((axis) => column(axis).reduce((one, other) => Math.min(one, other)));
  return [...low, ...[0, 1, 2].map((axis) => column(axis).reduce((one, other) => Math.max(one, other)))];
}

function packed({ positions, parents }: Arbor, encoding: 0 | 1 | 2): Uint8Array {
  const box = boxOf(positions);
  const bytes: number[] = [];
  for (const axis of [0, 1, 2]) {
    const low = box[axis] ?? 0;
    const width = (box[axis + 3] ?? 0) - low;
    const values = positions.map((point) => (point[axis] ?? 0) - low);
    if (encoding === 1) {
      bytes.push(...bytesOf(Float32Array.from(values)));
      continue;
    }
    const scale = encoding === 2 ? 1 : width > 0 ? 65535 / width : 0;
    const steps = values.map((value) => Math.round(value * scale));
    const differences = steps.map((step, row) => (step - (steps[parents[row] ?? -1] ?? 0)) & 0xffff);
    bytes.push(...differences.map((value) => value & 255), ...differences.map((value) => value >> 8));
  }
  const zigzag = parents.map((parent, row) => {
    const distance = parent < 0 ? 0 : row - parent;
    return (distance << 1) ^ (distance >> 31);
  });
  for (const shift of [0, 8, 16, 24]) bytes.push(...zigzag.map((value) => (value >>> shift) & 255));
  return deflateSync(Uint8Array.from(bytes), { level: 1 });
}
