/** Which neurons are drawn, and in which colours. */
import { FLAG } from "../../shared/selection/delta";
import type { SelectionStore } from "../../shared/selection/store";
import { type Graph, Relation } from "../data/graph";
import { depthColor, skeletonColor, userColor } from "../draw/palette";
import type { ColorBy, ShownNeurons } from "../state";

export interface LookChoice {
  /** Colours (CSS) by the text of a skeleton's id; they come before those of the selection. */
  colors: Record<string, string>;
  colorBy: ColorBy;
  /** Skeletons that are hidden by groups. */
  hidden?: ReadonlySet<number>;
  shown: ShownNeurons;
  /** The colour by annotation or review; undefined if colours say something else. */
  valueColor?(skeleton: number): string | undefined;
  /** The selection, as far as there is one and it is known. */
  store: Pick<SelectionStore, "has" | "colorOf" | "flagsOf"> | null;
}

export class NeuronLook {
  private readonly known = new Map<number, string>();

  constructor(private readonly choice: LookChoice) {}

  /** CSS colour of what a user has traced of a skeleton, so many sections behind the one shown. */
  colorOf(skeleton: number, user: number, away = 0): string {
    if (this.choice.colorBy === "user") return userColor(user);
    if (this.choice.colorBy === "depth") return depthColor(away);
    let color = this.known.get(skeleton);
    if (color === undefined) {
      color = this.colorOfSkeleton(skeleton);
      this.known.set(skeleton, color);
    }
    return color;
  }

  isShown(skeleton: number): boolean {
    const { store, shown } = this.choice;
    if (this.choice.hidden?.has(skeleton)) return false;
    if (!store) return true;
    if (!store.has(skeleton)) return shown === "all";
    const flags = store.flagsOf(skeleton);
    return (flags & FLAG.VISIBLE) !== 0 && (shown !== "selected" || (flags & FLAG.SELECTED) !== 0);
  }

  /** Whether the selection lets a neuron's links of this kind show. */
  showsLink(skeleton: number, relation: number): boolean {
    const { store } = this.choice;
    if (!store?.has(skeleton)) return true;
    if (relation === Relation.Presynaptic) return (store.flagsOf(skeleton) & FLAG.PRE) !== 0;
    if (relation === Relation.Postsynaptic) return (store.flagsOf(skeleton) & FLAG.POST) !== 0;
    return true;
  }

  private colorOfSkeleton(skeleton: number): string {
    const { colors, store, colorBy } = this.choice;
    if (colorBy === "skeleton") return skeletonColor(skeleton, {});
    const byValue = this.choice.valueColor?.(skeleton);
    if (byValue !== undefined) return byValue;
    const rgba = colors[String(skeleton)] === undefined ? store?.colorOf(skeleton) : undefined;
    return rgba === undefined ? skeletonColor(skeleton, colors) : cssColor(rgba);
  }
}

/** Connectors of which all loaded partners are hidden. */
export function hiddenConnectors(graph: Graph, isShown: (skeleton: number) => boolean): Set<number> {
  const { connector, treenode } = graph.links.columns;
  const [hidden, shown] = [new Set<number>(), new Set<number>()];
  for (let row = 0; row < graph.links.count; row++) {
    const skeleton = graph.nodes.value(treenode[row] as number, "skeleton");
    if (skeleton === undefined) continue;
    (isShown(skeleton) ? shown : hidden).add(connector[row] as number);
  }
  for (const id of shown) hidden.delete(id);
  return hidden;
}

/** 0xRRGGBBAA as CSS. */
export function cssColor(rgba: number): string {
  return `#${rgba.toString(16).padStart(8, "0")}`;
}
