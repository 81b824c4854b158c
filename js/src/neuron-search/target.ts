/** The selection into which found neurons go, as the page has it: which of them are in it, and in which colours. */
import { hexOf } from "../shared/selection/delta";
import type { SelectionChange, SelectionExports, SelectionStore } from "../shared/selection/store";

export interface TargetHost {
  /** What the module of a selection's model gives. */
  exportsOf(reference: string): Promise<SelectionExports>;
  /** Another selection is followed, or neurons in it are otherwise. */
  changed(): void;
  /** A neuron was made active. */
  activated(id: number): void;
  /** The selection cannot be shown. */
  failed(error: unknown): void;
}

export class TargetSelection {
  /** Null while there is none, or it is not known yet. */
  store: SelectionStore | null = null;
  private stopListening: () => void = () => {};
  private turn = 0;

  constructor(private readonly host: TargetHost) {}

  /** Follow the selection of a reference; none if it is empty. */
  async follow(reference: string): Promise<void> {
    const turn = ++this.turn;
    let store: SelectionStore | null = null;
    try {
      if (reference) store = (await this.host.exportsOf(reference)).selection;
      await store?.ready;
    } catch (error) {
      store = null;
      if (turn === this.turn) this.host.failed(error);
    }
    if (turn !== this.turn) return;
    this.stopListening();
    this.stopListening = store?.subscribe("all", (change) => this.changed(change)) ?? (() => {});
    this.store = store;
    this.host.changed();
  }

  has(id: number): boolean {
    return this.store?.has(id) ?? false;
  }

  /** `#rrggbb` of a neuron that is in it. */
  colorOf(id: number): string {
    return hexOf(this.store?.colorOf(id) ?? 0);
  }

  /** Put a neuron into it, or take it out. */
  toggle(id: number): void {
    if (this.has(id)) this.store?.remove([id]);
    else {
      this.store?.add([id]);
      this.activate(id);
    }
  }

  /** Make a neuron active that is in it. */
  activate(id: number): void {
    if (this.has(id) && this.store?.active !== id) this.store?.setActive(id);
  }

  dispose(): void {
    this.turn++;
    this.stopListening();
  }

  private changed({ what, ids }: SelectionChange): void {
    if (what === "active") {
      const id = ids[0];
      if (id !== undefined) this.host.activated(id);
    } else if (what !== "selected" && what !== "flags") this.host.changed();
  }
}
