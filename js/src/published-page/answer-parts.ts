/** Parts of saved answers: of everything that was saved, what a request asks for. */
import { decode, encode } from "@msgpack/msgpack";
import { typed } from "../shared/columns";
import { bytes } from "../shared/rpc";
import type { AnswerPart, Params } from "./saved-page";
import { tilesOf } from "./saved-tiles";
import { NODES, WALKS, walked } from "./saved-walks";

type PartialAnswering = (whole: AnswerPart, params: Params) => AnswerPart | Promise<AnswerPart>;

const PARTS: Readonly<Record<string, PartialAnswering>> = {
  geometry: (whole, params) => geometryOf(whole, idsOf(params)),
  synapses: linksOf,
  special: specialOf,
  radii: (whole, params) => rowsOf(whole, idsOf(params), 4, ["versions"]),
  shading: shadingOf,
  neuron_facts: factsOf,
  names: namesOf,
  tiles: tilesOf,
  outlines: outlinesOf,
  skeletons: skeletonsOf,
  neuron_values: valuesOf,
};

/** The method whose saved answer holds those of a method, too. */
export function sourceOf(method: string): string {
  return method in WALKS ? NODES : method;
}

export async function partOfAnswer(method: string, whole: AnswerPart, params: Params): Promise<AnswerPart> {
  if (method in WALKS) return walked(method, whole, params);
  return PARTS[method]?.(whole, params) ?? whole;
}

function idsOf(params: Params): Set<number> {
  return new Set(params.skeleton_ids as number[]);
}

/** The body of the geometry route, as far as it is taken apart here; see `catmaid_wire.geometry`. */
interface GeometryBody {
  skeleton_id: Uint8Array;
  size: Uint8Array;
  blobs: Uint8Array;
  [column: string]: unknown;
}

/** Bytes for each skeleton. */
const GEOMETRY_COLUMNS = { skeleton_id: 4, rows: 4, version: 8, encoding: 1, box: 48, size: 4 } as const;

function geometryOf({ buffers }: AnswerPart, wanted: ReadonlySet<number>): AnswerPart {
  const body = decode(bytes(buffers[0] ?? new Uint8Array())) as GeometryBody;
  const ids = [...typed(Int32Array, body.skeleton_id)];
  const sizes = [...typed(Int32Array, body.size)];
  const starts = startsOf(sizes);
  const places = ids.flatMap((id, at) => (wanted.has(id) ? [at] : []));
  const columns = Object.entries(GEOMETRY_COLUMNS).map(([name, width]) => [
    name,
    joined(places.map((at) => (body[name] as Uint8Array).subarray(at * width, (at + 1) * width))),
  ]);
  const blobs = places.map((at) => body.blobs.subarray(starts[at], (starts[at] ?? 0) + (sizes[at] ?? 0)));
  const found = new Set(ids);
  const gone = Int32Array.from([...wanted].filter((id) => !found.has(id)));
  const part = {
    ...body,
    ...Object.fromEntries(columns),
    blobs: joined(blobs),
    unchanged: new Uint8Array(),
    gone: bytesOf(gone),
  };
  return { result: null, buffers: [encode(part)] };
}

interface OfSkeletons {
  skeleton_ids: number[];
}

/** Links of some skeletons, their places relative to the origin that was asked for. */
function linksOf({ result, buffers }: AnswerPart, params: Params): AnswerPart {
  const kept = itemsOf(result as OfSkeletons, buffers[0], idsOf(params));
  const columns = [4, 4, 1, 4, 4].map((width, at) => picked(buffers[at], kept, width));
  const places = typed(Float32Array, picked(buffers[5], kept, 12));
  const { origin } = result as { origin: number[] };
  const asked = params.origin as number[];
  const moved = places.map((value, at) => value + (origin[at % 3] ?? 0) - (asked[at % 3] ?? 0));
  return { result, buffers: [...columns, bytesOf(moved)] };
}

/** Treenodes of some skeletons that are marked, and their labels. */
function specialOf({ result, buffers }: AnswerPart, params: Params): AnswerPart {
  const kept = itemsOf(result as OfSkeletons, buffers[0], idsOf(params));
  const columns = [4, 4, 1, 1, 4, 4].map((width, at) => picked(buffers[at], kept, width));
  const place = new Map(kept.map((item, at) => [item, at]));
  const tagged = [...typed(Int32Array, buffers[6])];
  const labels = typed(Int32Array, buffers[7]);
  const own = tagged.flatMap((item, at) => (place.has(item) ? [at] : []));
  const nodes = Int32Array.from(own, (at) => place.get(tagged[at] ?? -1) ?? -1);
  const names = Int32Array.from(own, (at) => labels[at] ?? -1);
  return { result, buffers: [...columns, bytesOf(nodes), bytesOf(names)] };
}

