/** The elements of a viewer: tool bar, pictures below an overlay, slider, and the edge that resizes. */
import { element } from "../shared/dom";
import { HeightEdge } from "../shared/height-edge";
import { keepKeys } from "../shared/keyboard";
import type { Messages } from "../shared/messages";
import messagesCss from "../shared/messages.css";
import { scaleBar } from "../shared/scalebar";
import type { StackView } from "../shared/view";
import widgetCss from "../shared/widget.css";
import imagesCss from "./images-panel.css";
import css from "./stack-viewer.css";
import type { Toolbar } from "./toolbar";

const KEYS_ELSEWHERE = "Keys go elsewhere: wheel, drag or click brings them here.";

export class Frame {
  readonly root: HTMLElement;
  /** Takes focus, pointer and keys. */
  readonly stage: HTMLElement;
  /** What layers say below the picture. */
  readonly bar = element("div", { class: "cj-bar-of-layers" });
  readonly image = element("canvas", { "aria-hidden": "true", "data-testid": "image" });
  readonly overlay = element("canvas", { "aria-hidden": "true", "data-testid": "overlay" });
  private edge: HeightEdge | null = null;
  private readonly scale = element("div", {
    class: "cj-scale",
    "aria-hidden": "true",
    "data-testid": "scale",
  });

  private readonly banner = element("div", { class: "cj-banner", role: "status", "data-testid": "banner" });

  constructor(title: string, images: HTMLElement) {
    this.stage = element(
      "div",
      {
        class: "cj-canvas",
        role: "application",
        tabindex: 0,
        "aria-label": `${title}: image stack. Question mark shows the keys, Escape leaves.`,
        "data-testid": "canvas",
      },
      images,
      this.overlay,
      this.scale,
      element("div", { class: "cj-keys-elsewhere", "aria-hidden": "true" }, KEYS_ELSEWHERE),
    );
    this.root = element("div", {
      class: "cj-widget cj-stack-viewer",
      "data-testid": "stack-viewer",
      "data-lm-suppress-shortcuts": "true",
    });
    keepKeys(this.root);
  }

  /** Put the parts in the order in which Tab goes through them. */
  assemble(toolbar: Toolbar, messages: Messages, resized: (height: number) => void): void {
    this.stage.append(messages.node);
    this.showBanner("");
    this.edge = new HeightEdge(this.stage, resized);
    this.root.append(
      element("style", {}, widgetCss + css + imagesCss + messagesCss),
      toolbar.node,
      this.banner,
      this.stage,
      this.bar,
      toolbar.sections,
      this.edge.node,
    );
  }

  /** Say something of the whole picture above it; nothing if the text is empty. */
  showBanner(text: string): void {
    this.banner.textContent = text;
    this.banner.hidden = text === "";
  }

  setHeight(height: number): void {
    this.edge?.setHeight(height);
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
}
