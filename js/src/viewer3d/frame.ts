/** The elements of a 3D viewer: tool bar, picture, line of state, and the edge that resizes. */
import { element } from "../shared/dom";
import { HeightEdge } from "../shared/height-edge";
import { keepKeys } from "../shared/keyboard";
import type { Messages } from "../shared/messages";
import messagesCss from "../shared/messages.css";
import { scaleBar } from "../shared/scalebar";
import widgetCss from "../shared/widget.css";
import type { ScreenPoint } from "./picking/projection";
import type { Theme } from "./theme";
import css from "./viewer3d.css";

const KEYS_ELSEWHERE = "Keys and wheel go elsewhere: a click brings them here.";

/** What colours are explained of. */
export type LegendName = "nodes" | "synapses" | "special" | "volumes";

export class SpaceFrame {
  readonly root: HTMLElement;
  /** Takes focus, pointer and keys. */
  readonly stage: HTMLElement;
  private readonly legends = {
    nodes: legend("Colours of nodes", "legend"),
    synapses: legend("Colours of links", "synapse-legend"),
    special: legend("Colours of special treenodes", "special-legend"),
    volumes: legend("Colours of volumes", "volume-legend"),
  };
  private linesOnly = false;
  private readonly picture = element("div", { class: "cj-viewer3d-picture", "data-testid": "picture" });
  private readonly still = element("img", { class: "cj-viewer3d-still", alt: "", hidden: true });
  private readonly name = element("div", { class: "cj-viewer3d-name", hidden: true, "data-testid": "name" });
  private readonly scale = element("div", {
    class: "cj-viewer3d-scale",
    "aria-hidden": "true",
    "data-testid": "scale",
  });
  private readonly banner = element("div", { class: "cj-viewer3d-banner", hidden: true, role: "status" });
  private readonly service = element("div", { class: "cj-viewer3d-banner", hidden: true, role: "status" });
  private readonly notice = element("div", {
    class: "cj-viewer3d-banner",
    hidden: true,
    role: "status",
    "data-testid": "picture-notice",
  });
  private readonly counts = element("span", { role: "status", "data-testid": "counts" });
  private readonly active = element("span", {
    class: "cj-viewer3d-active",
    role: "status",
    "data-testid": "active",
  });
  private readonly progress = element("progress", {
    hidden: true,
    "aria-label": "neurons loaded",
    "data-testid": "progress",
  });
  private readonly edge: HeightEdge;

  constructor(overlay: HTMLCanvasElement, resized: (height: number) => void) {
    this.stage = element(
      "div",
      {
        class: "cj-viewer3d-stage",
        role: "application",
        tabindex: 0,
        "aria-label": "Neurons in space. Question mark shows the keys, Escape leaves.",
        "data-testid": "stage",
      },
      this.picture,
      this.still,
      overlay,
      this.scale,
      this.name,
      element("div", { class: "cj-keys-elsewhere", "aria-hidden": "true" }, KEYS_ELSEWHERE),
    );
    this.root = element("div", {
      class: "cj-widget cj-viewer3d",
      "data-testid": "viewer3d",
      "data-lm-suppress-shortcuts": "true",
    });
    this.edge = new HeightEdge(this.stage, resized);
    keepKeys(this.root);
  }

  /** Put the parts in the order in which Tab goes through them. */
  assemble(toolbar: HTMLElement, messages: Messages, version: string): void {
    this.stage.append(messages.node);
    this.banner.textContent = version ? `As of ${version}.` : "";
    this.banner.hidden = version === "";
    this.root.append(
      element("style", {}, widgetCss + messagesCss + css),
      this.banner,
      this.service,
      this.notice,
      toolbar,
      this.stage,
      ...Object.values(this.legends),
      element("div", { class: "cj-viewer3d-state" }, this.progress, this.counts, this.active),
      this.edge.node,
    );
  }

  /** Put the canvas into the picture on which is drawn from now on. */
  showCanvas(canvas: HTMLCanvasElement): void {
    canvas.setAttribute("aria-hidden", "true");
    canvas.dataset.testid = "canvas3d";
    this.picture.replaceChildren(canvas);
    this.showStill("");
  }

  /** Show an image in place of what is drawn; none if its address is empty. */
  showStill(address: string): void {
    this.still.hidden = address === "";
    if (address) this.still.src = address;
    else this.still.removeAttribute("src");
  }

  setHeight(height: number): void {
    this.edge.setHeight(height);
  }

  /** @param color - CSS; empty: that of the page */
  setBackground(color: string, { ink, paper }: Theme): void {
    this.stage.style.backgroundColor = color;
    this.scale.style.setProperty("--cj-ink", ink);
    this.scale.style.setProperty("--cj-paper", paper);
  }

  showService(sentence: string): void {
    this.service.textContent = sentence;
    this.service.hidden = sentence === "";
  }

  /** Explain colours; not at all without parts. */
  showLegend(of: LegendName, parts: readonly HTMLElement[]): void {
    this.legends[of].replaceChildren(...parts);
    this.showLegends();
  }

  /** Whether lines are all that can be drawn: then nothing else is explained. */
  set hasLinesOnly(hasLinesOnly: boolean) {
    this.linesOnly = hasLinesOnly;
    this.showLegends();
  }

  private showLegends(): void {
    for (const [of, shown] of Object.entries(this.legends))
      shown.hidden = shown.childElementCount === 0 || (this.linesOnly && of !== "nodes");
  }

  /** Say something of the picture as a whole. */
  showPictureNotice(sentence: string): void {
    this.notice.textContent = sentence;
    this.notice.hidden = sentence === "";
  }

  /** Say what a pointer is on; nothing if the name is empty. */
  showName(name: string, [px, py]: ScreenPoint = [0, 0]): void {
    this.name.hidden = name === "";
    this.name.textContent = name;
    if (name === "") return;
    const isRight = px > this.stage.clientWidth / 2;
    this.name.style.left = isRight ? "" : `${px + 14}px`;
    this.name.style.right = isRight ? `${this.stage.clientWidth - px + 10}px` : "";
    this.name.style.top = `${Math.min(py + 12, this.stage.clientHeight - 30)}px`;
  }

  showScale(isShown: boolean, nmPerPixel: number): void {
    this.scale.hidden = !isShown;
    if (!isShown) return;
    const { label, pixels } = scaleBar(nmPerPixel, Math.min(140, this.stage.clientWidth / 3));
    this.scale.style.width = `${pixels}px`;
    if (this.scale.textContent !== label) this.scale.textContent = label;
  }

  showCounts(text: string): void {
    if (this.counts.textContent !== text) this.counts.textContent = text;
  }

  showActive(text: string): void {
    if (this.active.textContent !== text) this.active.textContent = text;
  }

  /** How many of the neurons that are wanted are here. */
  showProgress(loaded: number, wanted: number): void {
    this.progress.hidden = loaded >= wanted;
    this.progress.max = Math.max(wanted, 1);
    this.progress.value = loaded;
  }
}

function legend(name: string, testId: string): HTMLElement {
  return element("div", {
    class: "cj-viewer3d-legend",
    role: "group",
    "aria-label": name,
    hidden: true,
    "data-testid": testId,
  });
}
