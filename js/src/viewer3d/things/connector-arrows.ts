/** Arrows of the visible neurons to and from their connectors. */
import type { AnyModel } from "@anywidget/types";
import { Box3, type Object3D } from "three";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { type Arrow, Arrows } from "./arrows";
import { type NeuronLinks, relationColor } from "./links";

export interface ConnectorArrowsState {
  arrows: boolean;
}

export class ConnectorArrows implements SceneContent {
  readonly isOfNeurons = true;
  private readonly arrows = new Arrows();
  private readonly follow = (): void => this.neuronsChanged();
  private readonly stopListening: () => void;

  constructor(
    private readonly model: AnyModel<ConnectorArrowsState>,
    private readonly neurons: NeuronScene,
    private readonly links: NeuronLinks,
    private readonly host: { changed(): void },
  ) {
    model.on("change:arrows", this.follow);
    this.stopListening = links.onArrival(() => this.build());
    this.neuronsChanged();
  }

  get object(): Object3D {
    return this.arrows.object;
  }

  get count(): number {
    return this.arrows.count;
  }

  /** They are where the neurons are. */
  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  neuronsChanged(): void {
    if (this.model.get("arrows")) this.links.readLater();
    else if (this.arrows.count > 0) this.build();
  }

  edited(ids: readonly number[] | null): void {
    this.links.forget(ids);
    this.neuronsChanged();
  }

  dispose(): void {
    this.model.off("change:arrows", this.follow);
    this.stopListening();
    this.arrows.dispose();
  }

  private build(): void {
    const shown = this.model.get("arrows") ? this.neurons.visibleHere() : [];
    this.arrows.put(shown.flatMap((id) => this.arrowsOf(id)));
    this.host.changed();
  }

  private arrowsOf(id: number): Arrow[] {
    return (this.links.of(id) ?? []).flatMap(({ row, relation, place }) => {
      const node = this.neurons.lines.position(id, row);
      if (!node) return [];
      const color = relationColor(relation);
      return relation === "presynaptic_to"
        ? [{ from: node, to: place, color }]
        : [{ from: place, to: node, color }];
    });
  }
}
