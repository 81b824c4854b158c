/** A button of the tool bar with a panel below it. */
import { button } from "../shared/dom";

/** Between a panel and the edges of the widget, CSS pixels. */
const EDGE = 4;
const WIDEST = 300;

type Sides = Pick<DOMRect, "left" | "right">;

/** How far to the right a panel is moved, so that nothing of it is cut off; the left side counts where both would be. */
export function shiftInto(panel: Sides, around: Sides): number {
  const toTheLeft = Math.min(around.right - EDGE - panel.right, 0);
  return Math.max(toTheLeft, around.left + EDGE - panel.left);
}

export interface PopoverOptions {
  /** Of the button. */
  label: string;
  face: Node | string;
  testId: string;
  /** The panel is a menu. */
  hasMenu?: boolean;
  /** It is open now. */
  opened?(): void;
}

export class Popover {
  readonly node = document.createElement("span");
  readonly opener: HTMLButtonElement;
  private readonly resized = new ResizeObserver(([entry]) => this.fit(entry?.target ?? null));

  constructor(
    private readonly panel: HTMLElement,
    private readonly options: PopoverOptions,
  ) {
    this.node.className = "cj-viewer3d-shown";
    panel.classList.add("cj-viewer3d-panel");
    panel.hidden = true;
    this.opener = button(options.label, options.face, () => this.toggle());
    this.opener.dataset.testid = options.testId;
    this.opener.setAttribute("aria-expanded", "false");
    if (options.hasMenu) this.opener.setAttribute("aria-haspopup", "menu");
    this.node.append(this.opener, panel);
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      event.stopPropagation();
      this.toggle(false);
      this.opener.focus();
    });
    this.node.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.node.contains(relatedTarget)) this.toggle(false);
    });
  }

  focus(): void {
    this.opener.focus();
  }

  toggle(open = this.panel.hidden): void {
    this.panel.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    this.resized.disconnect();
    if (!open) return;
    const widget = this.node.closest(".cj-widget");
    if (widget) this.resized.observe(widget);
    this.fit(widget);
    this.options.opened?.();
  }

  /** Let the panel be inside the widget. */
  private fit(widget: Element | null): void {
    const { panel } = this;
    panel.style.left = "0";
    if (!widget) return;
    const around = widget.getBoundingClientRect();
    panel.style.maxWidth = `${Math.min(around.width - 2 * EDGE, WIDEST)}px`;
    panel.style.left = `${shiftInto(panel.getBoundingClientRect(), around)}px`;
  }
}
