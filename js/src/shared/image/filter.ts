/** An image's look as a CSS filter, which the browser computes with the rest of the page, usually on the GPU. */
import { type ImageLook, isMapped, isSimple, LUMA, lookTables } from "./look";

const SVG = "http://www.w3.org/2000/svg";
const GREY_ROW = `${LUMA.join(" ")} 0 0`;
const NO_COLOR = "0 0 0 0 0";

let made = 0;

export class LookFilter {
  /** Has to be in the page. */
  readonly node = svg("svg", { width: "0", height: "0", "aria-hidden": "true" });
  private readonly id = `cj-look-${++made}`;

  constructor() {
    this.node.style.position = "absolute";
  }

  /** The CSS filter of a look, opacity aside; empty for an image as it is. */
  css(look: ImageLook): string {
    if (isSimple(look)) {
      this.node.replaceChildren();
      return simple(look);
    }
    const range = { x: "0", y: "0", width: "100%", height: "100%" };
    const filter = svg("filter", { id: this.id, "color-interpolation-filters": "sRGB", ...range });
    filter.append(...steps(look));
    this.node.replaceChildren(filter);
    return `url("#${this.id}")`;
  }
}

function simple({ brightness, contrast, invert }: ImageLook): string {
  const parts = [
    brightness === 1 ? "" : `brightness(${brightness})`,
    contrast === 1 ? "" : `contrast(${contrast})`,
    invert ? "invert(1)" : "",
  ];
  return parts.filter(Boolean).join(" ");
}

function steps(look: ImageLook): SVGElement[] {
  const tables = lookTables(look);
  const grey = svg("feColorMatrix", {
    in: "SourceGraphic",
    values: [GREY_ROW, GREY_ROW, GREY_ROW, "0 0 0 1 0"].join(" "),
    result: "grey",
  });
  const colors = svg("feComponentTransfer", {
    in: isMapped(look) ? "grey" : "SourceGraphic",
    result: "colors",
  });
  for (const [name, values] of [
    ["feFuncR", tables.red],
    ["feFuncG", tables.green],
    ["feFuncB", tables.blue],
  ] as const)
    colors.append(
      table(
        name,
        Array.from(values, (value) => value / 255),
      ),
    );
  const found = isMapped(look) ? [grey, colors] : [colors];
  return tables.shown ? [...found, ...cut(tables.shown)] : found;
}

/** Steps that leave only what has some grey values. */
function cut(shown: Uint8Array): SVGElement[] {
  const value = svg("feColorMatrix", {
    in: "SourceGraphic",
    values: [NO_COLOR, NO_COLOR, NO_COLOR, GREY_ROW].join(" "),
    result: "value",
  });
  const mask = svg("feComponentTransfer", { in: "value", result: "mask" });
  mask.append(table("feFuncA", Array.from(shown)));
  return [value, mask, svg("feComposite", { in: "colors", in2: "mask", operator: "in" })];
}

function table(name: string, values: number[]): SVGElement {
  const text = values.map((value) => String(Number(value.toFixed(4)))).join(" ");
  return svg(name, { type: "discrete", tableValues: text });
}

function svg(name: string, attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
