/** Position, zoom, section and display controls around the picture. */
import { KeyedButtons } from "../shared/bindings/keyed-buttons";
import type { Keymap } from "../shared/bindings/keymap";
import { button, element, icon } from "../shared/dom";
import { turned } from "../shared/planes";
import { clampSection, type Stack, sectionRange } from "../shared/stack";
import type { StackView } from "../shared/view";
import type { Camera } from "./camera";
import { ImagesPanel, type ImagesPanelHost } from "./images-panel";

const ICONS = {
  zoomOut: "M3 8h10",
  box: "M2 4h12v8H2z",
  map: "M2 3h12v10H2zM8 8h6v5H8z",
  screen: "M9 2h5v5M14 2L9 7M7 14H2V9M2 14l5-5",
  zoomIn: "M3 8h10M8 3v10",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
};

const BOX = "draw a box with the mouse, or forget it";

interface ToolbarActions {
  help(): void;
  /** Draw a box, or forget the one that there is. */
  box(): void;
  /** The button that opens the lines of regions. */
  regions: HTMLElement;
  /** Show the small picture of the section, or hide it. */
  map(): void;
  /** Fill the screen, or give it back. */
  screen(): void;
  images: ImagesPanelHost;
  /** A number was written, or given up: keys are meant for the picture again. */
  done(): void;
}

/** A field for a number that follows the view unless somebody is typing in it. */
class NumberField {
  readonly node: HTMLLabelElement;
  private readonly input: HTMLInputElement;
  private current = "";
  private typing = false;

  constructor(
    label: string,
    spoken: string,
    unit: string,
    testId: string,
    private readonly commit: (value: number) => void,
    /** The value after a notch of the wheel up (1) or down (-1). */
    next: (value: number, notch: number) => number,
    done: () => void,
  ) {
    this.input = element("input", {
      type: "text",
      inputmode: "decimal",
      "aria-label": spoken,
      title: spoken,
      autocomplete: "off",
      "data-testid": testId,
    });
    this.node = element("label", {}, label, this.input, unit);
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("input", () => {
      this.typing = true;
    });
    this.input.addEventListener("change", () => this.take());
    this.input.addEventListener(
      "wheel",
      (event) => {
        if (document.activeElement !== this.input || event.deltaY === 0) return;
        event.preventDefault();
        event.stopPropagation();
        this.giveUp();
        this.commit(next(Number(this.current), -Math.sign(event.deltaY)));
      },
      { passive: false },
    );
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (event.key === "Enter") this.take();
      else this.giveUp();
      event.preventDefault();
      done();
    });
  }

  show(text: string): void {
    this.current = text;
    if (!this.typing && this.input.value !== text) this.input.value = text;
  }

  private take(): void {
    const text = this.input.value.trim().replace(",", ".");
    const wanted = this.typing && text !== "" && Number.isFinite(Number(text));
    this.giveUp();
    if (wanted) this.commit(Number(text));
  }

  private giveUp(): void {
    this.typing = false;
    this.input.value = this.current;
  }
}

export class Toolbar {
  readonly node: HTMLElement;
  readonly sections: HTMLElement;
  private readonly position: NumberField[];
  private readonly zoom: NumberField;
  private readonly slider: HTMLInputElement;
  private readonly sectionText: HTMLOutputElement;
  private readonly images: ImagesPanel;
  private readonly boxButton: HTMLButtonElement;
  private readonly mapButton: HTMLButtonElement;
  private readonly screenButton: HTMLButtonElement;
  private readonly keyed = new KeyedButtons();

