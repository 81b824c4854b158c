/** Fields for how one image of a viewer is shown. */
import { button, element } from "../shared/dom";
import { gradient, PLAIN_LOOK } from "../shared/image/look";
import type { PictureLook, StackPicture } from "../shared/image/picture";
import { BLENDS, COLOR_MAPS } from "../wire/facts";

const OWN_COLORS = "own";

export class LookControls {
  readonly node: HTMLElement;
  private picture: StackPicture | null = null;
  private readonly opacity = slider("opacity", 1, 0.01);
  private readonly brightness = slider("brightness", 3, 0.05);
  private readonly contrast = slider("contrast", 3, 0.05);
  private readonly low = slider("threshold-low", 255, 1);
  private readonly high = slider("threshold-high", 255, 1);
  private readonly invert = element("input", { type: "checkbox", "data-testid": "invert" });
  private readonly blend = choice("blend", Object.keys(BLENDS));
  private readonly map = choice("color-map", Object.keys(COLOR_MAPS));
  private readonly swatch = element("span", { class: "cj-map", "aria-hidden": "true" });
  private readonly blendLabel = element("label", {}, "Blend", this.blend);

  constructor() {
    this.node = element(
      "div",
      { class: "cj-look" },
      element("label", {}, "Opacity", this.opacity),
      this.blendLabel,
      element("label", {}, "Colours", this.map, this.swatch),
      element("label", {}, "Brightness", this.brightness),
      element("label", {}, "Contrast", this.contrast),
      element("label", { title: "Darker parts are left out" }, "Show from", this.low),
      element("label", { title: "Brighter parts are left out" }, "Show to", this.high),
      element("label", { class: "cj-check" }, this.invert, "Invert"),
      button("this image as it was", "Reset", () => this.picture?.change(PLAIN_LOOK)),
    );
    for (const name of ["opacity", "brightness", "contrast"] as const)
      this[name].addEventListener("input", () => this.picture?.change({ [name]: Number(this[name].value) }));
    this.invert.addEventListener("change", () => this.picture?.change({ invert: this.invert.checked }));
    this.blend.addEventListener("change", () =>
      this.picture?.change({ blend: this.blend.value as PictureLook["blend"] }),
    );
    this.map.addEventListener("change", () => this.picture?.change({ color_map: this.map.value }));
    this.low.addEventListener("input", () => this.cut(this.low));
    this.high.addEventListener("input", () => this.cut(this.high));
  }

  /** Show the look of a picture; only one above others is blended with them. */
  show(picture: StackPicture, isAbove: boolean): void {
    this.picture = picture;
    const look = picture.look();
    this.opacity.value = String(look.opacity);
    this.brightness.value = String(look.brightness);
    this.contrast.value = String(look.contrast);
    this.invert.checked = look.invert;
    this.blend.value = look.blend;
    this.blendLabel.hidden = !isAbove;
    const [low, high] = look.threshold ?? [0, 255];
    this.low.value = String(low);
    this.high.value = String(high);
    this.showMap(look.color_map);
  }

  private showMap(map: PictureLook["color_map"]): void {
    const isOwn = typeof map !== "string";
    const own = this.map.querySelector(`[value="${OWN_COLORS}"]`);
    if (isOwn && !own) this.map.append(element("option", { value: OWN_COLORS }, "own colours"));
    if (!isOwn) own?.remove();
    this.map.value = isOwn ? OWN_COLORS : map;
    this.swatch.style.background = gradient(map);
  }

  /** A limit was moved: it takes the other one along. */
  private cut(moved: HTMLInputElement): void {
    let [low, high] = [Number(this.low.value), Number(this.high.value)];
    if (low > high) [low, high] = moved === this.low ? [low, low] : [high, high];
    this.picture?.change({ threshold: low === 0 && high === 255 ? null : [low, high] });
  }
}

function slider(name: string, max: number, step: number): HTMLInputElement {
  return element("input", { type: "range", min: 0, max, step, "data-testid": name });
}

function choice(name: string, options: string[]): HTMLSelectElement {
  const all = options.map((option) => element("option", { value: option }, option));
  return element("select", { "data-testid": name }, ...all);
}
