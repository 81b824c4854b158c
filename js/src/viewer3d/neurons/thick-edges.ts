/** What is drawn of neurons besides thin lines: tubes near the camera, and wide lines of those that are selected. */
import { Group, PerspectiveCamera } from "three";
import type { Projection } from "../picking/projection";
import type { LineView } from "./detail";
import type { Fog, LineMaterial } from "./line-material";
import { NeuronTubes } from "./tubes";
import { WideLines, type WideNeuron } from "./wide-lines";

/** A tube, or a wide line, costs as much as so many lines. */
const LINES_PER_TUBE = 8;

/** Tubes are drawn near the camera, over the lines, where radii are known. */
export type NeuronStyle = "lines" | "tubes";

export class ThickEdges {
  readonly object = new Group();
  private readonly wide: WideLines;
  /** Made when they are shown for the first time. */
  private tubes: NeuronTubes | null = null;
  private style: NeuronStyle = "lines";
  private fog: Fog | null = null;
  private isTranslucent = false;

  constructor(private readonly material: LineMaterial) {
    this.object.name = "thick edges";
    this.object.matrixAutoUpdate = false;
    this.wide = new WideLines(material);
    this.object.add(this.wide.object);
  }

  get counts(): { tubes: number; wide: number } {
    return { tubes: this.tubes?.count ?? 0, wide: this.wide.count };
  }

  setStyle(style: NeuronStyle): void {
    this.style = style;
    if (style === "lines") this.tubes?.show(0);
  }

  setFog(fog: Fog | null): void {
    this.fog = fog;
    for (const material of this.materials) material.setFog(fog);
  }

  /** Some neurons are not fully opaque. */
  setTranslucent(isTranslucent: boolean): void {
    this.isTranslucent = isTranslucent;
    for (const material of this.materials) material.setTranslucent(isTranslucent);
  }

  /** The tags of neurons are other ones now. */
  tagsChanged(): void {
    this.wide.refresh();
  }

  /** A view at rest gets those that are near now; one that moves keeps as many as it has time for. */
  update(
    neurons: () => Iterable<WideNeuron>,
    budgetEdges: number,
    { camera }: LineView,
    projection: Projection,
  ): void {
    const isAtRest = budgetEdges === Infinity;
    if (isAtRest) this.wide.make(neurons());
    else this.wide.show(budgetEdges / LINES_PER_TUBE);
    if (this.style !== "tubes") return;
    const tubes = this.tubes ?? this.newTubes();
    tubes.material.setPerspective(camera instanceof PerspectiveCamera);
    if (isAtRest) tubes.make(neurons(), projection);
    else tubes.show(budgetEdges / LINES_PER_TUBE);
  }

  dispose(): void {
    this.wide.dispose();
    this.tubes?.dispose();
  }

  private get materials() {
    return this.tubes ? [this.wide.material, this.tubes.material] : [this.wide.material];
  }

  private newTubes(): NeuronTubes {
    this.tubes = new NeuronTubes(this.material);
    this.object.add(this.tubes.object);
    this.setFog(this.fog);
    this.setTranslucent(this.isTranslucent);
    return this.tubes;
  }
}