  constructor(
    private readonly stack: Stack,
    camera: Camera,
    actions: ToolbarActions,
    values: HTMLElement,
  ) {
    this.position = (["x", "y", "z"] as const).map((axis, index) => {
      const spoken = `${axis} position of the centre in nm`;
      const commit = (value: number): void => {
        const { plane, center } = camera.view;
        const place = turned(plane, center);
        place[index] = value;
        camera.moveTo(turned(plane, place));
      };
      const step = turned(stack.plane ?? "xy", stack.resolution)[index] ?? 1;
      return new NumberField(
        axis,
        spoken,
        "",
        `position-${axis}`,
        commit,
        (value, notch) => value + notch * step,
        actions.done,
      );
    });
    const zoomTo = (value: number): void => {
      if (value > 0) camera.zoomTo(value);
    };
    this.zoom = new NumberField(
      "",
      "zoom in nm per screen pixel",
      "nm/px",
      "zoom",
      zoomTo,
      (value, notch) => value * 2 ** (notch / 10),
      actions.done,
    );
    this.boxButton = button(BOX, icon(ICONS.box), actions.box);
    this.boxButton.dataset.testid = "draw-box";
    this.boxButton.setAttribute("aria-pressed", "false");
    this.mapButton = this.keyed.button("overview", "view.mini_map", icon(ICONS.map), actions.map);
    this.mapButton.dataset.testid = "toggle-mini-map";
    this.screenButton = this.keyed.button(
      "full screen",
      "view.full_screen",
      icon(ICONS.screen),
      actions.screen,
    );
    this.screenButton.dataset.testid = "full-screen";
    this.images = new ImagesPanel(actions.images);
    this.slider = element("input", {
      type: "range",
      min: sectionRange(stack)[0],
      max: sectionRange(stack)[1],
      step: 1,
      "aria-label": "section",
      "data-testid": "section-slider",
    });
    this.slider.addEventListener("input", () => camera.toSection(Number(this.slider.value)));
    this.sectionText = element("output", { "data-testid": "section" });
    this.sections = element("div", { class: "cj-sections" }, this.slider, this.sectionText, values);
    this.node = element(
      "div",
      { class: "cj-toolbar", role: "toolbar", "aria-label": "View" },
      element("span", { class: "cj-fields" }, ...this.position.map((field) => field.node), "nm"),
      element("span", { class: "cj-fields" }, this.zoom.node),
      this.keyed.button("zoom out", "view.zoom_out", icon(ICONS.zoomOut), () =>
        camera.zoomBy(1 / Math.SQRT2),
      ),
      this.keyed.button("zoom in", "view.zoom_in", icon(ICONS.zoomIn), () => camera.zoomBy(Math.SQRT2)),
      this.keyed.button("show the whole section", "view.fit", icon(ICONS.fit), () => camera.fit()),
      this.images.node,
      this.boxButton,
      actions.regions,
      this.mapButton,
      element(
        "span",
        { class: "cj-toolbar-end" },
        element("span", { class: "cj-title", title: stack.title }, stack.title),
        this.screenButton,
        this.keyed.button("keys and mouse", "view.help", "?", actions.help),
      ),
    );
  }

  /** Say in the hints of buttons which keys do the same. */
  nameKeys(keymap: Keymap): void {
    this.keyed.name(keymap);
  }

  show(view: StackView): void {
    turned(view.plane, view.center).forEach(
      (value, axis) => void this.position[axis]?.show(coordinate(value)),
    );
    this.zoom.show(zoomText(view.nmPerPixel));
    this.slider.value = String(clampSection(this.stack, view.section));
    const text = `section ${view.section} (${sectionRange(this.stack).join("–")})`;
    if (this.sectionText.value !== text) this.sectionText.value = text;
    this.slider.setAttribute("aria-valuetext", text);
  }

  /** Whether the mouse draws a box. */
  showDrawing(isDrawing: boolean): void {
    this.boxButton.setAttribute("aria-pressed", String(isDrawing));
  }

  /** Whether the overview is shown. */
  showMap(isShown: boolean): void {
    this.mapButton.setAttribute("aria-pressed", String(isShown));
  }

  /** Whether the viewer fills the screen. */
  showFullScreen(isFull: boolean): void {
    this.screenButton.setAttribute("aria-pressed", String(isFull));
  }

  /** The images or their looks have changed. */
  picturesChanged(): void {
    this.images.update();
  }

  focus(): void {
    this.node.querySelector("input")?.focus();
  }
}

function coordinate(nm: number): string {
  return String(Math.round(nm * 10) / 10);
}

function zoomText(nmPerPixel: number): string {
  return String(Number(nmPerPixel.toPrecision(3)));
}
