/** Tables as they come over the wire: little-endian arrays with a dtype and a shape. */
import { bytes } from "./rpc";

export interface Column {
  dtype: "<i8" | "<i4" | "<f8" | "<f4" | "<i2" | "|u1";
  shape: number[];
  data: Uint8Array;
}

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
 * Copies, because msgpack packs without padding and typed arrays need alignment. All hosts that
 * run a browser are little-endian.
 */
export function array(column: Column): TypedArray {
  const buffer = bytes(column.data).slice().buffer;
  if (column.dtype === "<i8") return Float64Array.from(new BigInt64Array(buffer), Number);
  const make = ARRAYS[column.dtype];
  if (!make) throw new Error(`unknown dtype ${String(column.dtype)}`);
  return new make(buffer);
}

/** Rows of a column: the length of its first axis. */
export function length(column: Column): number {
  return column.shape[0] ?? 0;
}
