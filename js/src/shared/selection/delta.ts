/** One change of a selection, as it is in memory and on its way between page and kernel. */
import { typed } from "../columns";

export type DeltaColumn = "added" | "removed" | "rgba" | "flags" | "active" | "all";

/** Bits of a skeleton's flags. */
export const FLAG = { VISIBLE: 1, SELECTED: 2, PRE: 4, POST: 8, TEXT: 16, META: 32 } as const;
const ALL_FLAGS = 63;
export const DEFAULT_FLAGS = FLAG.VISIBLE | FLAG.PRE | FLAG.POST | FLAG.META;

/** Colours, 0xRRGGBBAA, of skeletons that were given none, in turn. */
export const PALETTE: readonly number[] = [
  0x4477aaff, 0xee6677ff, 0x228833ff, 0xccbb44ff, 0x66cceeff, 0xaa3377ff, 0xee7733ff, 0x009988ff, 0x999933ff,
  0x882255ff,
];

/** `#rrggbb` of 0xRRGGBBAA. */
export function hexOf(rgba: number): string {
  return `#${(rgba >>> 8).toString(16).padStart(6, "0")}`;
}

/** 0xRRGGBBAA of `#rrggbb`. */
export function rgbaOf(hex: string): number {
  return ((Number.parseInt(hex.slice(1), 16) << 8) | 0xff) >>> 0;
}

export interface Delta {
  column: DeltaColumn;
  /** The rows concerned; of `all`, every row. */
  ids: Int32Array;
  /** 0xRRGGBBAA, for each id where the column has colours. */
  rgba: Uint32Array;
  flags: Uint8Array;
  /** Bits of `flags` that count. */
  mask: number;
  active: number | null;
}

export interface DeltaMessage {
  col: DeltaColumn;
  from: number;
  rev: number;
  mask: number;
  active: number | null;
}

export function delta(column: DeltaColumn, parts: Partial<Delta> = {}): Delta {
  return {
    column,
    ids: new Int32Array(0),
    rgba: new Uint32Array(0),
    flags: new Uint8Array(0),
    mask: ALL_FLAGS,
    active: null,
    ...parts,
  };
}

export function deltaOf(message: DeltaMessage, buffers: readonly DataView[]): Delta {
  return {
    column: message.col,
    ids: typed(Int32Array, buffers[0]),
    rgba: typed(Uint32Array, buffers[1]),
    flags: typed(Uint8Array, buffers[2]),
    mask: message.mask,
    active: message.active,
  };
}

export function messageOf(change: Delta, from: number): [message: DeltaMessage, buffers: ArrayBuffer[]] {
  const { column, ids, rgba, flags, mask, active } = change;
  const message = { col: column, from, rev: from + 1, mask, active };
  return [message, [ids, rgba, flags].map((values) => values.slice().buffer as ArrayBuffer)];
}
