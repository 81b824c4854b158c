/** Geometries of three r97 as those of this three; typed arrays are shared, not copied. */
import {
  BufferAttribute,
  BufferGeometry,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  type TypedArray,
} from "three";
import { NotDrawn, type OldAttribute, type OldColor, type OldGeometry, type OldVector } from "./old-objects";

/** Changes when there is something else to be drawn. */
export function geometryKey(old: OldGeometry): string {
  const attributes = Object.entries({ ...old.attributes, ...(old.index ? { index: old.index } : {}) }).map(
    ([name, one]) => `${name}:${one.version}:${one.data?.version}:${one.count}`,
  );
  const faces = `${old.vertices?.length}:${old.faces?.length}`;
  return [old.uuid, ...attributes, faces, JSON.stringify([old.groups, old.drawRange])].join(" ");
}

/** @throws NotDrawn if there is nothing to draw in it. */
export function adoptGeometry(old: OldGeometry, isSurface: boolean): BufferGeometry {
  const made = old.isBufferGeometry ? fromBuffers(old) : fromFaces(old, isSurface);
  const positions = made.getAttribute("position") ?? made.getAttribute("instanceStart");
  if (!positions || positions.count === 0) throw new NotDrawn(`${old.type} has no positions.`);
  const bad = firstNotFinite(positions.array);
  if (bad >= 0)
    throw new NotDrawn(
      `${old.type} has a position that is no finite number: vertex ${Math.floor(bad / positions.itemSize)}.`,
    );
  return made;
}

function fromBuffers(old: OldGeometry): BufferGeometry {
  const made = old.isInstancedBufferGeometry ? new InstancedBufferGeometry() : new BufferGeometry();
  for (const [name, one] of Object.entries(old.attributes ?? {}))
    made.setAttribute(name, attributeOf(one, old.type));
  if (old.index) made.setIndex(indexOf(old.index, made.getAttribute("position")?.count ?? 0, old.type));
  for (const { start, count, materialIndex } of old.groups ?? []) made.addGroup(start, count, materialIndex);
  if (old.drawRange && Number.isFinite(old.drawRange.count))
    made.setDrawRange(old.drawRange.start, old.drawRange.count);
  if (made instanceof InstancedBufferGeometry && old.maxInstancedCount)
    made.instanceCount = old.maxInstancedCount;
  return made;
}

/** @throws NotDrawn if it names a vertex that is not there: graphics cards would draw anything. */
function indexOf(old: OldAttribute, vertices: number, type: string): BufferAttribute {
  const { array, itemSize } = attributeOf(old, type);
  for (const corner of array)
    if (!(corner < vertices))
      throw new NotDrawn(`${type} has ${vertices} vertices, but its index names vertex ${corner}.`);
  const isWhole = array instanceof Uint16Array || array instanceof Uint32Array;
  return new BufferAttribute(isWhole ? array : Uint32Array.from(array), itemSize);
}

function attributeOf(old: OldAttribute, type: string): BufferAttribute {
  const array = old.isInterleavedBufferAttribute ? separated(old) : typed(old.array);
  if (array.length % old.itemSize !== 0)
    throw new NotDrawn(
      `${type} has an array of ${array.length} numbers, which is not a multiple of ${old.itemSize}.`,
    );
  return old.isInstancedBufferAttribute
    ? new InstancedBufferAttribute(array, old.itemSize, old.normalized, old.meshPerAttribute ?? 1)
    : new BufferAttribute(array, old.itemSize, old.normalized);
}

function typed(array: ArrayLike<number>): TypedArray {
  // Graphics cards take no 64-bit numbers.
  if (!ArrayBuffer.isView(array) || array instanceof Float64Array) return Float32Array.from(array);
  return array as unknown as TypedArray;
}

function separated({ data, offset = 0, itemSize, count }: OldAttribute): Float32Array {
  const array = new Float32Array(count * itemSize);
  const { array: all, stride } = data ?? { array: [], stride: 0 };
  for (let at = 0; at < array.length; at++)
    array[at] = all[Math.floor(at / itemSize) * stride + offset + (at % itemSize)] ?? 0;
  return array;
}

function firstNotFinite(array: ArrayLike<number>): number {
  for (let at = 0; at < array.length; at++) if (!Number.isFinite(array[at])) return at;
  return -1;
}

/** A geometry of vertices and faces, as three had them until r125. */
function fromFaces(old: OldGeometry, isSurface: boolean): BufferGeometry {
  const made = new BufferGeometry();
  const vertices = old.vertices ?? [];
  if (!isSurface) {
    made.setAttribute("position", vectors(vertices));
    if (old.colors && old.colors.length === vertices.length) made.setAttribute("color", colors(old.colors));
    return made;
  }
  const faces = [...(old.faces ?? [])].sort((one, other) => one.materialIndex - other.materialIndex);
  const corners = faces.flatMap(({ a, b, c }) => [a, b, c]);
  made.setAttribute("position", vectors(corners.map((corner) => vertices[corner] ?? ORIGIN)));
  const normals = faces.flatMap((face) =>
    [0, 1, 2].map((corner) => face.vertexNormals[corner] ?? face.normal),
  );
  made.setAttribute("normal", vectors(normals));
  made.setAttribute(
    "color",
    colors(
      faces.flatMap((face) => [0, 1, 2].map((corner) => face.vertexColors[corner] ?? face.color ?? WHITE)),
    ),
  );
  const uvs = old.faceVertexUvs?.[0] ?? [];
  if (uvs.length === (old.faces?.length ?? 0) && uvs.length > 0) {
    const places = (old.faces ?? []).map((face, at) => ({ face, uv: uvs[at] ?? [] }));
    places.sort((one, other) => one.face.materialIndex - other.face.materialIndex);
    const flat = places.flatMap(({ uv }) =>
      [0, 1, 2].flatMap((corner) => [uv[corner]?.x ?? 0, uv[corner]?.y ?? 0]),
    );
    made.setAttribute("uv", new BufferAttribute(new Float32Array(flat), 2));
  }
  let start = 0;
  for (const materialIndex of new Set(faces.map((face) => face.materialIndex))) {
    const count = 3 * faces.filter((face) => face.materialIndex === materialIndex).length;
    made.addGroup(start, count, materialIndex);
    start += count;
  }
  return made;
}

const ORIGIN: OldVector = { x: 0, y: 0, z: 0 };
const WHITE: OldColor = { r: 1, g: 1, b: 1 };

function vectors(all: readonly OldVector[]): BufferAttribute {
  return new BufferAttribute(new Float32Array(all.flatMap(({ x, y, z }) => [x, y, z])), 3);
}

function colors(all: readonly OldColor[]): BufferAttribute {
  return new BufferAttribute(new Float32Array(all.flatMap(({ r, g, b }) => [r, g, b])), 3);
}
