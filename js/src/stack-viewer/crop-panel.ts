/** What can be done with a box that somebody drew: make it deeper, and have it made into a file. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import type { Messages } from "../shared/messages";
import type { Rpc } from "../shared/rpc";
import { clampSection, type Stack, sectionAt } from "../shared/stack";
import type { BoxCorners } from "./box-drawing";
import css from "./crop-panel.css";
import type { ViewerState } from "./state";

const FORMATS: ReadonlyArray<[value: string, text: string]> = [
  ["tiff", "TIFF"],
  ["zarr", "OME-Zarr"],
];

/** The first and the last section whose middle lies in a box. */
export function sectionsOf(stack: Stack, [lower, upper]: BoxCorners): [first: number, last: number] {
  const half = stack.resolution[2] / 2;
  const first = clampSection(stack, sectionAt(stack, lower[2] + half));
  return [first, Math.max(first, clampSection(stack, sectionAt(stack, upper[2] - half)))];
}

/** The same box from a first to a last section. */
export function deepened(stack: Stack, [lower, upper]: BoxCorners, first: number, last: number): BoxCorners {
  const top = clampSection(stack, Math.min(first, last));
  const bottom = clampSection(stack, Math.max(first, last));
  const at = (section: number): number => stack.translation[2] + section * stack.resolution[2];
  return [
    [lower[0], lower[1], at(top - 0.5)],
    [upper[0], upper[1], at(bottom + 0.5)],
  ];
}

/** Pixels of a box at a zoom level, and how many sections. */
export function sizeInWords(stack: Stack, box: BoxCorners, zoom: number): string {
  const [first, last] = sectionsOf(stack, box);
  const [width, height] = ([0, 1] as const).map((axis) =>
    Math.max(1, Math.round((box[1][axis] - box[0][axis]) / (stack.resolution[axis] * 2 ** zoom))),
  );
  const sections = last - first + 1;
  return `${width} x ${height} pixels, ${sections} ${sections === 1 ? "section" : "sections"}`;
}

export class CropPanel {
  readonly node = element("form", { class: "cj-crop", "aria-label": "Crop the box", "data-testid": "crop" });
  private readonly first = sectionField("first section");
  private readonly last = sectionField("last section");
  private readonly zoom = element("select", { "aria-label": "zoom level of the file" });
  private readonly format = element("select", { "aria-label": "kind of file" });
  private readonly size = element("span", { "data-testid": "crop-size" });
  private readonly stack: Stack;
  private box: BoxCorners | null = null;

  constructor(
    private readonly model: AnyModel<ViewerState>,
    private readonly rpc: Rpc,
    private readonly messages: Messages,
    signal: AbortSignal,
  ) {
    const stack = model.get("stack");
    this.stack = stack;
    for (let level = 0; level < stack.zoom_levels; level++)
      this.zoom.append(element("option", { value: level }, level ? `zoom ${level}` : "full resolution"));
    for (const [value, text] of FORMATS) this.format.append(element("option", { value }, text));
    for (const field of [this.first, this.last]) {
      field.max = String(stack.dimension[2] - 1);
      field.addEventListener("change", () => this.deepen());
    }
    this.zoom.addEventListener("change", () => this.show(this.box));
    this.node.append(
      element("style", {}, css),
      element("label", {}, "Box: sections", this.first),
      element("label", {}, "to", this.last),
      this.zoom,
      this.format,
      element("button", { type: "submit" }, "Crop"),
      this.size,
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.crop();
    });
    const follow = (): void => this.show(model.get("box"));
    model.on("change:box", follow);
    signal.addEventListener("abort", () => model.off("change:box", follow));
    follow();
  }

  /** Of a box, or hidden where there is none, or no images to crop, or no service, as on published pages. */
  show(box: BoxCorners | null): void {
    const { stack } = this;
    const isPossible = !stack.is_grid && !stack.saved_sections && (stack.plane ?? "xy") === "xy";
    this.box = isPossible ? box : null;
    this.node.hidden = this.box === null;
    if (!this.box) return;
    const [first, last] = sectionsOf(stack, this.box);
    this.first.value = String(first);
    this.last.value = String(last);
    this.size.textContent = sizeInWords(stack, this.box, Number(this.zoom.value));
  }

  private deepen(): void {
    if (!this.box) return;
    const [first, last] = [this.first.valueAsNumber, this.last.valueAsNumber];
    if (Number.isInteger(first) && Number.isInteger(last)) {
      this.model.set("box", deepened(this.stack, this.box, first, last));
      this.model.save_changes();
    } else {
      this.show(this.box);
    }
  }

  private async crop(): Promise<void> {
    if (!this.box) return;
    const [lower, upper] = this.box;
    const wish = { lower, upper, zoom: Number(this.zoom.value), format: this.format.value };
    try {
      const { result: title } = await this.rpc.call<string>("crop", wish);
      const found = "In Python, project.jobs shows it and has its file.";
      this.messages.notify("info", `${title} is being made. ${found}`);
    } catch (error) {
      this.messages.notify("error", error instanceof Error ? error.message : String(error));
    }
  }
}

function sectionField(spoken: string): HTMLInputElement {
  return element("input", { type: "number", min: 0, step: 1, "aria-label": spoken });
}
