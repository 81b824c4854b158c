/** The elements of a viewer: tool bar, picture of two canvases, slider, and the edge that resizes. */
import { element } from "../shared/dom";
import type { Messages } from "../shared/messages";
import messagesCss from "../shared/messages.css";
import { scaleBar } from "../shared/scalebar";
import type { StackView } from "../shared/view";
import widgetCss from "../shared/widget.css";
import css from "./stack-viewer.css";
import type { Toolbar } from "./toolbar";

const SMALLEST = 120;
const LARGEST = 4_000;
const KEY_STEP = 20;

export class Frame {
  readonly root: HTMLElement;
  /** Takes focus, pointer and keys. */
  readonly stage: HTMLElement;
  /** What layers say below the picture. */
  readonly bar = element("div", { class: "cj-bar-of-layers" });
  readonly image = element("canvas", { "aria-hidden": "true", "data-testid": "image" });
  readonly overlay = element("canvas", { "aria-hidden": "true", "data-testid": "overlay" });
  private readonly edge = element("div", {
    class: "cj-resize",
    role: "separator",
    tabindex: 0,
    "aria-orientation": "horizontal",
    "aria-label": "height of the picture",
    "aria-valuemin": SMALLEST,
    "aria-valuemax": LARGEST,
    title: "drag to resize",
    "data-testid": "resize",
  });
  private readonly scale = element("div", {
    class: "cj-scale",
    "aria-hidden": "true",
    "data-testid": "scale",
  });

  private readonly banner = element("div", { class: "cj-banner", role: "status", "data-testid": "banner" });

  constructor(title: string) {
    this.stage = element(
      "div",
      {
        class: "cj-canvas",
        role: "application",
        tabindex: 0,
        "aria-label": `${title}: image stack. Question mark shows the keys, Escape leaves.`,
        "data-testid": "canvas",
      },
      this.image,
      this.overlay,
      this.scale,
    );
    this.root = element("div", {
      class: "cj-widget cj-stack-viewer",
      "data-testid": "stack-viewer",
      "data-lm-suppress-shortcuts": "true",
    });
    this.root.addEventListener("keydown", keepKeys);
    for (const kind of ["keyup", "keypress"] as const) {
      this.root.addEventListener(kind, (event) => event.stopPropagation());
    }
  }

  /** Put the parts in the order in which Tab goes through them. */
  assemble(toolbar: Toolbar, messages: Messages, resized: (height: number) => void): void {
    this.stage.append(messages.node);
    this.showBanner("");
    this.root.append(
      element("style", {}, widgetCss + css + messagesCss),
      toolbar.node,
      this.banner,
      this.stage,
      this.bar,
      toolbar.sections,
      this.edge,
    );
    this.edge.addEventListener("pointerdown", (event) => this.dragEdge(event, resized));
    this.edge.addEventListener("keydown", (event) => this.stepEdge(event, resized));
  }

  /** Say something of the whole picture above it; nothing if the text is empty. */
  showBanner(text: string): void {
    this.banner.textContent = text;
    this.banner.hidden = text === "";
  }

  setHeight(height: number): void {
    const clamped = clampHeight(height);
    this.stage.style.height = `${clamped}px`;
    this.edge.setAttribute("aria-valuenow", String(clamped));
  }

  setFilter(filter: string): void {
    this.image.style.filter = filter;
  }

  showScale(view: StackView): void {
    const { label, pixels } = scaleBar(view.nmPerPixel);
    this.scale.style.width = `${pixels}px`;
    if (this.scale.textContent !== label) this.scale.textContent = label;
  }

  /** Clear the overlay at the view's size; the context is scaled to CSS pixels. */
  clearOverlay(view: StackView): CanvasRenderingContext2D | null {
    const context = this.overlay.getContext("2d");
    const width = Math.round(view.width * view.dpr);
    const height = Math.round(view.height * view.dpr);
    if (this.overlay.width !== width) this.overlay.width = width;
    if (this.overlay.height !== height) this.overlay.height = height;
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.clearRect(0, 0, width, height);
    return context;
  }

  private dragEdge(start: PointerEvent, resized: (height: number) => void): void {
    start.preventDefault();
    this.edge.setPointerCapture(start.pointerId);
    const offset = this.stage.clientHeight - start.clientY;
    const drag = (event: PointerEvent): void => this.setHeight(offset + event.clientY);
    const drop = (): void => {
      this.edge.removeEventListener("pointermove", drag);
      resized(clampHeight(this.stage.clientHeight));
    };
    this.edge.addEventListener("pointermove", drag);
    this.edge.addEventListener("lostpointercapture", drop, { once: true });
  }

  private stepEdge(event: KeyboardEvent, resized: (height: number) => void): void {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    resized(clampHeight(this.stage.clientHeight + (event.key === "ArrowDown" ? KEY_STEP : -KEY_STEP)));
  }
}

function clampHeight(height: number): number {
  return Math.round(Math.min(Math.max(height, SMALLEST), LARGEST));
}

/** Keep keys from the page, except the one that saves the notebook. */
function keepKeys(event: KeyboardEvent): void {
  const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  if (!saves) {
    event.stopPropagation();
    return;
  }
  const root = event.currentTarget as HTMLElement;
  root.removeAttribute("data-lm-suppress-shortcuts");
  setTimeout(() => root.setAttribute("data-lm-suppress-shortcuts", "true"));
}
