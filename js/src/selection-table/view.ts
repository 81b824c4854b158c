/** One view of a selection: ties the page's copy, what is known of its neurons, the table and the actions together. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { save } from "../shared/save-file";
import { FLAG, PALETTE, rgbaOf } from "../shared/selection/delta";
import type { SelectionChange, SelectionStore } from "../shared/selection/store";
import { DataTable, type TableState } from "../shared/table/data-table";
import { FirstRowsKeeper } from "../shared/table/first-rows";
import { TypedRows } from "../shared/table/typed";
import { throttle } from "../shared/throttle";
import widgetCss from "../shared/widget.css";
import { ActionBar } from "./action-bar";
import { columnsOf, FILTERS, GROUPS, valuesOf } from "./columns";
import { jsonOf } from "./exports";
import { Facts } from "./facts";
import type { ChosenRow, FormHost } from "./forms";
import { FactLoader, LATER } from "./loader";
import css from "./selection-table.css";
import type { ChangedEvent, SelectionTableState, SkeletonFate } from "./state";

const LATE_MS = 120_000;
/** Pause between two looks at what came, so that much that comes is looked at together. */
const PAUSE_MS = 50;
const NEWS_MS = 500;
/** What may be otherwise when the service was away. */
const EVERYTHING: ChangedEvent = { skeleton_ids: null, username: null, label: null };
const FLAG_COLUMNS = ["visible", "show_pre", "show_post", "show_text", "show_meta"];
const TRAITS = { sort: "sort", filters: "filters", shown: "shown_columns", widths: "column_widths" } as const;

export class SelectionTable {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly facts = new Facts();
  private readonly rows: TypedRows;
  private readonly table: DataTable;
  private readonly firstRows: FirstRowsKeeper<number>;
  private readonly loader: FactLoader;
  private readonly actionBar: ActionBar;
  private readonly stopping: Array<() => void> = [];
  private readonly rebuild = throttle<void>(() => this.valuesChanged(), PAUSE_MS);
  private readonly readAgain = throttle<void>(() => this.loader.start(), NEWS_MS);

  constructor(
    private readonly model: AnyModel<SelectionTableState>,
    private readonly rpc: Rpc,
    private readonly store: SelectionStore,
  ) {
    this.rows = new TypedRows(valuesOf(store, this.facts), "id");
    const columns = columnsOf({
      store,
      facts: this.facts,
      idOf: (row) => store.ids[row] ?? 0,
      switchFlag: (id, flag) => this.switchFlag(id, flag),
      setColor: (id, color) => store.setColors(this.withSelected(id), rgbaOf(color)),
      rename: (id, name) => void this.run(() => this.rename([[id, name]])),
    });
    this.firstRows = new FirstRowsKeeper(model, this.rows, () => columns);
    this.table = new DataTable({
      label: "Neurons of the selection",
      columns,
      rows: this.rows,
      filters: FILTERS,
      state: () => this.tableState(),
      save: (state) => this.saveState(state),
      selected: (keys) => store.select(keys.map(Number)),
      open: () => this.model.get("has_viewer") && void this.jump("nearest"),
      moved: () => this.moved(),
      arranged: () => this.arranged(),
      drawn: (rows) => this.drawn(rows),
      mark: (row) => this.mark(row),
      say: (text, level) => this.lines.say(text, level),
    });
    this.loader = new FactLoader(rpc, this.facts, {
      ids: () => store.ids,
      loaded: () => this.rebuild(),
      failed: (error) => this.lines.fail(error),
    });
    this.actionBar = new ActionBar(
      {
        forms: this.formHost(),
        jump: (to) => void this.jump(to),
        remove: () => store.remove(this.chosen()),
        replace: (fate) => this.replace(fate),
        closed: () => this.table.grid.focus(),
      },
      this.table.menu.node,
    );
    this.root = this.assemble();
  }

