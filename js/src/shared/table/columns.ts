/** The columns of a table: their text for a row, and their width. */

export interface TableColumn<Row> {
  name: string;
  title: string;
  text(row: Row): string;
  /** Shown on hover instead of the text, which may be cut off. */
  hint?(row: Row): string;
  /** CSS pixels; the least that a growing column needs. */
  width: number;
  /** Its share of the remaining width; 0, the default, if it does not grow. */
  grow?: number;
  /** If there is no room for all columns, those with the highest number are left out first; 0 is always shown. */
  rank?: number;
  align?: "right";
  isSortable?: boolean;
}

export interface PlacedColumn<Row> {
  column: TableColumn<Row>;
  /** CSS pixels. */
  width: number;
}

/** The columns that fit into a width, with their widths, which fill it. */
export function placed<Row>(columns: readonly TableColumn<Row>[], room: number): PlacedColumn<Row>[] {
  const shown = [...columns];
  while (needed(shown) > room) {
    const rank = Math.max(...shown.map((column) => column.rank ?? 0));
    if (rank === 0) break;
    shown.splice(
      shown.findLastIndex((column) => (column.rank ?? 0) === rank),
      1,
    );
  }
  const parts = shown.reduce((sum, column) => sum + (column.grow ?? 0), 0);
  const left = Math.max(0, room - needed(shown));
  return shown.map((column) => ({
    column,
    width: column.width + (parts > 0 ? Math.floor((left * (column.grow ?? 0)) / parts) : 0),
  }));
}

/** Rows as tab-separated text with a line of titles; tabs and line breaks within a cell become blanks. */
export function tsv<Row>(columns: readonly TableColumn<Row>[], rows: Iterable<Row>): string {
  const lines = [columns.map(({ title }) => title)];
  for (const row of rows) lines.push(columns.map((column) => column.text(row).replaceAll(/\s+/g, " ")));
  return lines.map((cells) => `${cells.join("\t")}\n`).join("");
}

function needed(columns: readonly TableColumn<never>[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}
