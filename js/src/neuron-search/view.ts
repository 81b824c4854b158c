/** One view of a search: the query, what it finds, and what is done with that. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import { NEXT_RESULT, type NextResult } from "../shared/next-result";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { FoundActions } from "../shared/selection/found-actions";
import type { SelectionExports } from "../shared/selection/store";
import type { Way } from "../shared/selection/ways";
import { FirstRowsKeeper } from "../shared/table/first-rows";
import { Grid } from "../shared/table/grid";
import { PagedRows } from "../shared/table/pages";
import { RowSelection } from "../shared/table/selection";
import widgetCss from "../shared/widget.css";

import { columnsOf, IN_TARGET } from "./columns";
import css from "./neuron-search.css";
import { QueryViews } from "./notations";
import { SavedSearches } from "./saved";
import type {
  ConditionDescription,
  FoundRow,
  Notation,
  Notations,
  SavedSearch,
  SearchPage,
  SearchState,
} from "./state";
import { TargetSelection } from "./target";

const LATE_MS = 60_000;

export class NeuronSearch {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly rows: PagedRows<FoundRow, number>;
  private readonly selection: RowSelection<FoundRow>;
  private readonly grid: Grid<FoundRow>;
  private readonly views: QueryViews;
  private readonly actions: FoundActions;
  private readonly saved: SavedSearches;
  private readonly search = element("button", { type: "button", name: "search", class: "cj-main" }, "Search");
  private readonly news = element(
    "span",
    { role: "status", "data-testid": "news", hidden: true },
    "The project has changed: search again to see how.",
  );
  private readonly target: TargetSelection;
  private readonly firstRows: FirstRowsKeeper<FoundRow>;
  private readonly stopping: Array<() => void> = [];
  private order = { name: "name", isDescending: false };
  /** The query as it is written; null while it says nothing. */
  private written: string | null = null;
  private found = 0;

  constructor(
    private readonly model: AnyModel<SearchState>,
    private readonly rpc: Rpc,
    exportsOf: (reference: string) => Promise<SelectionExports>,
  ) {
    this.target = new TargetSelection({
      exportsOf,
      changed: () => this.targetChanged(),
      activated: (id) => this.showActive(id),
      failed: (error) => this.fail(error),
    });
    this.rows = new PagedRows<FoundRow, number>({
      key: ({ skeleton_id: id }) => id,
      load: (next, signal) => this.load(next, signal),
      changed: () => this.rowsChanged(),
      failed: (error) => this.fail(error),
    });
    this.selection = new RowSelection(this.rows, () => this.offer());
    const columns = columnsOf(this.target);
    this.firstRows = new FirstRowsKeeper(model, this.rows, () => columns);
    this.grid = new Grid<FoundRow>({
      label: "Neurons that were found",
      columns,
      drawn: () => this.firstRows.later(),
      layout: () => ({ widths: {}, shown: { [IN_TARGET]: this.target.store !== null } }),
      source: this.rows,
      selection: this.selection,
      open: ({ skeleton_id: id }) => void this.put("add", [id]),
      moved: () => this.moved(),
      sort: (name) => this.sort(name),
      sorted: (name) =>
        name !== this.order.name ? "none" : this.order.isDescending ? "descending" : "ascending",
      copied: (rows) => this.lines.say(`${rows} ${rows === 1 ? "row is" : "rows are"} copied.`),
    });
    this.views = this.makeViews();
    this.actions = new FoundActions({
      select: (way) => void this.put(way, this.chosen()),
      annotate: (annotation) => void this.annotate(annotation),
      chosen: (target) => this.save({ target }),
    });
    this.saved = new SavedSearches({
      open: ({ query }) => this.save({ query }),
      save: (name, isShared) => void this.keep("save", { name, query: this.written, shared: isShared }, name),
      forget: ({ name, shared }) => void this.keep("forget", { name, shared }, ""),
    });
    this.search.addEventListener("click", () => void this.enter());
    this.root = this.assemble();
    this.root.addEventListener(NEXT_RESULT, (event) =>
      this.tellNext((event as CustomEvent<NextResult>).detail),
    );
  }

  start(): void {
    const follow = (name: keyof SearchState, react: () => void): void => {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    };
    follow("query", () => this.queryChanged());
    follow("view", () => this.views.showView(this.model.get("view")));
    follow("height", () => this.grid.setHeight(this.model.get("height")));
    follow("selection_names", () => this.offer());
    follow("target", () => this.offer());
    follow("target_model", () => void this.target.follow(this.model.get("target_model")));
    this.stopping.push(
      this.rpc.on("changed", () => {
        this.news.hidden = false;
      }),
      this.lines.followService(this.rpc, () => this.serviceIsBack()),
    );
    this.grid.setHeight(this.model.get("height"));
    this.views.showView(this.model.get("view"));
    this.queryChanged();
    void this.target.follow(this.model.get("target_model"));
    void this.run(async () => {
      const { result } = await this.rpc.call<ConditionDescription[]>("conditions");
      this.views.describe(result);
    });
    void this.run(async () => {
      const { result } = await this.rpc.call<SavedSearch[]>("saved");
      this.saved.show(result);
    });
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.target.dispose();
    this.views.dispose();
    this.rows.dispose();
    this.firstRows.dispose();
    this.grid.dispose();
    this.root.remove();
  }

  private makeViews(): QueryViews {
    return new QueryViews({
      convert: async (notation, source, signal) => {
        const { result } = await this.rpc.call<Notations>("convert", { notation, source }, { signal });
        return result;
      },
      suggestions: async (of) => (await this.rpc.call<string[]>("suggestions", { condition: of })).result,
      changed: (text) => {
        this.written = text;
        this.search.disabled = text === null;
      },
      entered: () => void this.enter(),
      viewed: (view: Notation) => this.save({ view }),
      failed: (error) => this.fail(error),
    });
  }

  /** A viewer asks for the neuron after one. */
  private tellNext(asked: NextResult): void {
    const at = asked.after === null ? -1 : this.rows.indexOf(asked.after);
    this.rows.reach(at + 2);
    asked.next = this.rows.row(at + 1)?.skeleton_id ?? null;
  }

  private assemble(): HTMLElement {
    const shown = this.model.get("version_shown");
    const banner = shown ? [element("div", { class: "cj-banner" }, `As of ${shown}.`)] : [];
    return element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-neuron-search",
        "data-testid": "neuron-search",
        "data-place": this.model.get("place"),
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      ...banner,
      this.lines.service,
      this.views.node,
      element("div", { class: "cj-bar" }, this.search, this.lines.total),
      this.grid.node,
      this.firstRows.saved,
      this.actions.node,
      this.saved.node,
      element("div", { class: "cj-state" }, this.lines.status, this.news),
    );
  }

  private async load(next: number | null, signal: AbortSignal): Promise<SearchPage> {
    const { name: sort_by, isDescending: descending } = this.order;
    const params = { query: this.model.get("query"), sort_by, descending, start: next ?? 0 };
    const { result } = await this.rpc.call<SearchPage>("page", params, { signal, timeoutMs: LATE_MS });
    this.found = result.total;
    return result;
  }

  /** Search for what is written, once it is known what that says. */
  private async enter(): Promise<void> {
    await this.views.settled;
    if (this.written === null) return;
    if (this.written === this.model.get("query")) this.restart();
    else this.save({ query: this.written });
  }

  private queryChanged(): void {
    void this.views.showText(this.model.get("query"));
    this.restart();
  }

  /** What was not found because of the outage is looked for now; what was found stays, and may be old. */
  private serviceIsBack(): void {
    if (this.lines.hasFailed) this.restart();
    else this.news.hidden = false;
  }

  private targetChanged(): void {
    this.grid.layOut();
    this.grid.dress();
  }

  private moved(): void {
    const row = this.grid.activeRow;
    if (row) this.target.activate(row.skeleton_id);
  }

  /** A neuron was made active elsewhere: show its row. */
  private showActive(id: number): void {
    const index = this.rows.indexOf(id);
    if (index >= 0 && this.grid.activeRow?.skeleton_id !== id) this.grid.activate(index);
  }

  private restart(): void {
    this.lines.say("");
    this.found = 0;
    this.selection.clear();
    this.readRows();
  }

  private sort(name: string): void {
    const isDescending = this.order.name === name && !this.order.isDescending;
    this.order = { name, isDescending };
    this.readRows();
  }

  private readRows(): void {
    this.news.hidden = true;
    void this.rows.restart();
  }

  private async put(way: Way, ids: number[] | null): Promise<void> {
    const name = this.model.get("target");
    await this.run(async () => {
      const params = { way: way === "add" && !name ? "new" : way, name, ids, query: this.model.get("query") };
      const { result } = await this.rpc.call<string>("select", params, { timeoutMs: LATE_MS });
      this.lines.say(result);
    });
  }

  private async annotate(annotation: string): Promise<void> {
    const params = { annotation, ids: this.chosen(), query: this.model.get("query") };
    await this.run(async () => {
      const { result } = await this.rpc.call<string>("annotate", params, { timeoutMs: LATE_MS });
      this.readRows();
      this.lines.say(result);
    });
  }

  private async keep(method: "save" | "forget", params: object, name: string): Promise<void> {
    await this.run(async () => {
      const { result } = await this.rpc.call<SavedSearch[]>(method, params);
      this.saved.show(result, name.trim());
      this.lines.say(
        method === "save" ? `The search is kept as ${name.trim()}.` : "The search is forgotten.",
      );
    });
  }

  /** The selected rows; null for all that was found. */
  private chosen(): number[] | null {
    const selected = this.selection.keys.map(Number);
    return selected.length > 0 ? selected : null;
  }

  private rowsChanged(): void {
    this.grid.refresh();
    this.count();
    this.offer();
  }

  private offer(): void {
    const selected = this.selection.keys.length;
    const get = <K extends keyof SearchState>(name: K): SearchState[K] => this.model.get(name);
    const isPast = get("version_shown") !== "";
    this.actions.show(selected || this.found, selected > 0, get("selection_names"), get("target"), isPast);
  }

  private count(): void {
    const { length, isComplete, isLoading } = this.rows;
    const found = `${this.found.toLocaleString("en")} ${this.found === 1 ? "neuron" : "neurons"}`;
    if (isLoading) this.lines.total.textContent = length === 0 ? "Searching…" : `${found}, reading more…`;
    else if (length === 0) this.lines.total.textContent = isComplete ? "No neuron fits." : "";
    else this.lines.total.textContent = found;
  }

  private async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.lines.fail(error);
    this.count();
  }

  private save(change: Partial<SearchState>): void {
    for (const [name, value] of Object.entries(change)) {
      this.model.set(name as keyof SearchState, value as SearchState[keyof SearchState]);
    }
    this.model.save_changes();
  }
}