  start(): void {
    for (const name of Object.values(TRAITS)) this.follow(name, () => this.table.stateChanged());
    this.follow("height", () => this.table.grid.setHeight(this.model.get("height")));
    this.follow("has_viewer", () => this.offer());
    this.stopping.push(
      this.store.subscribe("all", (change) => this.selectionChanged(change)),
      this.rpc.on("changed", (news) => this.projectChanged(news as ChangedEvent)),
      this.lines.followService(this.rpc, () => this.projectChanged(EVERYTHING)),
    );
    this.table.grid.setHeight(this.model.get("height"));
    this.table.selection.set(this.store.selected());
    this.table.stateChanged();
    this.loader.start();
    this.offer();
    this.count();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.rebuild.cancel();
    this.readAgain.cancel();
    this.loader.dispose();
    this.firstRows.dispose();
    this.table.dispose();
    this.root.remove();
  }

  private assemble(): HTMLElement {
    const past = this.model.get("version_shown");
    const notes = past
      ? [element("div", { class: "cj-banner" }, `As of ${past}: nothing can be changed here.`)]
      : [];
    return element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-selection-table",
        "data-testid": "selection-table",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      ...notes,
      this.lines.service,
      this.actionBar.node,
      this.actionBar.panel,
      this.table.node,
      this.firstRows.saved,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  private selectionChanged({ what, ids }: SelectionChange): void {
    if (what === "active") this.showActive(ids[0]);
    else if (what === "selected") this.table.selection.set(this.store.selected());
    else if (what === "added" || what === "removed" || what === "all") {
      this.valuesChanged();
      this.loader.start();
    } else {
      const names = what === "colors" ? ["color"] : FLAG_COLUMNS;
      this.rows.forget(names);
      if (this.isOrderedBy(names)) this.rebuild();
      else this.table.rowsChanged();
    }
    if (what === "all" || what === "removed") this.table.selection.set(this.store.selected());
    this.table.grid.dress();
    this.offer();
    this.count();
  }

  /** Sort and filter anew by what is known now. */
  private valuesChanged(): void {
    this.rows.replace(valuesOf(this.store, this.facts));
    this.table.valuesChanged();
  }

  private arranged(): void {
    this.offer();
    this.count();
  }

  private isOrderedBy(names: readonly string[]): boolean {
    const { sort, filters } = this.tableState();
    return names.some((name) => sort[0] === name || name in filters);
  }

  private moved(): void {
    const id = this.activeId();
    if (id !== null) this.store.setActive(id);
    this.offer();
  }

  /** The active skeleton was set elsewhere: show it. */
  private showActive(id: number | undefined): void {
    if (id === undefined || id === this.activeId()) return;
    const index = this.rows.indexOf(id);
    if (index >= 0) this.table.grid.activate(index);
  }

  /** Read of the rows that are seen what is not known; all if rows are in its order. */
  private drawn(rows: readonly number[]): void {
    this.firstRows.later();
    const ids = rows.map((row) => this.store.ids[row] ?? 0);
    for (const group of LATER) {
      if (this.isNeeded(group)) this.loader.wantAll(group);
      else this.loader.want(group, ids);
    }
  }

  private isNeeded(group: string): boolean {
    return this.isOrderedBy(Object.keys(GROUPS).filter((name) => GROUPS[name] === group));
  }

  private projectChanged({ skeleton_ids: ids }: ChangedEvent): void {
    if (ids?.length === 0) return;
    this.facts.forget(ids ?? this.store.ids);
    this.readAgain();
  }

  private switchFlag(id: number, flag: number): void {
    const isOn = (this.store.flagsOf(id) & flag) !== 0;
    this.store.setFlags(this.withSelected(id), flag, isOn ? 0 : flag);
  }

  /** All selected skeletons if this is one of them, else this one. */
  private withSelected(id: number): Int32Array {
    return this.store.isSelected(id) ? this.store.selected() : Int32Array.of(id);
  }

  /** The skeletons that actions are about: the selected ones, else those that are shown. */
  private chosen(): number[] {
    const selected = this.store.selected();
    if (selected.length > 0) return [...selected];
    return Array.from(this.rows.shown(), (row) => this.store.ids[row] ?? 0);
  }

  private chosenRows(): ChosenRow[] {
    const known = this.chosen().map((id) => ({ id, ...this.facts.of(id) }));
    return known.filter(({ exists }) => exists);
  }

  private activeId(): number | null {
    const row = this.table.grid.activeRow;
    return row === undefined ? null : (this.store.ids[row] ?? null);
  }

  private replace({ skeleton_id: gone, successor }: SkeletonFate): void {
    if (successor === null) return;
    const color = this.store.colorOf(gone);
    this.store.add([successor], color === undefined ? undefined : [color]);
    this.store.remove([gone]);
  }

  private formHost(): Omit<FormHost, "close"> {
    const { store } = this;
    const call = async (method: string, params: object): Promise<void> => {
      await this.rpc.call(method, params, { timeoutMs: LATE_MS });
    };
    const changed = async (ids: number[], method: string, params: object): Promise<void> => {
      await call(method, { skeleton_ids: ids, ...params });
      this.facts.forget(ids);
      this.loader.start();
    };
    return {
      rows: () => this.chosenRows(),
      color: (ids, color) => store.setColors(ids, rgbaOf(color)),
      colorInTurn: (ids) => {
        const colors = ids.map((_, at) => PALETTE[at % PALETTE.length] ?? 0);
        store.setColors(ids, colors);
      },
      colorBy: (ids, column, palette) => call("color_by", { skeleton_ids: ids, column, palette }),
      annotate: (ids, annotations, meta) => changed(ids, "annotate", { annotations, meta }),
      unannotate: (ids, annotations) => changed(ids, "unannotate", { annotations }),
      rename: (names) => this.rename(names),
      tag: (ids, tag) => changed(ids, "tag", { tag }),
      export: (kind) => this.export(kind),
    };
  }

  private async rename(names: Array<[id: number, name: string]>): Promise<void> {
    const { result } = await this.rpc.call<number>("rename", { names }, { timeoutMs: LATE_MS });
    this.lines.say(`${result} ${result === 1 ? "neuron has" : "neurons have"} another name.`);
    this.facts.forget(names.map(([id]) => id));
    this.loader.start();
  }

  private async export(kind: string): Promise<void> {
    const ids = this.chosen();
    if (kind === "swc") {
      const { buffers } = await this.rpc.call("swc", { skeleton_ids: ids }, { timeoutMs: LATE_MS });
      if (buffers[0]) save("skeletons.zip", "application/zip", buffers[0]);
    } else if (kind === "json")
      save("selection.json", "application/json", jsonOf(this.store, this.facts, ids));
    else save("selection.csv", "text/csv", this.table.csv());
  }

  private async jump(to: string): Promise<void> {
    const id = this.activeId();
    if (id === null) return;
    await this.run(async () => {
      const { result } = await this.rpc.call<string>("jump", { skeleton_id: id, to }, { timeoutMs: LATE_MS });
      this.lines.say(result);
    });
  }

  private mark(row: number): string {
    const id = this.store.ids[row] ?? 0;
    const names = [];
    if (!this.facts.of(id).exists) names.push("cj-gone");
    if (((this.store.flags[row] ?? 0) & FLAG.VISIBLE) === 0) names.push("cj-hidden");
    return names.join(" ");
  }

  private offer(): void {
    const id = this.activeId();
    this.actionBar.offer({
      chosen: this.store.selected().length || this.rows.length,
      hasViewer: this.model.get("has_viewer"),
      isPast: this.model.get("version_shown") !== "",
      hasActive: id !== null,
      fate: id === null ? null : this.facts.of(id).fate,
    });
  }

  private count(): void {
    const { length, total } = this.rows;
    const selected = this.store.selected().length;
    const parts = [`${total} ${total === 1 ? "neuron" : "neurons"}`];
    if (length < total) parts.push(`${length} shown`);
    if (selected > 0) parts.push(`${selected} selected`);
    if (this.loader.isLoading) parts.push("reading…");
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

  private follow(name: keyof SelectionTableState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.lines.fail(error);
    }
  }
}
