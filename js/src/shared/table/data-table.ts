/** A grid over typed columns with all that goes with it: filters, sorting, a menu of columns, copying and exports. */
import { element } from "../dom";
import { ColumnMenu } from "./column-menu";
import { type ColumnLayout, csv, type PlacedColumn, type TableColumn } from "./columns";
import { FilterRow } from "./filter-row";
import { Grid } from "./grid";
import { BadFilter } from "./row-filters";
import { RowSelection } from "./selection";
import type { RowKey } from "./source";
import type { SortOrder, TypedRows } from "./typed";

/** What a person made of a table; kept in a trait. */
export interface TableState extends ColumnLayout {
  /** Name of a column, and whether the largest come first; empty for the rows' own order. */
  sort: [] | [name: string, isDescending: boolean];
  filters: Readonly<Record<string, string>>;
}

export const USUAL_STATE: TableState = { widths: {}, shown: {}, sort: [], filters: {} };

export interface DataTableHost {
  label: string;
  /** Rows are indices of `rows`; columns that can be filtered have the name of one of its columns. */
  columns: readonly TableColumn<number>[];
  rows: TypedRows;
  /** What can be written to filter a column, by its name. */
  filters: ReadonlyMap<string, string>;
  state(): TableState;
  save(state: TableState): void;
  selected(keys: RowKey[]): void;
  open(row: number): void;
  moved?(): void;
  /** Other rows fit the filters, or they are in another order. */
  arranged?(): void;
  /** How many rows there are; undefined while nobody knows. Without it, those of `rows`. */
  rowsInAll?(): number | undefined;
  /** These rows are seen now. */
  drawn?(rows: readonly number[]): void;
  mark?(row: number): string;
  say(text: string, level?: "info" | "error"): void;
}

export class DataTable {
  readonly grid: Grid<number>;
  readonly selection: RowSelection<number>;
  readonly filterRow: FilterRow<number>;
  readonly menu: ColumnMenu;
  /** Filters and grid, one above the other. */
  readonly node: HTMLElement;
  private shown: readonly PlacedColumn<number>[] = [];
  /** Whether a filter is written that cannot be understood. */
  private isRefused = false;

  constructor(private readonly host: DataTableHost) {
    this.selection = new RowSelection(host.rows, (keys) => host.selected(keys));
    this.grid = new Grid<number>({
      label: host.label,
      columns: host.columns,
      source: host.rows,
      selection: this.selection,
      open: (row) => host.open(row),
      moved: () => host.moved?.(),
      sort: (name) => this.sortBy(name),
      sorted: (name) => this.sorted(name),
      mark: (row) => host.mark?.(row) ?? "",
      copied: (rows) => host.say(`${rows} ${rows === 1 ? "row is" : "rows are"} copied.`),
      layout: () => this.state,
      resized: (name, width) => this.save({ widths: { ...this.state.widths, [name]: width } }),
      drawn: (rows) => host.drawn?.(rows),
      rowsInAll: () => (host.rowsInAll ? host.rowsInAll() : host.rows.total),
      laidOut: (columns) => this.laidOut(columns),
    });
    this.filterRow = new FilterRow(
      host.filters,
      (filters) => this.save({ filters }),
      () => this.focusRows(),
    );
    this.menu = new ColumnMenu({
      choices: () => this.choices(),
      show: (name, isShown) => this.save({ shown: { ...this.state.shown, [name]: isShown } }),
      reset: () => this.save({ shown: {}, widths: {} }),
    });
    this.node = element("div", { class: "cj-data-table" }, this.filterRow.node, this.grid.node);
  }

  /** Show the state as it is now: filters, order, columns. */
  stateChanged(): void {
    this.filterRow.show(this.state.filters);
    this.arrange();
    this.grid.layOut();
  }

  /** Show other values, sorted and filtered as the state says. */
  valuesChanged(): void {
    this.arrange();
  }

  /** Show the rows as they are now. */
  rowsChanged(): void {
    this.grid.refresh();
  }

  /** The selected rows, else those that are shown, as CSV with all columns. */
  csv(): string {
    const selected = this.selection.rows();
    const columns = this.host.columns.filter(({ press }) => press === undefined);
    return csv(columns, selected.length > 0 ? selected : this.host.rows.shown());
  }

  dispose(): void {
    this.filterRow.dispose();
    this.grid.dispose();
    this.node.remove();
  }

  private arrange(): void {
    const { rows } = this.host;
    const [name, isDescending] = this.state.sort;
    const order: SortOrder | null =
      name === undefined || !rows.has(name) ? null : { name, isDescending: isDescending ?? false };
    try {
      const given = Object.entries(this.state.filters).filter(([column]) => rows.has(column));
      rows.filter(Object.fromEntries(given));
      if (this.isRefused) this.host.say("");
      this.isRefused = false;
      this.filterRow.refuse(false);
    } catch (error) {
      if (!(error instanceof BadFilter)) throw error;
      this.isRefused = true;
      this.filterRow.refuse(true);
      this.host.say(error.message, "error");
    }
    rows.sort(order);
    this.grid.refresh();
    this.host.arranged?.();
  }

  /** Ascending, descending, and the rows' own order, in turn. */
  private sortBy(name: string): void {
    const next = { none: "ascending", ascending: "descending", descending: "none" }[this.sorted(name)];
    this.save({ sort: next === "none" ? [] : [name, next === "descending"] });
  }

  private sorted(name: string): "ascending" | "descending" | "none" {
    const [by, isDescending] = this.state.sort;
    if (by !== name) return "none";
    return isDescending ? "descending" : "ascending";
  }

  private choices() {
    const shown = new Set(this.shown.map(({ column }) => column.name));
    return this.host.columns.map(({ name, title, menuTitle }) => ({
      name,
      title: menuTitle ?? title,
      isShown: shown.has(name),
    }));
  }

  private laidOut(columns: readonly PlacedColumn<number>[]): void {
    this.shown = columns;
    this.filterRow.layOut(columns);
  }

  private focusRows(): void {
    if (this.host.rows.length > 0) this.grid.activate(0);
    this.grid.focus();
  }

  private get state(): TableState {
    return { ...USUAL_STATE, ...this.host.state() };
  }

  private save(change: Partial<TableState>): void {
    this.host.save({ ...this.state, ...change });
    this.stateChanged();
  }
}
