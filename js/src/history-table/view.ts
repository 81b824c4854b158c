/** One view of a history table: ties the log, its filters, the grid and the actions together. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { FirstRowsKeeper } from "../shared/table/first-rows";
import { Grid } from "../shared/table/grid";
import { PagedRows } from "../shared/table/pages";
import { RowSelection } from "../shared/table/selection";
import widgetCss from "../shared/widget.css";
import { VersionActions } from "./actions";
import { COLUMNS, described } from "./columns";
import { Filters } from "./filters";
import css from "./history-table.css";
import { Question } from "./question";
import type { Details, FilterState, HistoryState, LogPage, LogRow, Preview, Side } from "./state";

const FILTERS = ["user", "label", "last", "since", "until"] as const;
const TIMEOUT_MS = 60_000;

export class HistoryTable {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly rows: PagedRows<LogRow, number>;
  private readonly selection: RowSelection<LogRow>;
  private readonly grid: Grid<LogRow>;
  private readonly filters = new Filters((filters) => this.save(filters));
  private readonly actions: VersionActions;
  private readonly question = new Question(() => this.grid.focus());
  private readonly firstRows: FirstRowsKeeper<LogRow>;
  private readonly stopping: Array<() => void> = [];
  private note = "";
  private isReading = false;
  private hasNews = false;

  constructor(
    private readonly model: AnyModel<HistoryState>,
    private readonly rpc: Rpc,
  ) {
    this.rows = new PagedRows<LogRow, number>({
      key: ({ version }) => version,
      load: (next, signal) => this.load(next, signal),
      changed: () => this.rowsChanged(),
      failed: (error) => {
        this.count();
        this.lines.fail(error);
      },
    });
    this.selection = new RowSelection(this.rows, (keys) => {
      this.save({ selected_versions: keys.map(Number) });
      this.offer();
    });
    this.firstRows = new FirstRowsKeeper(model, this.rows, () => COLUMNS);
    this.grid = new Grid<LogRow>({
      label: "Versions of the project",
      columns: COLUMNS,
      drawn: () => this.firstRows.later(),
      source: this.rows,
      selection: this.selection,
      open: () => void this.go(),
      moved: () => this.offer(),
      mark: ({ taken_back_by: by }) => (by === null ? "" : "cj-taken-back"),
      copied: (rows) => this.lines.say(`${rows} ${rows === 1 ? "row is" : "rows are"} copied.`),
    });
    this.actions = new VersionActions({
      go: () => void this.go(),
      compare: (side) => void this.compare(side),
      takeBack: () => void this.ask(),
    });
    this.root = this.assemble();
  }

  start(): void {
    const follow = (name: keyof HistoryState, react: () => void): void => {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    };
    for (const name of FILTERS) follow(name, () => this.filtersChanged());
    follow("selected_versions", () => this.selectionChanged());
    follow("compared", () => this.offer());
    follow("height", () => this.grid.setHeight(this.model.get("height")));
    this.stopping.push(
      this.rpc.on("changed", () => void this.readNews()),
      this.lines.followService(this.rpc, () => this.serviceIsBack()),
    );
    this.grid.setHeight(this.model.get("height"));
    this.filters.show(this.state());
    this.selection.set(this.model.get("selected_versions"));
    this.offer();
    void this.offerLabels();
    void this.rows.restart();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.rows.dispose();
    this.firstRows.dispose();
    this.grid.dispose();
    this.root.remove();
  }

  private assemble(): HTMLElement {
    const { restriction, version_shown: shown, lacking } = this.state();
    const notes = [shown && `As of ${shown}: nothing can be taken back here.`, restriction, lacking].filter(
      Boolean,
    );
    const root = element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-history-table",
        "data-testid": "history-table",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      this.lines.service,
      this.filters.node,
      ...notes.map((text) => element("div", { class: "cj-banner" }, text)),
      this.actions.node,
      this.question.node,
      this.grid.node,
      this.firstRows.saved,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
    return root;
  }

  private async load(next: number | null, signal: AbortSignal): Promise<LogPage> {
    const params = { ...this.filterState(), up_to: next };
    const { result } = await this.rpc.call<LogPage>("page", params, { signal, timeoutMs: TIMEOUT_MS });
    this.note = result.note;
    return result;
  }

  /** Load newer versions and put them on top; again if more came meanwhile. */
  private async readNews(): Promise<void> {
    this.hasNews = true;
    if (this.isReading || this.rows.isLoading) return;
    this.isReading = true;
    try {
      while (this.hasNews) {
        this.hasNews = false;
        await this.readNewest();
      }
    } catch (error) {
      this.lines.fail(error);
    } finally {
      this.isReading = false;
    }
  }

  private async readNewest(): Promise<void> {
    const params = { ...this.filterState(), up_to: null };
    const { result } = await this.rpc.call<LogPage>("page", params, { timeoutMs: TIMEOUT_MS });
    const known = this.rows.all();
    const isGap = known.length > 0 && !result.rows.some((row) => this.rows.indexOf(row.version) >= 0);
    // More came than a page has: the rows between are not known.
    if (isGap) {
      await this.rows.restart();
      return;
    }
    const versions = known.map(({ version }) => version);
    const fresh = result.rows.filter((row) => this.rows.indexOf(row.version) < 0);
    this.grid.refresh(this.rows.prepend(fresh));
    if (fresh.some(({ reverts }) => reverts.length > 0)) await this.readDetails(versions);
  }

  /** Update neurons of versions, and which versions are taken back. */
  private async readDetails(versions: number[]): Promise<void> {
    const { result } = await this.rpc.call<Details[]>("details", { versions }, { timeoutMs: TIMEOUT_MS });
    const details = new Map(result.map((one) => [one.version, one]));
    this.rows.update((row) => ({ ...row, ...details.get(row.version) }));
  }

  private serviceIsBack(): void {
    if (this.rows.isComplete || this.rows.length > 0) void this.readNews();
    else void this.rows.restart();
  }

  private async offerLabels(): Promise<void> {
    try {
      const { result } = await this.rpc.call<Array<[string, string]>>("labels");
      this.filters.offerLabels(result);
    } catch (error) {
      this.lines.fail(error);
    }
  }

  private async go(): Promise<void> {
    const row = this.grid.activeRow;
    if (!row) return;
    if (!this.model.get("has_viewer")) {
      this.lines.say(
        "There is no viewer to go to the place in: make the table with project.history(viewer=viewer).",
      );
      return;
    }
    const { version, label, time } = row;
    await this.run(async () => {
      const { result } = await this.rpc.call<string>("jump", { version, label, time });
      this.lines.say(result);
    });
  }

  private async compare(side: Side): Promise<void> {
    const row = this.grid.activeRow;
    const params = { version: row?.version ?? null, label: row?.label ?? "", side };
    await this.run(async () => {
      await this.rpc.call("compare", params);
      const past = `The viewer shows the neurons ${side} version ${row?.version}, read only.`;
      this.lines.say(side === "present" ? "The viewer shows the present." : past);
    });
  }

  private async ask(): Promise<void> {
    const versions = this.chosen();
    await this.run(async () => {
      const { result } = await this.rpc.call<Preview>("preview", { versions }, { timeoutMs: TIMEOUT_MS });
      const row = this.rows.row(this.rows.indexOf(versions[0] ?? -1));
      this.question.ask(result, described(versions, row), () => void this.takeBack(versions));
    });
  }

  private async takeBack(versions: number[]): Promise<void> {
    await this.run(async () => {
      const { result } = await this.rpc.call<string>("take_back", { versions }, { timeoutMs: TIMEOUT_MS });
      this.selection.clear();
      this.lines.say(result);
    });
  }

  /** The selected versions, else that of the active row. */
  private chosen(): number[] {
    const selected = this.selection.keys.map(Number);
    const active = this.grid.activeRow;
    return selected.length > 0 || !active ? selected : [active.version];
  }

  private rowsChanged(): void {
    this.grid.refresh();
    this.offer();
    this.count();
    if (this.hasNews && !this.rows.isLoading) void this.readNews();
  }

  private filtersChanged(): void {
    this.filters.show(this.state());
    this.lines.say("");
    void this.rows.restart();
  }

  private selectionChanged(): void {
    this.selection.set(this.model.get("selected_versions"));
    this.grid.dress();
    this.offer();
  }

  private offer(): void {
    this.actions.show(this.grid.activeRow, this.chosen(), this.state());
  }

  private count(): void {
    const { length, isComplete, isLoading } = this.rows;
    const size = `${length} ${length === 1 ? "version" : "versions"}`;
    if (isLoading)
      this.lines.total.textContent = length === 0 ? "Reading the versions…" : `${size}, reading more…`;
    else if (length === 0) this.lines.total.textContent = isComplete ? "No version fits." : "";
    else
      this.lines.total.textContent = `${size}${isComplete ? "." : "; scroll for more."} ${this.note}`.trim();
  }

  private async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.lines.fail(error);
    }
  }

  private filterState(): FilterState {
    const { user, label, last, since, until } = this.state();
    return { user, label, last, since, until };
  }

  private state(): Omit<HistoryState, "first_rows"> {
    const get = <K extends keyof HistoryState>(name: K): HistoryState[K] => this.model.get(name);
    return {
      user: get("user"),
      label: get("label"),
      last: get("last"),
      since: get("since"),
      until: get("until"),
      selected_versions: get("selected_versions"),
      height: get("height"),
      restriction: get("restriction"),
      version_shown: get("version_shown"),
      lacking: get("lacking"),
      has_viewer: get("has_viewer"),
      compared: get("compared"),
    };
  }

  private save(change: Partial<HistoryState>): void {
    for (const [name, value] of Object.entries(change)) {
      this.model.set(name as keyof HistoryState, value as HistoryState[keyof HistoryState]);
    }
    this.model.save_changes();
  }
}
