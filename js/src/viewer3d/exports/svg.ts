/** A drawing of lines, facets and circles as SVG: what is far away is drawn first. */

import { type Annotations, OUTLINE } from "./annotations";

/** How shapes look that are drawn together. */
export interface SvgStyle {
  /** Name of its group, for people who edit the drawing. */
  name: string;
  /** `#rrggbb` */
  color: string;
  /** 0 to 1. */
  opacity: number;
  /** Pixels; of lines. */
  width: number;
}

/** Places are x, y in pixels; depths grow away from the viewer. */
export class SvgDrawing {
  private readonly styles: SvgStyle[] = [];
  private readonly styleNumbers = new Map<string, number>();
  /** For each shape: style, depth, kind by number of values, and its values. */
  private readonly lines = new ShapeList(4);
  private readonly circles = new ShapeList(3);
  private readonly facets = new ShapeList(6);

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  style(style: SvgStyle): number {
    const key = JSON.stringify(style);
    const known = this.styleNumbers.get(key);
    if (known !== undefined) return known;
    this.styleNumbers.set(key, this.styles.length);
    return this.styles.push(style) - 1;
  }

  line(style: number, depth: number, x0: number, y0: number, x1: number, y1: number): void {
    if (this.covers(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)))
      this.lines.add(style, depth, x0, y0, x1, y1);
  }

  circle(style: number, depth: number, x: number, y: number, radius: number): void {
    if (this.covers(x - radius, y - radius, x + radius, y + radius))
      this.circles.add(style, depth, x, y, radius);
  }

  facet(
    style: number,
    depth: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
  ): void {
    if (this.covers(Math.min(x0, x1, x2), Math.min(y0, y1, y2), Math.max(x0, x1, x2), Math.max(y0, y1, y2)))
      this.facets.add(style, depth, x0, y0, x1, y1, x2, y2);
  }

  /** @param background - CSS colour; empty: none */
  text(background: string, annotations?: Annotations, ink = "#000000", paper = "#ffffff"): string {
    const { width, height } = this;
    const parts = [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      ...(background ? [`<rect width="100%" height="100%" fill="${escaped(background)}"/>`] : []),
      '<g stroke-linecap="round" stroke-linejoin="round">',
    ];
    for (const layer of this.layers()) for (const group of layer) parts.push(group);
    parts.push("</g>", ...(annotations ? written(annotations, ink, paper) : []), "</svg>", "");
    return parts.join("\n");
  }

  private covers(left: number, top: number, right: number, bottom: number): boolean {
    return right >= 0 && bottom >= 0 && left <= this.width && top <= this.height;
  }

  /** Groups of shapes, from the farthest to the nearest. */
  private *layers(): Generator<string[]> {
    const lists = [this.facets, this.lines, this.circles];
    const near = Math.min(...lists.map((list) => list.nearest));
    const far = Math.max(...lists.map((list) => list.farthest));
    const count = lists.reduce((sum, list) => sum + list.count, 0);
    const layers = Math.min(Math.max(64 * count, 1), MOST_LAYERS);
    const layerOf = (depth: number): number =>
      far > near ? Math.min(Math.floor(((far - depth) / (far - near)) * layers), layers - 1) : 0;
    const [facets, lines, circles] = lists.map((list) => list.byLayer(layers, layerOf));
    for (let layer = 0; layer < layers; layer++) {
      yield this.pathsOf(this.facets, facets?.[layer] ?? [], facetPath, "fill");
      yield this.pathsOf(this.lines, lines?.[layer] ?? [], linePath, "stroke");
      yield this.circlesOf(circles?.[layer] ?? []);
    }
  }

  private pathsOf(
    list: ShapeList,
    shapes: readonly number[],
    pathOf: (list: ShapeList, shapes: readonly number[]) => string,
    paint: "fill" | "stroke",
  ): string[] {
    return runsOf(list, shapes).map(([style, run]) => {
      const { name, color, opacity, width } = this.styles[style] ?? DEFAULT_STYLE;
      const look =
        paint === "fill"
          ? `fill="${color}" stroke="${color}" stroke-width="0.3"`
          : `fill="none" stroke="${color}" stroke-width="${rounded(width)}"`;
      return `<path class="${escaped(name)}" ${look}${opacityText(opacity)} d="${pathOf(list, run)}"/>`;
    });
  }

  private circlesOf(shapes: readonly number[]): string[] {
    return shapes.map((shape) => {
      const { name, color, opacity } = this.styles[this.circles.styleOf(shape)] ?? DEFAULT_STYLE;
      const [x = 0, y = 0, radius = 0] = this.circles.valuesOf(shape);
      const place = `cx="${rounded(x)}" cy="${rounded(y)}" r="${rounded(radius)}"`;
      return `<circle class="${escaped(name)}" fill="${color}"${opacityText(opacity)} ${place}/>`;
    });
  }
}

