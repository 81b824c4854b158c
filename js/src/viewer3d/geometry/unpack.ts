/** Geometry of skeletons as it comes over the wire: `catmaid_wire/geometry.py` writes it. */
import { decode } from "@msgpack/msgpack";
import { inflateSync } from "fflate";
import { type EdgeLevels, edgeLevels, orderFromRoots } from "./ladders";

export type Vector = [x: number, y: number, z: number];
/** Lowest x, y, z and highest x, y, z. */
export type NeuronBox = [x0: number, y0: number, z0: number, x1: number, y1: number, z1: number];

/** One neuron's nodes, in ascending order of their treenode ids: a skeleton and a row name a node. */
export interface UnpackedNeuron {
  skeletonId: number;
  /** Edition of its geometry, to be compared for equality only; or `OVERVIEW`. */
  version: number;
  /** Number of nodes. */
  rows: number;
  /** x, y, z of each node: nm relative to the scene's origin. */
  positions: Float32Array;
  /** Row of each node's parent; -1 at roots. */
  parents: Int32Array;
  /** Around all nodes, relative to the scene's origin; all 0 without nodes. */
  box: NeuronBox;
  /** Made when they are needed, if they are not given. */
  levels?: EdgeLevels;
}

/** What one answer holds. */
export interface UnpackedAnswer {
  /** Scene's origin, project space, that the positions are relative to; null without neurons. */
  origin: Vector | null;
  neurons: UnpackedNeuron[];
  /** Skeletons whose edition is the one that was known. */
  unchanged: number[];
  /** Skeletons that do not exist. */
  gone: number[];
}

/** An answer is not geometry of skeletons. */
export class BadGeometry extends Error {
  override readonly name = "BadGeometry";
}

/** Version of what is only an overview of a neuron: some of its nodes, whose rows name no treenodes. */
export const OVERVIEW = -1;

const FORMAT = 1;
const STEPS = 65535;
const BY_STEPS = 0;
const BY_FLOATS = 1;
const BY_NM = 2;
const BYTES_PER_NODE = [10, 16, 10];
const INCOMPLETE = "The geometry of the neurons came incomplete or damaged; ask for it again.";

interface PackedNeurons {
  origin: Vector;
  skeletonIds: Int32Array;
  rows: Int32Array;
  versions: BigInt64Array;
  encodings: Uint8Array;
  boxes: Float64Array;
  sizes: Int32Array;
  blobs: Uint8Array;
  unchanged: Int32Array;
  gone: Int32Array;
}

/**
 * Unpack an answer, with levels of detail.
 *
 * @param body - MessagePack
 * @param origin - scene's origin, project space; null: as the answer suggests
 * @throws BadGeometry if the body is no such answer, or not all of it.
 */
export function unpackAnswer(body: Uint8Array, origin: Vector | null): UnpackedAnswer {
  const packed = readAnswer(body);
  const count = packed.skeletonIds.length;
  const center = origin ?? packed.origin;
  const neurons: UnpackedNeuron[] = [];
  let start = 0;
  for (let index = 0; index < count; index++) {
    const end = start + (packed.sizes[index] ?? 0);
    neurons.push(unpackNeuron(packed, index, packed.blobs.subarray(start, end), center));
    start = end;
  }
  return {
    origin: origin ?? (count > 0 ? center : null),
    neurons,
    unchanged: Array.from(packed.unchanged),
    gone: Array.from(packed.gone),
  };
}

function readAnswer(body: Uint8Array): PackedNeurons {
  let content: Record<string, unknown>;
  try {
    content = decode(body) as Record<string, unknown>;
  } catch {
    throw new BadGeometry(INCOMPLETE);
  }
  if (typeof content !== "object" || content === null || content.format !== FORMAT)
    throw new BadGeometry(
      `This page reads geometry of neurons in format ${FORMAT} only; load the notebook's page again.`,
    );
  const column = <T>(name: string, make: ArrayType<T>): T => columnOf(content[name], make);
  const packed: PackedNeurons = {
    origin: originOf(content.origin),
    skeletonIds: column("skeleton_id", Int32Array),
    rows: column("rows", Int32Array),
    versions: column("version", BigInt64Array),
    encodings: column("encoding", Uint8Array),
    boxes: column("box", Float64Array),
    sizes: column("size", Int32Array),
    blobs: column("blobs", Uint8Array),
    unchanged: column("unchanged", Int32Array),
    gone: column("gone", Int32Array),
  };
  requireLengths(packed);
  return packed;
}

