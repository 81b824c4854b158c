/** Values of neurons that colours say, annotations or how much is reviewed: read of what is loaded, and kept. */
import type { Kernel } from "../data/kernel";
import { categoryColor, depthColor, shareColor } from "../draw/palette";
import type { ColorBy } from "../state";
import type { LegendEntry } from "./color-legend";

export type NeuronValue = "annotation" | "review";

export interface NeuronValuesContext {
  kernel: Pick<Kernel, "neuronValues">;
  colorBy(): ColorBy;
  /** Skeletons that are loaded. */
  skeletons(): number[];
  /** Colours are otherwise. */
  changed(): void;
}

const WITHOUT = "#9a9a9a";
const NOT_ANNOTATED = "no annotation";
const DEPTHS: LegendEntry[] = [
  { color: depthColor(-1), text: "before this section" },
  { color: depthColor(0), text: "in this section" },
  { color: depthColor(1), text: "behind this section" },
];

export class NeuronValues {
  /** A text of annotations, or the percentage that is reviewed, by skeleton. */
  private known = new Map<number, string | number>();
  private of: NeuronValue | null = null;
  private isReading = false;
  /** Annotations in the order in which they came: each has a colour of its own. */
  private categories: string[] = [];

  constructor(private readonly context: NeuronValuesContext) {}

  /** Read the values of the loaded skeletons that are not known. */
  async update(): Promise<void> {
    const by = this.context.colorBy();
    const of = by === "annotation" || by === "review" ? by : null;
    if (of !== this.of) {
      this.of = of;
      this.known = new Map();
      this.categories = [];
    }
    if (of === null || this.isReading) return;
    const lacking = this.context.skeletons().filter((id) => id > 0 && !this.known.has(id));
    if (lacking.length === 0) return;
    this.isReading = true;
    const values = await this.context.kernel.neuronValues(of, lacking).catch(() => null);
    this.isReading = false;
    if (values === null) return;
    if (of !== this.of) return this.update();
    lacking.forEach((id, at) => {
      this.take(id, values[at] ?? "");
    });
    this.context.changed();
  }

  /** Read the values of these skeletons anew; null: of all. What is known is shown until then. */
  forget(skeletons: ReadonlyArray<number | null> | null): void {
    if (this.of === null) return;
    if (skeletons === null) this.known = new Map();
    else for (const id of skeletons) if (id !== null) this.known.delete(id);
    void this.update();
  }

  /** CSS colour of a skeleton; undefined if colours say something else. */
  colorOf(skeleton: number): string | undefined {
    if (this.of === null) return undefined;
    const value = this.known.get(skeleton);
    if (typeof value === "number") return shareColor(value / 100);
    return value ? categoryColor(this.categories.indexOf(value)) : WITHOUT;
  }

  /** What the colours stand for. */
  legend(): LegendEntry[] {
    if (this.of === "review")
      return [0, 50, 100].map((percent) => ({
        color: shareColor(percent / 100),
        text: `${percent}% reviewed`,
      }));
    if (this.context.colorBy() === "depth") return DEPTHS;
    if (this.of === null) return [];
    const entries = this.categories.map((text, at) => ({ color: categoryColor(at), text }));
    return [...entries, { color: WITHOUT, text: NOT_ANNOTATED }];
  }

  private take(id: number, value: string | number): void {
    this.known.set(id, value);
    if (typeof value === "string" && value && !this.categories.includes(value)) this.categories.push(value);
  }
}
