/** One view of a matrix: the picture, what is chosen in it, and what is done with that. */
import type { AnyModel } from "@anywidget/types";
import { array } from "../shared/columns";
import { element } from "../shared/dom";
import { LatestReading } from "../shared/latest-reading";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { save } from "../shared/save-file";
import { FoundActions } from "../shared/selection/found-actions";
import type { Way } from "../shared/selection/ways";
import { onTheme } from "../shared/theme-changes";
import { throttle } from "../shared/throttle";
import widgetCss from "../shared/widget.css";
import type { PaletteName } from "./colors";
import css from "./connectivity-matrix.css";
import { matrixCsv, savePng, snapshotOf } from "./exports";
import { type CellPlace, cellAt, draw, LEFT, type MatrixLook, pixels, svgOf, TOP } from "./picture";
import {
  countAt,
  EMPTY,
  type MatrixAnswer,
  type MatrixAxis,
  type MatrixContent,
  type MatrixState,
} from "./state";
import { MatrixToolbar } from "./toolbar";

const LATE_MS = 120_000;
const NEWS_MS = 300;
const MOST_CELL = 48;
const STEP = 1.25;
const SNAPSHOT_MS = 1_500;

export class ConnectivityMatrix {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly canvas = element("canvas", { "aria-hidden": "true" });
  private readonly sizer = element("div", { class: "cj-matrix-sizer" });
  private readonly frame = element(
    "div",
    {
      class: "cj-matrix-frame",
      tabindex: 0,
      role: "application",
      "data-testid": "matrix",
      "aria-label": "Matrix of synapses. Arrow keys move, Space selects, plus and minus zoom.",
    },
    this.canvas,
    this.sizer,
  );
  private readonly notes = element("div", { class: "cj-notes", role: "status", "data-testid": "notes" });
  private readonly actions: FoundActions;
  private readonly toolbar: MatrixToolbar;
  private readonly stopping: Array<() => void> = [];
  private readonly reading = new LatestReading<MatrixAnswer>({
    read: (signal) => this.rpc.callBinary("matrix", {}, { signal, timeoutMs: LATE_MS }),
    began: () => this.offer(),
    show: (answer) => this.show(answer),
    failed: (error) => this.fail(error),
  });
  private readonly readAgain = throttle<void>(() => this.reading.again(), NEWS_MS);
  private content: MatrixContent = EMPTY;
  private image: HTMLCanvasElement | null = null;
  private readonly selected = new Set<number>();
  private active: CellPlace | null = null;
  /** How much larger than the frame's room. */
  private zoom = 1;
  private awaited = 0;
  private snapshotTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel<MatrixState>,
    private readonly rpc: Rpc,
  ) {
    this.toolbar = new MatrixToolbar({
      save: (change) => this.save(change),
      zoomBy: (factor) => this.zoomBy(factor),
      export: (format) => this.export(format),
    });
    this.actions = new FoundActions({
      select: (way) => void this.put(way),
      annotate: (annotation) => void this.ask("annotate", { annotation, skeleton_ids: this.chosen() }),
      chosen: (target) => this.save({ target }),
    });
    this.root = this.assemble();
  }

  start(): void {
    const follow = (name: keyof MatrixState, react: () => void): void => {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    };
    for (const name of ["order", "palette", "is_logarithmic", "height"] as const)
      follow(name, () => this.paint());
    for (const name of ["selection_names", "target"] as const) follow(name, () => this.offer());
    this.stopping.push(
      this.rpc.on("changed", () => this.readAgain()),
      this.lines.followService(this.rpc, () => this.readAgain()),
    );
    const sizes = new ResizeObserver(() => this.refresh());
    sizes.observe(this.frame);
    this.stopping.push(() => sizes.disconnect());
    // A picture does not follow the page's colours by itself.
    const themes = new AbortController();
    onTheme(() => this.refresh(), themes.signal);
    this.stopping.push(() => themes.abort());
    this.frame.addEventListener("scroll", () => this.refresh());
    this.frame.addEventListener("pointermove", (event) => this.pointed(event));
    this.frame.addEventListener("click", (event) => this.clicked(event));
    this.frame.addEventListener("keydown", (event) => this.keyPressed(event));
    this.paint();
    this.readAgain();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    cancelAnimationFrame(this.awaited);
    clearTimeout(this.snapshotTimer);
    this.readAgain.cancel();
    this.reading.dispose();
    this.root.remove();
  }

  private assemble(): HTMLElement {
    const past = this.model.get("version_shown");
    const banner = past ? [element("div", { class: "cj-banner" }, `As of ${past}.`)] : [];
    return element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-connectivity-matrix",
        "data-testid": "connectivity-matrix",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      ...banner,
      this.lines.service,
      this.toolbar.node,
      this.notes,
      this.frame,
      this.actions.node,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  private show({ rows, columns, counts: column, notes }: MatrixAnswer): void {
    const counts = array(column);
    let most = 0;
    for (const count of counts) most = Math.max(most, count);
    this.content = { rows, columns, counts, most };
    const known = new Set([...rows.skeleton_ids, ...columns.skeleton_ids].flat());
    for (const id of this.selected) if (!known.has(id)) this.selected.delete(id);
    this.active = null;
    this.notes.replaceChildren(...notes.map((note) => element("p", {}, note)));
    this.lines.succeed();
    this.paint();
    this.offer();
  }

  /** Draw everything anew, with other colours or counts. */
  private paint(): void {
    const palette = this.model.get("palette");
    const isLogarithmic = this.model.get("is_logarithmic");
    this.toolbar.show(this.model.get("order"), palette, isLogarithmic, this.content.most);
    this.frame.style.height = `${this.model.get("height")}px`;
    this.image = imageOf(this.content, palette, isLogarithmic);
    this.refresh();
  }

  /** Draw in the next frame. */
  private refresh(): void {
    cancelAnimationFrame(this.awaited);
    this.awaited = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    const look = this.look();
    const { length: rows } = this.content.rows.names;
    const { length: columns } = this.content.columns.names;
    this.sizer.style.width = `${LEFT + columns * look.cell}px`;
    this.sizer.style.height = `${TOP + rows * look.cell}px`;
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(look.width * ratio);
    this.canvas.height = Math.round(look.height * ratio);
    this.canvas.style.width = `${look.width}px`;
    this.canvas.style.height = `${look.height}px`;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    draw(context, this.content, this.image, look);
    clearTimeout(this.snapshotTimer);
    this.snapshotTimer = setTimeout(() => this.keepSnapshot(), SNAPSHOT_MS);
  }

  private keepSnapshot(): void {
    const snapshot = snapshotOf(this.content, this.image, this.look());
    if (snapshot && snapshot.image !== this.model.get("snapshot").image) this.save({ snapshot });
  }

  private look(): MatrixLook {
    const { clientWidth: width, clientHeight: height, scrollLeft: left, scrollTop: top } = this.frame;
    const { length: rows } = this.content.rows.names;
    const { length: columns } = this.content.columns.names;
    const fit = Math.min(
      (width - LEFT) / Math.max(columns, 1),
      (height - TOP) / Math.max(rows, 1),
      MOST_CELL,
    );
    const style = getComputedStyle(this.root);
    return {
      palette: this.model.get("palette"),
      isLogarithmic: this.model.get("is_logarithmic"),
      cell: Math.min(Math.max(fit, 0.1) * this.zoom, MOST_CELL),
      left,
      top,
      width,
      height,
      active: this.active,
      ink: style.color,
      accent: style.getPropertyValue("--cj-accent") || "#1976d2",
      font: "11px sans-serif",
      isSelected: (ids) => ids.some((id) => this.selected.has(id)),
    };
  }

  private zoomBy(factor: number): void {
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), 200);
    this.refresh();
  }

  private placeOf(event: MouseEvent): CellPlace | null {
    const { left, top } = this.canvas.getBoundingClientRect();
    return cellAt(this.content, this.look(), event.clientX - left, event.clientY - top);
  }

  private pointed(event: PointerEvent): void {
    const place = this.placeOf(event);
    if (place) this.lines.say(this.described(place));
  }

  private clicked(event: MouseEvent): void {
    const place = this.placeOf(event);
    if (!place) return;
    if (place.row >= 0 && place.column >= 0) this.active = place;
    this.choose(place, event.ctrlKey || event.metaKey || event.shiftKey);
  }

  /** Select the neurons of a cell, a row or a column, or deselect them. */
  private choose({ row, column }: CellPlace, isMore: boolean): void {
    const { rows, columns } = this.content;
    const ids = [...(rows.skeleton_ids[row] ?? []), ...(columns.skeleton_ids[column] ?? [])];
    const isOff = isMore && ids.every((id) => this.selected.has(id));
    if (!isMore) this.selected.clear();
    for (const id of ids) isOff ? this.selected.delete(id) : this.selected.add(id);
    this.refresh();
    this.offer();
  }

  private keyPressed(event: KeyboardEvent): void {
    const steps: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -1e9],
      End: [0, 1e9],
      PageUp: [-10, 0],
      PageDown: [10, 0],
    };
    const step = steps[event.key];
    if (step) this.move(...step);
    else if (event.key === "+") this.zoomBy(STEP);
    else if (event.key === "-") this.zoomBy(1 / STEP);
    else if (event.key === "Escape") this.clear();
    else if ((event.key === " " || event.key === "Enter") && this.active)
      this.choose(this.active, event.ctrlKey || event.metaKey || event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(rows: number, columns: number): void {
    const { rows: sources, columns: targets } = this.content;
    if (sources.names.length === 0 || targets.names.length === 0) return;
    const within = (at: number, axis: MatrixAxis): number => Math.max(0, Math.min(at, axis.names.length - 1));
    const from = this.active;
    this.active = from
      ? { row: within(from.row + rows, sources), column: within(from.column + columns, targets) }
      : { row: 0, column: 0 };
    const { cell, width, height, left, top } = this.look();
    const x = this.active.column * cell;
    const y = this.active.row * cell;
    this.frame.scrollLeft = Math.min(Math.max(left, x + cell - (width - LEFT)), x);
    this.frame.scrollTop = Math.min(Math.max(top, y + cell - (height - TOP)), y);
    this.lines.say(this.described(this.active));
    this.refresh();
  }

  private clear(): void {
    this.selected.clear();
    this.refresh();
    this.offer();
  }

  private described({ row, column }: CellPlace): string {
    const { rows, columns } = this.content;
    const source = rows.names[row]?.slice(0, 300);
    const target = columns.names[column]?.slice(0, 300);
    if (source === undefined) return `Postsynaptic: ${target}`;
    if (target === undefined) return `Presynaptic: ${source}`;
    const count = countAt(this.content, row, column);
    return `${source} → ${target}: ${count} ${count === 1 ? "synapse" : "synapses"}`;
  }

  /** The selected neurons, else all. */
  private chosen(): number[] {
    if (this.selected.size > 0) return [...this.selected];
    const { rows, columns } = this.content;
    return [...new Set([...rows.skeleton_ids, ...columns.skeleton_ids].flat())];
  }

  private async put(way: Way): Promise<void> {
    const name = this.model.get("target");
    await this.ask("select", { way, name, skeleton_ids: this.chosen() });
  }

  private async ask(method: string, params: object): Promise<void> {
    try {
      const { result } = await this.rpc.call<string>(method, params, { timeoutMs: LATE_MS });
      this.lines.say(result);
    } catch (error) {
      this.fail(error);
    }
  }

  private export(format: "csv" | "svg" | "png"): void {
    const { palette, isLogarithmic } = this.look();
    if (format === "csv") save("connectivity.csv", "text/csv", matrixCsv(this.content));
    else if (format === "svg")
      save("connectivity.svg", "image/svg+xml", svgOf(this.content, palette, isLogarithmic));
    else savePng(this.content, this.image, this.look());
  }

  private offer(): void {
    const isSelected = this.selected.size > 0;
    const isPast = this.model.get("version_shown") !== "";
    const { selection_names: names, target } = {
      selection_names: this.model.get("selection_names"),
      target: this.model.get("target"),
    };
    this.actions.show(this.chosen().length, isSelected, names, target, isPast);
    const { rows, columns } = this.content;
    const size = `${rows.names.length} by ${columns.names.length}`;
    this.lines.total.textContent = this.reading.isRunning ? `${size}, reading…` : size;
  }

  private save(change: Partial<Record<keyof MatrixState, unknown>>): void {
    for (const [name, value] of Object.entries(change)) {
      this.model.set(name as keyof MatrixState, value as MatrixState[keyof MatrixState]);
    }
    this.model.save_changes();
  }

  private fail(error: unknown): void {
    this.lines.fail(error);
    this.offer();
  }
}

function imageOf(
  content: MatrixContent,
  palette: PaletteName,
  isLogarithmic: boolean,
): HTMLCanvasElement | null {
  const image = pixels(content, palette, isLogarithmic);
  if (!image) return null;
  const made = element("canvas", { width: image.width, height: image.height });
  made.getContext("2d")?.putImageData(image, 0, 0);
  return made;
}
