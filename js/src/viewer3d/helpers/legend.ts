/** What the colours of nodes mean. */
import { element } from "../../shared/dom";

/** A colour (`#rrggbb`), its name, and how many nodes have it. */
export interface Swatch {
  name: string;
  color: string;
  nodes: number;
}

export interface ShadingLegend {
  title: string;
  kind: "categories" | "scale";
  /** Of categories. */
  entries?: Swatch[];
  /** Of a scale: from low to high. */
  colors?: string[];
  low_text?: string;
  high_text?: string;
  /** Null where all nodes have a value. */
  no_value: Swatch | null;
}

const MOST_ENTRIES = 24;

/** Elements that explain a legend. */
export function legendNodes(legend: ShadingLegend): HTMLElement[] {
  const parts = legend.kind === "scale" ? scale(legend) : categories(legend.entries ?? []);
  const rest = legend.no_value ? [swatch(legend.no_value)] : [];
  return [element("strong", {}, legend.title), ...parts, ...rest];
}

function scale({ colors = [], low_text: low = "", high_text: high = "" }: ShadingLegend): HTMLElement[] {
  const bar = element("span", { class: "cj-viewer3d-gradient", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${colors.join(", ")})`;
  return [element("span", { class: "cj-viewer3d-range" }, low, bar, high)];
}

function categories(entries: readonly Swatch[]): HTMLElement[] {
  const shown = entries.slice(0, MOST_ENTRIES).map(swatch);
  const more = entries.length - shown.length;
  return more > 0 ? [...shown, element("span", {}, `and ${more.toLocaleString("en")} more`)] : shown;
}

function swatch({ name, color, nodes }: Swatch): HTMLElement {
  const patch = element("span", { class: "cj-viewer3d-swatch", "aria-hidden": "true" });
  patch.style.background = color;
  const count = `${nodes.toLocaleString("en")} ${nodes === 1 ? "node" : "nodes"}`;
  return element("span", { class: "cj-viewer3d-entry", title: count }, patch, name);
}
