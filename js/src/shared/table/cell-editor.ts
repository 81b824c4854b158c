/** A field over a cell, in which its value is edited: Enter saves, Escape leaves it as it was. */
import { element } from "../dom";

export interface EditedCell {
  kind: "text" | "color";
  /** What is edited, for screen readers. */
  label: string;
  value: string;
  save(value: string): void;
}

export class CellEditor {
  readonly node = element("input", { class: "cj-cell-editor", hidden: true, autocomplete: "off" });
  private edited: EditedCell | null = null;

  constructor(private readonly closed: () => void) {
    this.node.addEventListener("keydown", (event) => this.keyPressed(event));
    this.node.addEventListener("change", () => this.edited?.kind === "color" && this.finish());
    this.node.addEventListener("blur", () => this.close());
  }

  open(cell: HTMLElement, edited: EditedCell): void {
    this.edited = edited;
    this.node.type = edited.kind;
    this.node.value = edited.value;
    this.node.setAttribute("aria-label", edited.label);
    const frame = this.node.offsetParent ?? cell.closest(".cj-grid");
    const { left, top } = frame?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const place = cell.getBoundingClientRect();
    const width = Math.max(place.width, edited.kind === "text" ? 120 : 40);
    Object.assign(this.node.style, {
      left: `${place.left - left}px`,
      top: `${place.top - top}px`,
      width: `${width}px`,
      height: `${place.height}px`,
    });
    this.node.hidden = false;
    this.node.focus({ preventScroll: true });
    if (edited.kind === "text") this.node.select();
    else this.pick();
  }

  /** Leave the value as it was. */
  close(): void {
    this.edited = null;
    this.node.hidden = true;
  }

  private finish(): void {
    const { edited } = this;
    const { value } = this.node;
    this.close();
    if (edited && value !== edited.value) edited.save(value);
    this.closed();
  }

  private keyPressed(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Enter") this.finish();
    else if (event.key === "Escape") {
      this.close();
      this.closed();
    } else return;
    event.preventDefault();
  }

  /** Open the browser's own choice of colours, where it lets a page do so. */
  private pick(): void {
    try {
      this.node.showPicker();
    } catch {
      // Only after a click or a key; the field itself opens it, too.
    }
  }
}
