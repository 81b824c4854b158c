/** A button with a menu of columns: which are shown, and all as they usually are. */
import { element } from "../dom";

export interface ColumnChoice {
  name: string;
  title: string;
  isShown: boolean;
}

export interface ColumnMenuHost {
  choices(): ColumnChoice[];
  show(name: string, isShown: boolean): void;
  reset(): void;
}

/** CSS pixels. */
const MENU_LEAST = 120;
const MARGIN = 12;

export class ColumnMenu {
  readonly node: HTMLElement;
  private readonly opener = element(
    "button",
    { type: "button", "aria-haspopup": "true", "aria-expanded": "false" },
    "Columns",
  );
  private readonly list = element("div", {
    class: "cj-menu",
    popover: "manual",
    role: "group",
    "aria-label": "Columns",
    hidden: true,
  });

  constructor(private readonly host: ColumnMenuHost) {
    this.node = element("div", { class: "cj-menu-holder" }, this.opener, this.list);
    this.opener.addEventListener("click", () => (this.list.hidden ? this.open() : this.close()));
    this.node.addEventListener("keydown", (event) => this.keyPressed(event));
    this.node.addEventListener("focusout", (event) => {
      const next = event.relatedTarget;
      // Clicking on what takes no focus stays in the menu.
      if (next instanceof Node && !this.node.contains(next)) this.close();
    });
  }

  close(): void {
    if (this.list.hidden) return;
    this.list.hidePopover?.();
    this.list.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
  }

  private open(): void {
    this.fill();
    this.list.hidden = false;
    this.list.showPopover?.();
    this.place();
    this.opener.setAttribute("aria-expanded", "true");
    this.list.querySelector("input")?.focus();
  }

  /** Below the button, over all else: cells of a notebook cut off what is larger than they are. */
  private place(): void {
    const { bottom, right } = this.opener.getBoundingClientRect();
    Object.assign(this.list.style, {
      top: `${bottom + 2}px`,
      right: `${document.documentElement.clientWidth - right}px`,
      maxHeight: `${Math.max(MENU_LEAST, window.innerHeight - bottom - MARGIN)}px`,
    });
  }

  private fill(): void {
    const rows = this.host.choices().map(({ name, title, isShown }) => {
      const box = element("input", { type: "checkbox", name });
      box.checked = isShown;
      box.addEventListener("change", () => this.host.show(name, box.checked));
      return element("label", {}, box, title);
    });
    const reset = element("button", { type: "button" }, "As usual");
    reset.addEventListener("click", () => {
      this.host.reset();
      this.fill();
      this.list.querySelector("input")?.focus();
    });
    this.list.replaceChildren(...rows, reset);
  }

  private keyPressed(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Escape" && !this.list.hidden) {
      this.close();
      this.opener.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp")
      this.step(event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  private step(by: number): void {
    const stops = [...this.list.querySelectorAll<HTMLElement>("input, button")];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[(at + by + stops.length) % stops.length]?.focus();
  }
}
