/** What colours mean. */
import { element } from "../../shared/dom";

/** A colour (`#rrggbb`), its name, and how many things have it. */
export interface Swatch {
  name: string;
  color: string;
  count: number;
}

interface NodeSwatch {
  name: string;
  color: string;
  nodes: number;
}

export interface ShadingLegend {
  title: string;
  kind: "categories" | "scale";
  /** Of categories. */
  entries?: NodeSwatch[];
  /** Of a scale: from low to high. */
  colors?: string[];
  low_text?: string;
  high_text?: string;
  /** Null where all nodes have a value. */
  no_value: NodeSwatch | null;
}

const MOST_ENTRIES = 24;

/** Elements that explain colours of nodes. */
export function legendNodes(legend: ShadingLegend): HTMLElement[] {
  const { title, kind, entries = [], no_value: noValue } = legend;
  const rest = noValue ? [swatch(counted(noValue), "node")] : [];
  if (kind === "scale") return [heading(title), ...scale(legend), ...rest];
  return [...swatchLegend(title, entries.map(counted), "node"), ...rest];
}

/** Elements that explain colours by names. @param unit - what has the colours, as one of many */
export function swatchLegend(title: string, entries: readonly Swatch[], unit: string): HTMLElement[] {
  const shown = entries.slice(0, MOST_ENTRIES).map((entry) => swatch(entry, unit));
  const more = entries.length - shown.length;
  if (more > 0) shown.push(element("span", {}, `and ${more.toLocaleString("en")} more`));
  return [heading(title), ...shown];
}

/** Elements that say that there is nothing of what was asked for. */
export function emptyLegend(title: string): HTMLElement[] {
  return [heading(title), element("span", {}, "none")];
}

function heading(title: string): HTMLElement {
  return element("strong", {}, title);
}

function counted({ name, color, nodes }: NodeSwatch): Swatch {
  return { name, color, count: nodes };
}

function scale({ colors = [], low_text: low = "", high_text: high = "" }: ShadingLegend): HTMLElement[] {
  const bar = element("span", { class: "cj-viewer3d-gradient", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${colors.join(", ")})`;
  return [element("span", { class: "cj-viewer3d-range" }, low, bar, high)];
}

function swatch({ name, color, count }: Swatch, unit: string): HTMLElement {
  const patch = element("span", { class: "cj-viewer3d-swatch", "aria-hidden": "true" });
  patch.style.background = color;
  const title = `${count.toLocaleString("en")} ${count === 1 ? unit : `${unit}s`}`;
  return element("span", { class: "cj-viewer3d-entry", title }, patch, name);
}
