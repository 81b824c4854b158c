/** Order, colours and zoom of a matrix, its legend, and buttons that save it. */
import { element } from "../shared/dom";
import { gradient, type PaletteName } from "./colors";

const ORDERS = ["given", "name", "count", "cluster"];
const PALETTES = ["blue", "red", "gray", "viridis"];
const STEP = 1.25;

export interface MatrixToolbarHost {
  save(change: { order?: string; palette?: string; is_logarithmic?: boolean }): void;
  zoomBy(factor: number): void;
  export(format: "csv" | "svg" | "png"): void;
}

export class MatrixToolbar {
  readonly node = element("div", { class: "cj-bar", role: "group", "aria-label": "How the matrix is shown" });
  private readonly order = choice("order", ORDERS);
  private readonly palette = choice("palette", PALETTES);
  private readonly log = element("input", { type: "checkbox", name: "logarithm" });
  private readonly legend = element("span", { class: "cj-matrix-legend" });
  private readonly most = element("span", { "data-testid": "most" });

  constructor(host: MatrixToolbarHost) {
    const button = (name: string, hint: string, act: () => void): HTMLButtonElement => {
      const made = element("button", { type: "button", title: hint }, name);
      made.addEventListener("click", act);
      return made;
    };
    this.order.addEventListener("change", () => host.save({ order: this.order.value }));
    this.palette.addEventListener("change", () => host.save({ palette: this.palette.value }));
    this.log.addEventListener("change", () => host.save({ is_logarithmic: this.log.checked }));
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
    this.node.append(
      element("label", {}, "Order", this.order),
      element("label", {}, "Colours", this.palette),
      element("label", {}, this.log, "logarithm"),
      element("span", { class: "cj-matrix-scale" }, "0", this.legend, this.most),
      button("−", "Zoom out", () => host.zoomBy(1 / STEP)),
      button("+", "Zoom in", () => host.zoomBy(STEP)),
      button("CSV", "Save the numbers", () => host.export("csv")),
      button("SVG", "Save as a drawing", () => host.export("svg")),
      button("PNG", "Save as an image", () => host.export("png")),
    );
  }

  show(order: string, palette: PaletteName, isLogarithmic: boolean, most: number): void {
    this.order.value = order;
    this.palette.value = palette;
    this.log.checked = isLogarithmic;
    this.legend.style.background = gradient(palette);
    this.most.textContent = `${most} ${most === 1 ? "synapse" : "synapses"}`;
  }
}

function choice(trait: string, values: readonly string[]): HTMLSelectElement {
  const options = values.map((value) => element("option", { value }, value));
  return element("select", { name: trait }, ...options);
}
