/** The selection that a tracing layer follows: its colours, what it hides, and its active neuron. */
import type { AnyModel } from "@anywidget/types";
import type { SelectionChange, SelectionExports, SelectionStore } from "../../shared/selection/store";
import type { TracingState } from "../state";
import { NeuronLook } from "./neuron-look";

export interface LinkedSelectionContext {
  model: AnyModel<TracingState>;
  /** What the module of another widget gives. */
  exportsOf<T>(reference: string): Promise<T>;
  /** The skeleton that is active in the viewer. */
  skeleton(): number | null;
  /** The colour by annotation or review; undefined if colours say something else. */
  valueColor(skeleton: number): string | undefined;
  /** How neurons look is otherwise. */
  lookChanged(): void;
  /** A neuron was made active elsewhere. */
  activated(skeleton: number): void;
  /** The selection cannot be shown. */
  failed(reason: string): void;
}

export class LinkedSelection {
  private storeNow: SelectionStore | null = null;
  private lookNow: NeuronLook | null = null;
  private stopListening: () => void = () => {};
  private turn = 0;
  /** What was active in the selection last. */
  private active: number | null = null;

  constructor(private readonly context: LinkedSelectionContext) {}

  /** Null while there is none, or it is not known yet. */
  get store(): SelectionStore | null {
    return this.storeNow;
  }

  get look(): NeuronLook {
    const { model } = this.context;
    this.lookNow ??= new NeuronLook({
      colors: model.get("colors"),
      colorBy: model.get("color_by"),
      hidden: hiddenByGroups(model),
      shown: model.get("shown_neurons"),
      store: this.storeNow,
      valueColor: (skeleton) => this.context.valueColor(skeleton),
    });
    return this.lookNow;
  }

  /** Follow the selection that the model names now. */
  async update(): Promise<void> {
    const turn = ++this.turn;
    this.stopListening();
    this.stopListening = () => {};
    const reference = this.context.model.get("selection");
    const store = reference ? await this.storeOf(reference) : null;
    if (turn !== this.turn) return;
    this.storeNow = store;
    if (store) {
      this.stopListening = store.subscribe("all", (change) => this.changed(change));
      const skeleton = this.context.skeleton();
      this.active = store.active;
      if (skeleton !== null) this.activate(skeleton);
      else if (store.active !== null) this.context.activated(store.active);
    }
    this.restyle();
  }

  /** Work out anew how neurons look. */
  restyle(): void {
    this.lookNow = null;
    this.context.lookChanged();
  }

  /** Make the viewer's active neuron the selection's; none is if it is not in it. */
  activate(skeleton: number | null): void {
    const store = this.storeNow;
    if (skeleton !== null) store?.setActive(store.has(skeleton) ? skeleton : null);
  }

  dispose(): void {
    this.turn++;
    this.stopListening();
  }

  private changed({ what }: SelectionChange): void {
    if (what !== "active") this.restyle();
    const active = this.storeNow?.active ?? null;
    if (active === this.active) return;
    this.active = active;
    if (active !== null) this.context.activated(active);
  }

  private async storeOf(reference: string): Promise<SelectionStore | null> {
    try {
      const { selection } = await this.context.exportsOf<SelectionExports>(reference);
      await selection.ready;
      return selection;
    } catch (error) {
      this.context.failed(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}

/** The skeletons of the visibility groups that are hidden. */
function hiddenByGroups(model: AnyModel<TracingState>): Set<number> {
  const groups = model.get("visibility_groups");
  return new Set(model.get("hidden_groups").flatMap((group) => groups[group - 1] ?? []));
}