interface ArrayType<T> {
  new (buffer: ArrayBuffer): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** Copies, because MessagePack does not align; a column that is absent is empty. */
function columnOf<T>(value: unknown, make: ArrayType<T>): T {
  const bytes = value ?? new Uint8Array(0);
  if (!(bytes instanceof Uint8Array) || bytes.length % make.BYTES_PER_ELEMENT !== 0)
    throw new BadGeometry(INCOMPLETE);
  return new make(bytes.slice().buffer);
}

function originOf(value: unknown): Vector {
  if (!Array.isArray(value) || value.length !== 3 || !value.every(Number.isFinite))
    throw new BadGeometry(INCOMPLETE);
  return value as Vector;
}

function requireLengths(packed: PackedNeurons): void {
  const { length } = packed.skeletonIds;
  const { rows, versions, encodings, boxes, sizes, blobs } = packed;
  const sum = sizes.reduce((total, size) => total + size, 0);
  const isWhole =
    [rows, versions, encodings, sizes].every((column) => column.length === length) &&
    boxes.length === 6 * length &&
    blobs.length === sum &&
    rows.every((count) => count >= 0) &&
    sizes.every((size) => size >= 0) &&
    boxes.every(Number.isFinite);
  if (!isWhole) throw new BadGeometry(INCOMPLETE);
}

function unpackNeuron(
  packed: PackedNeurons,
  index: number,
  blob: Uint8Array,
  origin: Readonly<Vector>,
): UnpackedNeuron {
  const skeletonId = packed.skeletonIds[index] ?? 0;
  const rows = packed.rows[index] ?? 0;
  const encoding = packed.encodings[index] ?? BY_STEPS;
  const edges = packed.boxes.subarray(6 * index, 6 * index + 6);
  const box = Array.from(edges, (edge, at) => edge - (origin[at % 3] ?? 0)) as NeuronBox;
  const planes = inflated(blob, rows, encoding, skeletonId);
  const parents = readParents(planes.subarray(planes.length - 4 * rows), skeletonId);
  const order = orderFromRoots(parents);
  if (order === "circle")
    throw new BadGeometry(`Nodes of skeleton ${skeletonId} are their own ancestors: it cannot be drawn.`);
  const positions = new Float32Array(3 * rows);
  if (encoding === BY_FLOATS) readFloats(positions, planes, box);
  else readSteps(positions, planes, parents, order, box, encoding === BY_NM);
  const levels = edgeLevels(positions, parents, order);
  return {
    skeletonId,
    version: Number(packed.versions[index]),
    rows,
    positions,
    parents,
    box: rows > 0 ? box : [0, 0, 0, 0, 0, 0],
    levels,
  };
}

function inflated(blob: Uint8Array, rows: number, encoding: number, skeletonId: number): Uint8Array {
  if (BYTES_PER_NODE[encoding] === undefined)
    throw new BadGeometry(`Skeleton ${skeletonId} is encoded in a way that this page does not know.`);
  const expected = rows * (BYTES_PER_NODE[encoding] ?? 0);
  // One byte more, so that too many of them are noticed.
  const out = new Uint8Array(expected + 1);
  let planes: Uint8Array;
  try {
    planes = inflateSync(blob, { out });
  } catch {
    throw new BadGeometry(INCOMPLETE);
  }
  if (planes.length !== expected) throw new BadGeometry(INCOMPLETE);
  return planes;
}

/** Distances in rows to the parent, 0 at a root, in zigzag order: their four bytes in planes, lowest first. */
function readParents(planes: Uint8Array, skeletonId: number): Int32Array {
  const rows = planes.length / 4;
  const parents = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const low = (planes[row] ?? 0) | ((planes[rows + row] ?? 0) << 8);
    const zigzag = low | ((planes[2 * rows + row] ?? 0) << 16) | ((planes[3 * rows + row] ?? 0) << 24);
    const distance = (zigzag >>> 1) ^ -(zigzag & 1);
    const parent = row - distance;
    if (parent < 0 || parent >= rows)
      throw new BadGeometry(`A parent in skeleton ${skeletonId} is no node of it: it cannot be drawn.`);
    parents[row] = distance === 0 ? -1 : parent;
  }
  return parents;
}

/** Steps in the box, or nm from its low corner, as differences to the parent's: for each axis the low bytes, then the high bytes. */
function readSteps(
  positions: Float32Array,
  planes: Uint8Array,
  parents: Int32Array,
  order: Int32Array | null,
  box: Readonly<NeuronBox>,
  isByNm: boolean,
): void {
  const rows = parents.length;
  // The last one is above all roots.
  const steps = new Uint16Array(rows + 1);
  for (let axis = 0; axis < 3; axis++) {
    const low = box[axis] ?? 0;
    const step = isByNm ? 1 : ((box[axis + 3] ?? 0) - low) / STEPS;
    const lowBytes = planes.subarray(2 * axis * rows, (2 * axis + 1) * rows);
    const highBytes = planes.subarray((2 * axis + 1) * rows, (2 * axis + 2) * rows);
    for (let at = 0; at < rows; at++) {
      const row = order?.[at] ?? at;
      const parent = parents[row] ?? -1;
      const difference = (lowBytes[row] ?? 0) + ((highBytes[row] ?? 0) << 8);
      const sum = (difference + (steps[parent < 0 ? rows : parent] ?? 0)) & STEPS;
      steps[row] = sum;
      positions[3 * row + axis] = low + sum * step;
    }
  }
}

/** nm from the low corner of the box, float32: all x, all y, all z. */
function readFloats(positions: Float32Array, planes: Uint8Array, box: Readonly<NeuronBox>): void {
  const rows = positions.length / 3;
  const view = new DataView(planes.buffer, planes.byteOffset, planes.byteLength);
  for (let axis = 0; axis < 3; axis++) {
    const low = box[axis] ?? 0;
    for (let row = 0; row < rows; row++)
      positions[3 * row + axis] = low + view.getFloat32(4 * (axis * rows + row), true);
  }
}
