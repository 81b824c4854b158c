/** What a cell shows besides its text. */
import type { TableColumn } from "./columns";

/** Characters of a cell that are drawn: no cell is wider, and a name may have thousands. */
const LONGEST = 300;

/** Give a cell, which showed another row before, the hints and the looks of its row; undefined for none. */
export function dressContent<Row>(
  cell: HTMLElement,
  column: TableColumn<Row> | undefined,
  row: Row | undefined,
): void {
  cell.title = row === undefined || !column ? "" : (column.hint ?? column.text)(row);
  const label = row === undefined ? undefined : column?.label?.(row);
  if (label === undefined) cell.removeAttribute("aria-label");
  else cell.setAttribute("aria-label", label);
  cell.dataset.kind = column?.press ? "button" : "";
  cell.style.removeProperty("--cj-swatch");
  cell.removeAttribute("data-swatch");
  column?.dress?.(cell, row);
}

/** The text of a cell as it is drawn. */
export function drawnText<Row>(column: TableColumn<Row>, row: Row): string {
  const text = column.text(row);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
