/** Where a table's rows come from. */

export type RowKey = number | string;

export interface RowSource<Row> {
  /** Number of loaded rows. */
  readonly length: number;
  /** Whether all rows are loaded. */
  readonly isComplete: boolean;
  row(index: number): Row | undefined;
  /** The key of a row, which stays the same when rows are added before it. */
  key(row: Row): RowKey;
  /** Index of the row with a key; -1 if it is not loaded. */
  indexOf(key: RowKey): number;
  /** Rows up to an index will be shown: load those that are missing. */
  reach(index: number): void;
}
