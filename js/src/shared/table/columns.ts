/** The columns of a table: their text for a row, and their width. */

export interface TableColumn<Row> {
  name: string;
  title: string;
  /** What the menu of columns calls it, if the title is short. */
  menuTitle?: string;
  text(row: Row): string;
  /** What files and the clipboard get, if the text is rounded. */
  exact?(row: Row): string;
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
  /** Whether the column is only there when a person asks for it. */
  isHidden?: boolean;
  /** What screen readers say of a cell whose text does not tell it. */
  label?(row: Row): string;
  /** More to look at in a cell, which is drawn anew each time. */
  dress?(cell: HTMLElement, row: Row | undefined): void;
  /** What a click on a cell does, or Space and Enter, if it is a button of a kind. */
  press?(row: Row): void;
  edit?: CellEdit<Row>;
}

/** How cells of a column are edited. */
export interface CellEdit<Row> {
  kind: "text" | "color";
  value(row: Row): string;
  save(row: Row, value: string): void;
}

/** What a person changed of columns. */
export interface ColumnLayout {
  /** CSS pixels by name. */
  widths: Readonly<Record<string, number>>;
  /** Columns that are always, or never, there; the others as there is room. */
  shown: Readonly<Record<string, boolean>>;
}

export const USUAL_LAYOUT: ColumnLayout = { widths: {}, shown: {} };
export const LEAST_WIDTH = 32;

export interface PlacedColumn<Row> {
  column: TableColumn<Row>;
  /** CSS pixels. */
  width: number;
}

/** The columns that fit into a width, with their widths, which fill it; those that a person wants are all there. */
export function placed<Row>(
  columns: readonly TableColumn<Row>[],
  room: number,
  layout: ColumnLayout = USUAL_LAYOUT,
): PlacedColumn<Row>[] {
  const shown = columns
    .filter(({ name, isHidden }) => layout.shown[name] ?? !isHidden)
    .map((column) => ({
      column,
      rank: layout.shown[column.name] ? 0 : (column.rank ?? 0),
      width: layout.widths[column.name] ?? column.width,
      grow: column.name in layout.widths ? 0 : (column.grow ?? 0),
    }));
  const needed = (): number => shown.reduce((sum, { width }) => sum + width, 0);
  while (needed() > room) {
    const rank = Math.max(...shown.map((one) => one.rank));
    if (rank <= 0) break;
    shown.splice(
      shown.findLastIndex((one) => one.rank === rank),
      1,
    );
  }
  const parts = shown.reduce((sum, { grow }) => sum + grow, 0);
  const left = Math.max(0, room - needed());
  return shown.map(({ column, width, grow }) => ({
    column,
    width: width + (parts > 0 ? Math.floor((left * grow) / parts) : 0),
  }));
}

/** Rows as tab-separated text with a line of titles; tabs and line breaks within a cell become blanks. */
export function tsv<Row>(columns: readonly TableColumn<Row>[], rows: Iterable<Row>): string {
  const lines = [columns.map(({ title }) => title)];
  for (const row of rows) lines.push(columns.map((column) => written(column, row).replaceAll(/\s+/g, " ")));
  return lines.map((cells) => `${cells.join("\t")}\n`).join("");
}

/** Rows as comma-separated text (RFC 4180) with a line of titles. Spreadsheets take no cell for a formula. */
export function csv<Row>(columns: readonly TableColumn<Row>[], rows: Iterable<Row>): string {
  const lines = [columns.map(({ title }) => title)];
  for (const row of rows) lines.push(columns.map((column) => written(column, row)));
  return lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function written<Row>(column: TableColumn<Row>, row: Row): string {
  return column.exact?.(row) ?? column.text(row);
}

function quoted(text: string): string {
  const isFormula = /^[=+@\t\r]|^-(?![\d.])/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