/** Texts, which programs can edit as such. */
function written({ size, texts, bar }: Annotations, ink: string, paper: string): string[] {
  const look = `font-family="sans-serif" font-size="${rounded(size)}" text-anchor="middle" dominant-baseline="middle"`;
  const width = rounded(OUTLINE * size);
  const outline = `stroke="${escaped(paper)}" stroke-width="${width}" stroke-linejoin="round" paint-order="stroke"`;
  return [
    `<g fill="${escaped(ink)}" ${outline} ${look}>`,
    ...texts.map(({ text, x, y }) => `<text x="${rounded(x)}" y="${rounded(y)}">${escaped(text)}</text>`),
    ...(bar
      ? [
          `<rect x="${rounded(bar.x)}" y="${rounded(bar.y)}" width="${rounded(bar.width)}" height="${rounded(bar.height)}"/>`,
        ]
      : []),
    "</g>",
  ];
}

const MOST_LAYERS = 500;
const DEFAULT_STYLE: SvgStyle = { name: "", color: "#000000", opacity: 1, width: 1 };

/** Shapes of one kind, in columns. */
class ShapeList {
  nearest = Infinity;
  farthest = -Infinity;
  private readonly styles: number[] = [];
  private readonly depths: number[] = [];
  private readonly values: number[] = [];

  constructor(private readonly size: number) {}

  get count(): number {
    return this.styles.length;
  }

  add(style: number, depth: number, ...values: number[]): void {
    if (!Number.isFinite(depth) || !values.every(Number.isFinite)) return;
    this.styles.push(style);
    this.depths.push(depth);
    for (const value of values) this.values.push(value);
    this.nearest = Math.min(this.nearest, depth);
    this.farthest = Math.max(this.farthest, depth);
  }

  styleOf(shape: number): number {
    return this.styles[shape] ?? 0;
  }

  valuesOf(shape: number): number[] {
    return this.values.slice(shape * this.size, (shape + 1) * this.size);
  }

  byLayer(layers: number, layerOf: (depth: number) => number): number[][] {
    const found: number[][] = Array.from({ length: layers }, () => []);
    for (const [shape, depth] of this.depths.entries()) found[layerOf(depth)]?.push(shape);
    // Within a layer those of one look are together, except facets, which cover each other.
    const byDepth = (one: number, other: number): number =>
      (this.depths[other] ?? 0) - (this.depths[one] ?? 0);
    const byStyle = (one: number, other: number): number =>
      this.styleOf(one) - this.styleOf(other) || one - other;
    for (const shapes of found) shapes.sort(this.size === 4 ? byStyle : byDepth);
    return found;
  }
}

/** Shapes that follow each other and have the same style. */
function runsOf(list: ShapeList, shapes: readonly number[]): Array<[style: number, shapes: number[]]> {
  const runs: Array<[number, number[]]> = [];
  for (const shape of shapes) {
    const last = runs.at(-1);
    if (last && last[0] === list.styleOf(shape)) last[1].push(shape);
    else runs.push([list.styleOf(shape), [shape]]);
  }
  return runs;
}

function linePath(list: ShapeList, shapes: readonly number[]): string {
  let text = "";
  let end = "";
  for (const shape of shapes) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = list.valuesOf(shape);
    const [from, to] = [`${rounded(x0)} ${rounded(y0)}`, `${rounded(x1)} ${rounded(y1)}`];
    // A child's edge goes on where its parent's ended, in either direction.
    if (from === end) text += `L${to}`;
    else text += `M${from}L${to}`;
    end = to;
  }
  return text;
}

function facetPath(list: ShapeList, shapes: readonly number[]): string {
  return shapes
    .map((shape) => {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0] = list.valuesOf(shape).map(rounded);
      return `M${x0} ${y0}L${x1} ${y1}L${x2} ${y2}Z`;
    })
    .join("");
}

function opacityText(opacity: number): string {
  return opacity >= 1 ? "" : ` opacity="${rounded(opacity)}"`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
