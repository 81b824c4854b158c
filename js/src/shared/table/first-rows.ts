/** The first rows of a table, kept as texts: saved notebooks show them where there is no kernel. */
import { element } from "../dom";
import type { TableColumn } from "./columns";
import type { RowSource } from "./source";

const ROWS = 20;
const LONGEST_TEXT = 200;
const IDLE_MS = 1_000;
/** A kernel that knows the widget gives its rows within this time, unless it is busy. */
const USUAL_MS = 3_000;

/** What the trait `first_rows` has. */
export interface FirstRows {
  titles: string[];
  rows: string[][];
  /** How many rows there were. */
  total: number;
}

/** The first rows as they are shown, without columns that are buttons only. */
export function firstRows<Row>(columns: readonly TableColumn<Row>[], source: RowSource<Row>): FirstRows {
  const told = columns.filter(({ isHidden, press }) => !isHidden && !press);
  const rows = Array.from({ length: Math.min(ROWS, source.length) }, (_, at) => source.row(at)).filter(
    (row) => row !== undefined,
  );
  return {
    titles: told.map(({ title }) => title),
    rows: rows.map((row) => told.map((column) => column.text(row).slice(0, LONGEST_TEXT))),
    total: source.length,
  };
}

/** Rows that were saved, with a sentence that says so; nothing if there are none. */
export function savedRows({ titles = [], rows = [], total = 0 }: Partial<FirstRows>): HTMLElement[] {
  if (rows.length === 0) return [];
  const cells = (kind: "th" | "td", texts: string[]): HTMLElement[] =>
    texts.map((text) => element(kind, {}, text));
  const left = total - rows.length;
  const more = left > 0 ? ` ${left.toLocaleString("en")} more are not in the notebook.` : "";
  return [
    element("p", {}, `The kernel has not answered yet. These rows are as they were saved.${more}`),
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...cells("th", titles))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells("td", row)))),
    ),
  ];
}

/** The part of a widget's model that has them. */
interface FirstRowsModel {
  get(name: "first_rows"): Partial<FirstRows>;
  set(name: "first_rows", rows: FirstRows): void;
  save_changes(): void;
}

/** Shows the rows that were saved where no kernel gives others. */
export class SavedRows {
  readonly node = element("div", { class: "cj-saved-rows", "data-testid": "saved-rows", hidden: true });
  private readonly waiting = setTimeout(() => this.show(), USUAL_MS);

  constructor(private readonly model: Pick<FirstRowsModel, "get">) {}

  /** There are others. */
  hide(): void {
    this.dispose();
    this.node.replaceChildren();
    this.node.hidden = true;
  }

  dispose(): void {
    clearTimeout(this.waiting);
  }

  private show(): void {
    const rows = savedRows(this.model.get("first_rows"));
    this.node.replaceChildren(...rows);
    this.node.hidden = rows.length === 0;
  }
}

/** Keeps the first rows in a widget's state when nothing has been drawn for a moment. */
export class FirstRowsKeeper<Row> {
  private readonly shown: SavedRows;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kept = "";

  constructor(
    private readonly model: FirstRowsModel,
    private readonly source: RowSource<Row>,
    private readonly columns: () => readonly TableColumn<Row>[],
  ) {
    this.shown = new SavedRows(model);
  }

  /** The rows that were saved, while there are no others. */
  get saved(): HTMLElement {
    return this.shown.node;
  }

  /** Rows were drawn. */
  later(): void {
    if (this.source.length > 0) this.shown.hide();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), IDLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.shown.dispose();
  }

  private keep(): void {
    const rows = firstRows(this.columns(), this.source);
    const text = JSON.stringify(rows);
    if (rows.rows.length === 0 || text === this.kept) return;
    this.kept = text;
    this.model.set("first_rows", rows);
    this.model.save_changes();
  }
}
