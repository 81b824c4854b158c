/** The synced traits of a matrix, and what its kernel side answers. */
import type { Column } from "../shared/columns";
import type { PaletteName } from "./colors";

/** The last picture. */
export interface MatrixSnapshot {
  /** As data. */
  image: string;
  /** Pixels. */
  width: number;
  height: number;
}

export interface MatrixState {
  order: string;
  palette: PaletteName;
  is_logarithmic: boolean;
  height: number;
  selection_names: string[];
  target: string;
  /** In words; empty for the present. */
  version_shown: string;
  snapshot: Partial<MatrixSnapshot>;
}

export interface MatrixAxis {
  names: string[];
  /** Those of a group are several. */
  skeleton_ids: number[][];
}

export interface MatrixAnswer {
  rows: MatrixAxis;
  columns: MatrixAxis;
  /** Row after row. */
  counts: Column;
  notes: string[];
}

export interface MatrixContent {
  rows: MatrixAxis;
  columns: MatrixAxis;
  counts: ArrayLike<number>;
  most: number;
}

export const EMPTY: MatrixContent = {
  rows: { names: [], skeleton_ids: [] },
  columns: { names: [], skeleton_ids: [] },
  counts: [],
  most: 0,
};

export function countAt({ counts, columns }: MatrixContent, row: number, column: number): number {
  return counts[row * columns.names.length + column] ?? 0;
}
