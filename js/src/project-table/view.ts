/** One view of a table of a project: what is shown, its rows, and what is done with their neurons. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { save } from "../shared/save-file";
import { FoundActions } from "../shared/selection/found-actions";
import type { Way } from "../shared/selection/ways";
import type { TableColumn } from "../shared/table/columns";
import { DataTable, type TableState } from "../shared/table/data-table";
import { FirstRowsKeeper } from "../shared/table/first-rows";
import { TypedRows } from "../shared/table/typed";
import widgetCss from "../shared/widget.css";
import { columnsOf, filtersOf, NO_ROWS, valuesOf } from "./columns";
import { TraitControls } from "./controls";
import { RowActions } from "./row-actions";
import type { ProjectTableState, RowQuestion, TableContent } from "./state";
import { TableReading } from "./table-reading";

const LATE_MS = 120_000;
const TRAITS = { sort: "sort", filters: "filters", shown: "shown_columns", widths: "column_widths" } as const;

export class ProjectTable {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly rows = new TypedRows(NO_ROWS, "key");
  private table: DataTable;
  private shown = "";
  private readonly holder = element("div");
  private readonly controls: TraitControls;
  private readonly actions: FoundActions;
  private readonly menuHolder = element("span", { class: "cj-menu-place" });
  private readonly rowActions: RowActions;
  private readonly go = element("button", { type: "button", name: "go" });
  private readonly notes = element("div", { class: "cj-notes", role: "status", "data-testid": "notes" });
  private readonly stopping: Array<() => void> = [];
  private readonly reading = new TableReading({
    arrangement: () => this.tableState(),
    ask: (method, { sort, filters }, signal) =>
      this.rpc.callBinary(method, { sort, filters }, { signal, timeoutMs: LATE_MS }),
    began: () => this.count(),
    show: (content) => this.show(content),
    failed: (error) => this.fail(error),
  });
  private columns: readonly TableColumn<number>[] = [];
  private readonly firstRows: FirstRowsKeeper<number>;
  private total: number | undefined;
  private gone: { key: unknown; turn: number } = { key: null, turn: 0 };

  constructor(
    private readonly model: AnyModel<ProjectTableState>,
    private readonly rpc: Rpc,
  ) {
    this.firstRows = new FirstRowsKeeper(model, this.rows, () => this.columns);
    this.table = this.makeTable([]);
    this.controls = new TraitControls({
      value: (trait) => model.get(trait),
      save: (trait, value) => this.save({ [trait]: value }),
    });
    this.actions = new FoundActions({
      select: (way) => void this.put(way),
      annotate: (annotation) =>
        void this.ask<string>("annotate", { annotation, skeleton_ids: this.chosen() }),
      chosen: (target) => this.save({ target }),
    });
    this.go.textContent = model.get("go")[0];
    this.go.addEventListener("click", () => void this.jump());
    this.rowActions = new RowActions(model.get("actions"), {
      keys: () => this.concerned(),
      ask: (action, keys) => this.question(action, keys),
      run: (action, keys, value) => void this.ask<string>("do", { action, keys, value }),
      closed: () => this.table.grid.focus(),
    });
    this.root = this.assemble();
  }

  start(): void {
    for (const name of Object.values(TRAITS)) this.follow(name, () => this.table.stateChanged());
    this.follow("height", () => this.table.grid.setHeight(this.model.get("height")));
    for (const name of ["selection_names", "target", "has_viewer"]) this.follow(name, () => this.offer());
    this.follow("controls", () => this.showControls());
    for (const { trait } of this.model.get("controls")) this.follow(trait, () => this.showControls());
    this.stopping.push(
      this.rpc.on("changed", () => this.reading.again()),
      this.lines.followService(this.rpc, () => this.reading.again()),
    );
    this.showControls();
    this.reading.again();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.reading.dispose();
    this.firstRows.dispose();
    this.table.dispose();
    this.root.remove();
  }

  private makeTable(shown: TableContent["shown"]): DataTable {
    const columns = columnsOf(shown, this.rows);
    this.columns = columns;
    const table = new DataTable({
      label: this.model.get("label"),
      columns,
      drawn: () => this.firstRows.later(),
      rows: this.rows,
      filters: filtersOf(shown),
      state: () => this.tableState(),
      save: (state) => this.saveState(state),
      selected: () => this.offer(),
      open: () => void (this.model.get("has_viewer") ? this.jump() : this.put("add")),
      moved: () => this.offer(),
      arranged: () => this.arranged(),
      rowsInAll: () => this.total,
      say: (text, level) => this.lines.say(text, level),
    });
    this.holder.replaceChildren(table.node);
    this.menuHolder.replaceChildren(table.menu.node);
    return table;
  }

  private assemble(): HTMLElement {
    const past = this.model.get("version_shown");
    const banner = past ? [element("div", { class: "cj-banner" }, `As of ${past}.`)] : [];
    const csv = element("button", { type: "button", name: "csv" }, "CSV");
    csv.title = "Save the selected rows, or all that are shown";
    csv.addEventListener("click", () => save(`${this.model.get("label")}.csv`, "text/csv", this.table.csv()));
    return element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-project-table",
        "data-testid": "project-table",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss),
      ...banner,
      this.lines.service,
      element(
        "div",
        { class: "cj-bar" },
        this.controls.node,
        this.go,
        ...this.rowActions.buttons,
        csv,
        this.menuHolder,
      ),
      this.rowActions.question,
      this.notes,
      this.holder,
      this.firstRows.saved,
      this.actions.node,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  /** Rows are in another order, or filtered in another way: of a cut table, others may be the first ones. */
  private arranged(): void {
    if ((this.total ?? 0) > this.rows.total) this.reading.arrange();
    this.offer();
  }

  private show(content: TableContent): void {
    const values = valuesOf(content);
    this.total = content.total;
    const columns = JSON.stringify(content.shown);
    const selected = this.table.selection.keys;
    const isFocused = this.table.node.contains(document.activeElement);
    this.rows.replace(values);
    if (columns !== this.shown) {
      this.shown = columns;
      this.table.dispose();
      this.table = this.makeTable(content.shown);
      this.table.grid.setHeight(this.model.get("height"));
      this.table.stateChanged();
      if (isFocused) this.table.grid.focus();
    } else this.table.valuesChanged();
    this.table.selection.set(selected.filter((key) => this.rows.rowOf(key) >= 0));
    this.table.rowsChanged();
    this.notes.replaceChildren(...content.notes.map((note) => element("p", {}, note)));
    this.lines.succeed();
    this.offer();
  }

  private showControls(): void {
    this.controls.show(this.model.get("controls"));
  }

  /** Skeletons of the selected rows, else of all that are shown, each once. */
  private chosen(): number[] {
    const selected = this.table.selection.rows();
    const ids = new Set(
      selected.length > 0
        ? selected.map((row) => this.rows.value("skeleton_id", row))
        : this.rows.distinctShown("skeleton_id"),
    );
    ids.delete(-1);
    return Array.from(ids, Number);
  }

  private async put(way: Way): Promise<void> {
    const name = this.model.get("target");
    await this.ask<string>("select", {
      way: way === "add" && !name ? "new" : way,
      name,
      skeleton_ids: this.chosen(),
    });
  }

  /** Go to the active row; in a row with several places, to the next one each time. */
  private async jump(): Promise<void> {
    const row = this.table.grid.activeRow;
    if (row === undefined) return;
    const key = this.rows.key(row);
    this.gone = { key, turn: this.gone.key === key ? this.gone.turn + 1 : 0 };
    await this.ask<string>("jump", this.gone);
  }

  /** Keys of the selected rows, or else of the active one. */
  private concerned(): unknown[] {
    const { keys } = this.table.selection;
    const row = this.table.grid.activeRow;
    if (keys.length > 0) return [...keys];
    return row === undefined ? [] : [this.rows.key(row)];
  }

  private async question(action: string, keys: unknown[]): Promise<RowQuestion | null> {
    try {
      return (await this.rpc.call<RowQuestion>("ask", { action, keys }, { timeoutMs: LATE_MS })).result;
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  private async ask<T extends string>(method: string, params: object): Promise<void> {
    try {
      const { result } = await this.rpc.call<T>(method, params, { timeoutMs: LATE_MS });
      this.lines.say(result);
    } catch (error) {
      this.fail(error);
    }
  }

  private offer(): void {
    const isSelected = this.table.selection.keys.length > 0;
    const get = (name: keyof ProjectTableState): unknown => this.model.get(name);
    this.actions.show(
      this.chosen().length,
      isSelected,
      get("selection_names") as string[],
      get("target") as string,
      get("version_shown") !== "",
    );
    this.go.disabled = !get("has_viewer") || this.table.grid.activeRow === undefined;
    this.go.title = get("has_viewer") ? ((get("go") as string[])[1] ?? "") : "The table has no viewer";
    this.rowActions.show(get("version_shown") !== "");
    this.count();
  }

  private count(): void {
    const { length } = this.rows;
    const total = this.total ?? 0;
    const parts = [`${total.toLocaleString("en")} ${total === 1 ? "row" : "rows"}`];
    if (length < total) parts.push(`${length.toLocaleString("en")} shown`);
    const selected = this.table.selection.keys.length;
    if (selected > 0) parts.push(`${selected.toLocaleString("en")} selected`);
    if (this.reading.isRunning) parts.push("reading…");
    this.lines.total.textContent = parts.join(", ");
  }

  private tableState(): TableState {
    return {
      sort: this.model.get("sort"),
      filters: this.model.get("filters"),
      shown: this.model.get("shown_columns"),
      widths: this.model.get("column_widths"),
    };
  }

  private saveState(state: TableState): void {
    for (const [part, name] of Object.entries(TRAITS))
      this.model.set(name, state[part as keyof typeof TRAITS]);
    this.model.save_changes();
  }

  private follow(name: string, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private save(change: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(change)) this.model.set(name, value);
    this.model.save_changes();
  }

  private fail(error: unknown): void {
    this.lines.fail(error);
    this.count();
  }
}
