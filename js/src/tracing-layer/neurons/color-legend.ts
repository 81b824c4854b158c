/** What colours stand for: the first few, and all at a click. */
import { element } from "../../shared/dom";

/** Entries that are always shown. */
const MOST = 6;
/** Characters of a text that are in the page; the title has all. */
const LONGEST = 200;

/** A colour (CSS) and what it stands for. */
export interface LegendEntry {
  color: string;
  text: string;
}

export class ColorLegend {
  readonly node = element("span", { class: "cj-legend", "data-testid": "legend" });
  private readonly list = element("span", { class: "cj-legend-list", role: "list" });
  private readonly more = element("button", { type: "button", class: "cj-more-colors" });
  private entries: readonly LegendEntry[] = [];
  private isWhole = false;

  constructor() {
    this.more.addEventListener("click", () => {
      this.isWhole = !this.isWhole;
      this.draw();
    });
    this.node.append(this.list, this.more);
    this.draw();
  }

  show(entries: readonly LegendEntry[]): void {
    this.entries = entries;
    this.draw();
  }

  private draw(): void {
    const { shown, offer } = partOf(this.entries, this.isWhole);
    this.node.hidden = shown.length === 0;
    this.list.replaceChildren(...shown.map(itemOf));
    this.more.hidden = offer === "";
    this.more.textContent = offer;
    this.more.setAttribute("aria-expanded", String(this.isWhole));
  }
}

/** The entries that are shown, and what is offered beside them; empty if they are all. */
export function partOf(
  entries: readonly LegendEntry[],
  isWhole: boolean,
): { shown: readonly LegendEntry[]; offer: string } {
  if (entries.length <= MOST) return { shown: entries, offer: "" };
  if (isWhole) return { shown: entries, offer: "fewer" };
  return { shown: entries.slice(0, MOST), offer: `${entries.length - MOST} more` };
}

function itemOf({ color, text }: LegendEntry): HTMLElement {
  const swatch = element("span", { class: "cj-swatch", "aria-hidden": "true" });
  swatch.style.background = color;
  const words = [...text.slice(0, 2 * LONGEST)].slice(0, LONGEST).join("");
  return element("span", { role: "listitem", title: text }, swatch, element("bdi", {}, words));
}