/** Places of the items whose skeleton, an index in `skeleton_ids`, is wanted. */
function itemsOf(
  { skeleton_ids: ids }: OfSkeletons,
  owners: Uint8Array | undefined,
  wanted: ReadonlySet<number>,
): number[] {
  return [...typed(Int32Array, owners)].flatMap((index, at) => (wanted.has(ids[index] ?? -1) ? [at] : []));
}

interface RowsOfSkeletons extends OfSkeletons {
  rows: number[];
}

/** Colours of the nodes of some skeletons; none is known to who asks. */
function shadingOf(whole: AnswerPart, params: Params): AnswerPart {
  return rowsOf(whole, idsOf(params), 1, ["digests", "lows", "steps"]);
}

/**
 * Values of the nodes of some skeletons, of those of one skeleton after the other in the first buffer.
 *
 * @param names - of the lists in the answer with an item for each skeleton, besides its id and number of rows
 */
function rowsOf(
  whole: AnswerPart,
  wanted: ReadonlySet<number>,
  width: number,
  names: readonly string[],
): AnswerPart {
  const result = whole.result as RowsOfSkeletons & Record<string, number[]>;
  const [values = new Uint8Array(), ...others] = whole.buffers;
  const starts = startsOf(result.rows);
  const kept = result.skeleton_ids.flatMap((id, at) => (wanted.has(id) ? [at] : []));
  const own = kept.map((at) => {
    const start = (starts[at] ?? 0) * width;
    return values.subarray(start, start + (result.rows[at] ?? 0) * width);
  });
  const part = ["skeleton_ids", "rows", ...names].map((name) => [name, at(result[name] ?? [], kept)]);
  return { result: { ...result, ...Object.fromEntries(part) }, buffers: [joined(own), ...others] };
}

/** Names by skeleton, and numbers of nodes where they are known. */
type SavedNames = Record<string, [name: string, nodes: number | null]>;

function factsOf({ result }: AnswerPart, params: Params): AnswerPart {
  const id = params.skeleton_id as number;
  const [name, nodes] = (result as SavedNames)[id] ?? [`skeleton ${id}`, null];
  return { result: { name, nodes }, buffers: [] };
}

function namesOf({ result }: AnswerPart, params: Params): AnswerPart {
  const saved = result as SavedNames;
  const found = [...idsOf(params)].flatMap((id) => (saved[id] ? [[id, saved[id][0]]] : []));
  return { result: found, buffers: [] };
}

/** Outlines of all volumes at all depths that were saved; of each the numbers of points of its rings. */
interface SavedOutlines {
  keys: number[];
  depths: number[];
  rings: number[][][];
  gaps: number[];
}

/** Bytes of a point of an outline: x and y, float64. */
const POINT_BYTES = 16;

function outlinesOf({ result, buffers }: AnswerPart, params: Params): AnswerPart {
  const { keys, depths, rings, gaps } = result as SavedOutlines;
  const asked = params as { keys: number[]; depths: number[] };
  const lengths = rings.flatMap((ofKeys) =>
    ofKeys.map((ofRings) => ofRings.reduce((sum, one) => sum + one, 0)),
  );
  const starts = startsOf(lengths);
  const points: Uint8Array[] = [];
  const found = asked.depths.map((depth) =>
    asked.keys.map((key) => {
      const [row, column] = [depths.indexOf(depth), keys.indexOf(key)];
      const place = row * keys.length + column;
      if (row < 0 || column < 0) return [];
      const start = (starts[place] ?? 0) * POINT_BYTES;
      points.push(
        (buffers[0] ?? new Uint8Array()).subarray(start, start + (lengths[place] ?? 0) * POINT_BYTES),
      );
      return rings[row]?.[column] ?? [];
    }),
  );
  return { result: { rings: found, gaps }, buffers: [joined(points)] };
}

function skeletonsOf({ result }: AnswerPart, params: Params): AnswerPart {
  const wanted = idsOf(params);
  const saved = result as Array<{ skeleton_id: number }>;
  return { result: saved.filter(({ skeleton_id: id }) => wanted.has(id)), buffers: [] };
}

/** A value of each skeleton that is asked for, by the text of its id. */
function valuesOf({ result }: AnswerPart, params: Params): AnswerPart {
  const saved = result as Record<string, string | number>;
  return { result: (params.skeleton_ids as number[]).map((id) => saved[id] ?? ""), buffers: [] };
}

function at<T>(column: readonly T[], places: readonly number[]): T[] {
  return places.flatMap((place) => column.slice(place, place + 1));
}

function picked(column: Uint8Array | undefined, items: readonly number[], width: number): Uint8Array {
  return joined(items.map((item) => (column ?? new Uint8Array()).subarray(item * width, (item + 1) * width)));
}

function startsOf(sizes: readonly number[]): number[] {
  let next = 0;
  return sizes.map((size) => {
    const start = next;
    next += size;
    return start;
  });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
