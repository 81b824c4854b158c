/**
 * A virtual table in the page: regular-table draws the visible rows, and this class adds what a grid needs:
 * an active cell, selection, keys, copying, and roles for screen readers.
 *
 * Focus stays on the grid, since cells are used again for other rows; `aria-activedescendant` names the active one.
 */
import "regular-table";
import subCellCss from "regular-table/dist/css/sub-cell-scrolling.css";
import { element } from "../dom";
import { CellEditor } from "./cell-editor";
import { drawnText, dressContent } from "./cell-look";
import { EDGE, followEdge } from "./column-edge";
import { type ColumnLayout, LEAST_WIDTH, type PlacedColumn, placed, type TableColumn, tsv } from "./columns";
import { type Cell, movedCell } from "./keys";
import type { RowSelection } from "./selection";
import { neededHeight, ROW_HEIGHT, SCROLLBAR } from "./sizes";
import type { RowKey, RowSource } from "./source";
import css from "./table.css";

const HEAD_ROWS = 1;
/** CSS pixels by which a key makes a column wider or narrower. */
const WIDTH_STEP = 16;

export interface GridHost<Row> {
  label: string;
  columns: readonly TableColumn<Row>[];
  source: RowSource<Row>;
  selection: RowSelection<Row>;
  /** Enter or a double click on a row. */
  open(row: Row): void;
  /** The active cell is in another row. */
  moved(): void;
  /** A head was clicked, or Enter pressed on it. */
  sort?(name: string): void;
  /** Direction of the column by which rows are sorted. */
  sorted?(name: string): "ascending" | "descending" | "none";
  /** Names of CSS classes for a row. */
  mark?(row: Row): string;
  copied(rows: number): void;
  /** Which columns a person wants, and how wide; without it, all that fit. */
  layout?(): ColumnLayout;
  /** A person made a column wider or narrower. */
  resized?(name: string, width: number): void;
  /** What was drawn last has other columns, or other widths. */
  laidOut?(columns: readonly PlacedColumn<Row>[]): void;
  /** How many rows there are, whether they fit filters or not; without it, or undefined, the grid has its full height. */
  rowsInAll?(): number | undefined;
  /** These rows are seen now. */
  drawn?(rows: readonly Row[]): void;
}

let grids = 0;

export class Grid<Row> {
  readonly node: HTMLElement;
  private readonly table = document.createElement("regular-table");
  private readonly prefix = `cj-grid-${grids++}`;
  private shown: PlacedColumn<Row>[] = [];
  /** Rows that were drawn last: first, and after the last. */
  private drawn: [first: number, end: number] = [0, 0];
  private active: Cell = { row: 0, column: 0 };
  private activeKey: RowKey | null = null;
  /** Index of the first column that is drawn. */
  private firstColumn = 0;
  private readonly editor = new CellEditor(() => this.focus());
  private readonly sizes = new ResizeObserver(() => this.layOut());
  private scheduled = 0;
  private height = 0;

  constructor(private readonly host: GridHost<Row>) {
    this.node = element("div", { class: "cj-grid" }, element("style", {}, subCellCss + css), this.table);
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-label", host.label);
    this.table.setAttribute("aria-multiselectable", "true");
    this.table.setAttribute("data-testid", "grid");
    this.table.addStyleListener(() => this.dress());
    this.table.addEventListener("keydown", (event) => this.keyPressed(event));
    this.table.addEventListener("mousedown", (event) => this.pressed(event), { capture: true });
    this.table.addEventListener("dblclick", (event) => this.doubleClicked(event));
    this.table.addEventListener("regular-table-scroll", () => this.editor.close());
    this.node.append(this.editor.node);
    this.sizes.observe(this.node);
  }

  /** The row of the active cell. */
  get activeRow(): Row | undefined {
    return this.active.row < 0 ? undefined : this.host.source.row(this.active.row);
  }

  /** Have this height, or less if the rows need less. */
  setHeight(pixels: number): void {
    this.height = pixels;
    this.fit();
  }

