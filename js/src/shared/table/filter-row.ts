/** A field above each column, by which rows are filtered. */
import { element } from "../dom";
import { throttle } from "../throttle";
import type { PlacedColumn } from "./columns";

const PAUSE_MS = 120;

export class FilterRow<Row> {
  readonly node = element("div", { class: "cj-filter-row", role: "search", "aria-label": "Filter rows" });
  private readonly fields = new Map<string, HTMLInputElement>();
  /** Whether a person wrote what is not applied yet. */
  private isPending = false;
  private readonly apply = throttle<void>(() => {
    this.isPending = false;
    this.changed(this.texts());
  }, PAUSE_MS);

  /** `hints` say by name what can be written. */
  constructor(
    private readonly hints: ReadonlyMap<string, string>,
    private readonly changed: (texts: Record<string, string>) => void,
    private readonly leave: () => void,
  ) {
    this.node.addEventListener("input", () => this.written());
    this.node.addEventListener("keydown", (event) => this.keyPressed(event));
  }

  /** Have a field for each column, as wide as it is. */
  layOut(columns: readonly PlacedColumn<Row>[]): void {
    // Before the fields go into other cells, which takes the focus from them.
    const focused = this.node.contains(document.activeElement) ? document.activeElement : null;
    const cells = columns.map(({ column, width }) => {
      const field = this.hints.has(column.name) ? this.field(column.name, column.title) : "";
      const cell = element("div", {}, field);
      cell.style.width = `${width}px`;
      return cell;
    });
    this.node.replaceChildren(...cells);
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  /** Show texts, unless a person wrote others meanwhile. */
  show(texts: Readonly<Record<string, string>>): void {
    if (this.isPending) return;
    for (const name of this.hints.keys()) {
      const field = this.fields.get(name);
      const text = texts[name] ?? "";
      if (field && field !== document.activeElement) field.value = text;
      if (!field && text) this.field(name, name).value = text;
    }
  }

  /** Mark the fields whose text cannot be understood. */
  refuse(isRefused: boolean): void {
    for (const field of this.fields.values()) {
      field.setAttribute("aria-invalid", String(isRefused && field.value.trim() !== ""));
    }
  }

  dispose(): void {
    this.apply.cancel();
  }

  private written(): void {
    this.isPending = true;
    this.apply();
  }

  private texts(): Record<string, string> {
    const given = [...this.fields].map(([name, field]) => [name, field.value.trim()] as const);
    return Object.fromEntries(given.filter(([, text]) => text !== ""));
  }

  private field(name: string, title: string): HTMLInputElement {
    const known = this.fields.get(name);
    if (known) {
      known.setAttribute("aria-label", `Filter ${title}`);
      return known;
    }
    const made = element("input", {
      type: "text",
      "aria-label": `Filter ${title}`,
      title: this.hints.get(name) ?? "",
      spellcheck: "false",
      autocomplete: "off",
      "data-column": name,
    });
    this.fields.set(name, made);
    return made;
  }

  private keyPressed(event: KeyboardEvent): void {
    event.stopPropagation();
    const { target } = event;
    if (event.key === "Escape" && target instanceof HTMLInputElement && target.value) {
      target.value = "";
      this.written();
    } else if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
      this.apply.flush();
      this.leave();
    } else return;
    event.preventDefault();
  }
}
