/** Tables as they come over the wire: little-endian arrays with a dtype and a shape. */
import { bytes } from "./rpc";

export interface Column {
  dtype: "<i8" | "<i4" | "<f8" | "<f4" | "<i2" | "|u1";
  shape: number[];
  data: Uint8Array;
}

/** As hosts and requests give them. */
export type MessageBytes = DataView | ArrayBuffer | Uint8Array;

export type TypedArray = Int32Array | Float64Array | Float32Array | Int16Array | Uint8Array;

const ARRAYS = {
  "<i4": Int32Array,
  "<f8": Float64Array,
  "<f4": Float32Array,
  "<i2": Int16Array,
  "|u1": Uint8Array,
} as const;

/**
 * A column as a typed array; whole numbers of 64 bits as floats, which are exact up to 2^53.
 *
 * All hosts that run a browser are little-endian.
 */
export function array(column: Column): TypedArray {
  if (column.dtype === "<i8") return Float64Array.from(typed(BigInt64Array, column.data), Number);
  const make = ARRAYS[column.dtype];
  if (!make) throw new Error(`unknown dtype ${String(column.dtype)}`);
  return typed<TypedArray>(make, column.data);
}

/** The bytes of a message as a typed array, empty if there are none: a copy, because typed arrays need alignment. */
export function typed<T>(make: new (buffer: ArrayBuffer) => T, buffer: MessageBytes | undefined): T {
  return new make(buffer === undefined ? new ArrayBuffer(0) : bytes(buffer).slice().buffer);
}

/** What belongs to each of several things, of a column of all together; `rows` tells how much each has. */
export function byRows<T extends Float32Array | Float64Array>(
  ids: readonly number[],
  rows: readonly number[],
  all: T,
): Map<number, T> {
  const found = new Map<number, T>();
  let start = 0;
  for (const [at, id] of ids.entries()) {
    const end = start + (rows[at] ?? 0);
    found.set(id, all.subarray(start, end) as T);
    start = end;
  }
  return found;
}

/** Rows of a column: the length of its first axis. */
export function length(column: Column): number {
  return column.shape[0] ?? 0;
}
