/** Where a table's rows come from. */

export type RowKey = number | string;

export interface RowSource<Row> {
  /** Rows that are there. */
  readonly length: number;
  /** Whether these are all. */
  readonly isComplete: boolean;
  row(index: number): Row | undefined;
  /** What stays the same of a row when others come before it. */
  key(row: Row): RowKey;
  /** Where the row with a key is; -1 if it is not there. */
  indexOf(key: RowKey): number;
  /** Say that rows up to an index are about to be shown, so that they are loaded if they are not there. */
  reach(index: number): void;
}