  /** Show the present rows of the source. The active row stays active, also in another place. */
  refresh(added = 0): void {
    const { source } = this.host;
    const index = this.activeKey === null ? -1 : source.indexOf(this.activeKey);
    if (index >= 0) this.active = { ...this.active, row: index };
    // What a person looks at does not move when rows come on top.
    if (added > 0 && this.table.scrollTop > 0) this.table.scrollTop += added * ROW_HEIGHT;
    this.fit();
    this.schedule();
  }

  /** Make a row the active one and show it. */
  activate(row: number, column = this.active.column): void {
    this.active = { row, column };
    const found = this.activeRow;
    this.activeKey = found === undefined ? null : this.host.source.key(found);
    this.scrollTo(row);
    this.dress();
    this.host.moved();
  }

  /** Show other columns, or other widths. */
  layOut(): void {
    const room = this.node.clientWidth - SCROLLBAR;
    if (room <= 0) return;
    this.shown = placed(this.host.columns, room, this.host.layout?.());
    this.active.column = Math.max(0, Math.min(this.active.column, this.shown.length - 1));
    this.table.setDataListener(async (x0, y0, x1, y1) => this.slice(x0, y0, x1, y1));
    this.host.laidOut?.(this.shown);
    this.schedule();
  }

  /** Show the present selection. */
  dress(): void {
    const { source } = this.host;
    this.table.setAttribute("aria-rowcount", String(source.isComplete ? source.length + HEAD_ROWS : -1));
    this.table.setAttribute("aria-colcount", String(this.shown.length));
    this.table.querySelector("table")?.setAttribute("role", "presentation");
    for (const group of this.table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
    for (const head of this.table.querySelectorAll<HTMLElement>("thead tr")) this.dressHead(head);
    for (const line of this.table.querySelectorAll<HTMLElement>("tbody tr")) this.dressRow(line);
    const id = this.cellId(this.active);
    if (this.table.querySelector(`#${id}`)) this.table.setAttribute("aria-activedescendant", id);
    else this.table.removeAttribute("aria-activedescendant");
  }

  focus(): void {
    this.table.focus({ preventScroll: true });
  }

  dispose(): void {
    this.sizes.disconnect();
    this.editor.close();
    cancelAnimationFrame(this.scheduled);
    this.node.remove();
  }

  private fit(): void {
    const rows = this.host.rowsInAll?.() ?? Number.POSITIVE_INFINITY;
    this.node.style.height = `${Math.min(this.height, neededHeight(rows))}px`;
  }

  private dressRow(line: HTMLElement): void {
    const { source, selection } = this.host;
    const index = this.rowIndex(line.querySelector("td")) ?? -1;
    // Lines that the table keeps for later still tell of the rows that they showed.
    const isDrawn = index >= this.drawn[0] && index < this.drawn[1];
    const row = isDrawn ? source.row(index) : undefined;
    line.setAttribute("role", isDrawn ? "row" : "presentation");
    line.toggleAttribute("inert", !isDrawn);
    line.setAttribute("aria-rowindex", String(index + 1 + HEAD_ROWS));
    line.setAttribute("aria-selected", String(row !== undefined && selection.has(source.key(row))));
    line.className = row === undefined ? "" : (this.host.mark?.(row) ?? "");
    line.querySelectorAll<HTMLElement>("td").forEach((cell, at) => {
      const column = this.firstColumn + at;
      cell.setAttribute("role", isDrawn ? "gridcell" : "presentation");
      this.dressCell(cell, isDrawn ? index : Number.NaN, column);
      dressContent(cell, this.shown[column]?.column, row);
    });
  }

  private dressHead(head: HTMLElement): void {
    head.setAttribute("role", "row");
    head.setAttribute("aria-rowindex", "1");
    head.querySelectorAll<HTMLElement>("th").forEach((cell, at) => {
      const column = this.firstColumn + at;
      const shown = this.shown[column]?.column;
      cell.setAttribute("role", "columnheader");
      this.dressCell(cell, -1, column);
      cell.title = shown?.title ?? "";
      if (shown?.isSortable) cell.setAttribute("aria-sort", this.host.sorted?.(shown.name) ?? "none");
      else cell.removeAttribute("aria-sort");
    });
  }

  private dressCell(cell: HTMLElement, row: number, column: number): void {
    const width = `${this.shown[column]?.width ?? 0}px`;
    Object.assign(cell.style, { width, minWidth: width, maxWidth: width });
    cell.id = this.cellId({ row, column });
    cell.dataset.column = this.shown[column]?.column.name ?? "";
    cell.dataset.align = this.shown[column]?.column.align ?? "left";
    cell.setAttribute("aria-colindex", String(column + 1));
    cell.toggleAttribute("data-active", row === this.active.row && column === this.active.column);
  }

  private slice(x0: number, y0: number, x1: number, y1: number) {
    const { source } = this.host;
    // The size is asked for with no rows.
    if (y1 > 0) {
      source.reach(y1);
      this.drawn = [y0, Math.min(y1, source.length)];
      this.firstColumn = x0;
    }
    const columns = this.shown.slice(x0, x1).map(({ column }) => column);
    const rows = Array.from({ length: Math.max(0, Math.min(y1, source.length) - y0) }, (_, at) =>
      source.row(y0 + at),
    );
    if (y1 > 0) this.host.drawn?.(rows.filter((row) => row !== undefined));
    return {
      num_rows: source.length,
      num_columns: this.shown.length,
      num_column_headers: HEAD_ROWS,
      row_height: ROW_HEIGHT,
      column_headers: columns.map(({ title }) => [title]),
      data: columns.map((column) => rows.map((row) => (row === undefined ? "" : drawnText(column, row)))),
    };
  }

  private schedule(isAgain = false): void {
    cancelAnimationFrame(this.scheduled);
    this.scheduled = requestAnimationFrame(() => {
      // For a moment in a change of theme there is no layout, and a table would draw no row, unseen by `sizes`.
      if (this.node.clientWidth > 0 && this.shown.length > 0) void this.table.draw();
      else if (!isAgain) this.schedule(true);
    });
  }

  private keyPressed(event: KeyboardEvent): void {
    if (!this.act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Handle a key; returns whether it means something here. */
  private act(event: KeyboardEvent): boolean {
    if (event.altKey && this.active.row < 0 && this.resizedByKey(event.key)) return true;
    const moved = movedCell(event, this.active, {
      rows: this.host.source.length,
      columns: this.shown.length,
      page: Math.max(1, Math.floor(this.table.clientHeight / ROW_HEIGHT) - HEAD_ROWS - 1),
      hasHead: this.host.sort !== undefined,
    });
    if (moved) {
      if (event.shiftKey && moved.row >= 0) this.host.selection.extendTo(moved.row);
      this.activate(moved.row, moved.column);
      return true;
    }
    const isKnown = event.ctrlKey || event.metaKey ? this.command(event.key) : this.plainKey(event);
    if (isKnown) this.dress();
    return isKnown;
  }

  private command(key: string): boolean {
    if (key.toLowerCase() === "a") this.host.selection.all();
    else if (key.toLowerCase() === "c") void this.copy();
    else return false;
    return true;
  }

  private plainKey({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === "F2") return this.edit(this.active);
    if (key === "Enter") this.enter();
    else if (key !== " ") return false;
    else if (shiftKey || !this.press(this.active)) this.host.selection.toggle(this.active.row);
    return true;
  }

  private enter(): void {
    if (this.active.row >= 0) {
      if (!this.press(this.active)) this.openRow(this.active.row);
    } else {
      const column = this.shown[this.active.column]?.column;
      if (column?.isSortable) this.host.sort?.(column.name);
    }
  }

  private openRow(index: number): void {
    const row = this.host.source.row(index);
    if (row !== undefined) this.host.open(row);
  }

  /** Do what a cell does when it is pressed; whether it does something. */
  private press({ row, column }: Cell): boolean {
    const found = this.host.source.row(row);
    const shown = this.shown[column]?.column;
    if (found === undefined || !shown) return false;
    if (shown.press) shown.press(found);
    else if (shown.edit?.kind === "color") return this.edit({ row, column });
    return shown.press !== undefined;
  }

  /** Edit a cell, if it can be. */
  private edit({ row, column }: Cell): boolean {
    const found = this.host.source.row(row);
    const shown = this.shown[column]?.column;
    const cell = this.table.querySelector<HTMLElement>(`#${this.cellId({ row, column })}`);
    if (found === undefined || !shown?.edit || !cell) return false;
    const { kind, value, save } = shown.edit;
    this.editor.open(cell, {
      kind,
      label: shown.title,
      value: value(found),
      save: (text) => save(found, text),
    });
    return true;
  }

  private doubleClicked(event: MouseEvent): void {
    const cell = this.cellOf(event);
    if (cell && cell.row >= 0 && !this.edit(cell) && !this.shown[cell.column]?.column.press) {
      this.openRow(cell.row);
    }
  }

  private resizedByKey(key: string): boolean {
    const placed = this.shown[this.active.column];
    const step = { ArrowLeft: -WIDTH_STEP, ArrowRight: WIDTH_STEP }[key];
    if (!placed || step === undefined || !this.host.resized) return false;
    this.host.resized(placed.column.name, Math.max(LEAST_WIDTH, placed.width + step));
    return true;
  }

  /** The selected rows, or the active one, with all columns. */
  private async copy(): Promise<void> {
    const selected = this.host.selection.rows();
    const active = this.activeRow;
    const rows = selected.length > 0 || active === undefined ? selected : [active];
    await navigator.clipboard.writeText(tsv(this.host.columns, rows));
    this.host.copied(rows.length);
  }

  private pressed(event: MouseEvent): void {
    const cell = this.cellOf(event);
    if (!cell || event.button !== 0) return;
    this.editor.close();
    const shown = this.shown[cell.column];
    if (cell.row < 0) this.headPressed(event, shown);
    else if (isPlain(event) && (shown?.column.press || shown?.column.edit?.kind === "color")) {
      event.preventDefault();
      this.focus();
      this.activate(cell.row, cell.column);
      this.press(cell);
    } else this.rowPressed(event, cell);
  }

  private headPressed(event: MouseEvent, shown: PlacedColumn<Row> | undefined): void {
    const head = (event.target as Element).closest("th");
    if (!shown || !head) return;
    const isAtEdge = head.getBoundingClientRect().right - event.clientX < EDGE;
    const { resized } = this.host;
    if (isAtEdge && resized) followEdge(event, shown.width, (width) => resized(shown.column.name, width));
    else if (shown.column.isSortable) this.host.sort?.(shown.column.name);
  }

  private rowPressed(event: MouseEvent, cell: Cell): void {
    const { selection } = this.host;
    if (event.shiftKey) {
      event.preventDefault(); // else the browser selects text
      this.focus();
      selection.extendTo(cell.row);
    } else if (isPlain(event)) selection.only(cell.row);
    else selection.toggle(cell.row);
    this.activate(cell.row, cell.column);
  }

  private cellOf(event: Event): Cell | null {
    const cell = (event.target as Element).closest<HTMLTableCellElement>("td, th");
    if (!cell) return null;
    const row = cell.tagName === "TH" ? -1 : this.rowIndex(cell);
    return row === null ? null : { row, column: this.firstColumn + cell.cellIndex };
  }

  private rowIndex(cell: HTMLElement | null): number | null {
    const meta = cell && this.table.getMeta(cell);
    return meta && "y" in meta ? (meta.y ?? null) : null;
  }

  private scrollTo(row: number): void {
    const top = row * ROW_HEIGHT;
    const seen = this.table.clientHeight - HEAD_ROWS * ROW_HEIGHT;
    if (row <= 0) this.table.scrollTop = 0;
    else if (top < this.table.scrollTop) this.table.scrollTop = top;
    else if (top + ROW_HEIGHT > this.table.scrollTop + seen) this.table.scrollTop = top + ROW_HEIGHT - seen;
  }

  private cellId({ row, column }: Cell): string {
    return `${this.prefix}-${row < 0 ? "head" : row}-${column}`;
  }
}

function isPlain({ shiftKey, ctrlKey, metaKey }: MouseEvent): boolean {
  return !shiftKey && !ctrlKey && !metaKey;
}
