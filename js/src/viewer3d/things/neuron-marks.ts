/** Somata of the visible neurons as spheres, special treenodes as dots, and labels of treenodes as text. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Group, type Vector3 } from "three";
import type { Rpc } from "../../shared/rpc";
import { FLAG, hexOf } from "../../shared/selection/delta";
import type { SelectionStore } from "../../shared/selection/store";
import type { GridLabel } from "../helpers/box-grid";
import { swatchLegend } from "../helpers/legend";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { ScreenDots } from "./dots";
import type { NeuronReader, NeuronReaderHost } from "./neuron-reader";
import { type SpecialNode, specialNodesReader } from "./special-nodes";
import { type Sphere, Spheres } from "./spheres";

const DOT_PX = 8;
/** Radius of somata, so that each can be seen from afar. */
const LEAST_PX = 2.5;
/** nm, of a soma without a radius. */
const SOMA_RADIUS = 2_000;
/**
 * Of Okabe and Ito, whom colour-blind people tell apart, and none that synapses have; a node of several kinds has the
 * first one's.
 */
const KINDS: ReadonlyArray<{ kind: string; name: string; color: string }> = [
  { kind: "open_end", name: "open end", color: "#009e73" },
  { kind: "low_confidence", name: "low confidence", color: "#cc79a7" },
  { kind: "labelled", name: "labelled", color: "#0072b2" },
];

export interface NeuronMarksState {
  somas: boolean;
  /** nm: without a label soma the thickest treenode is one, if its radius is at least this; null: labels only. */
  soma_radius: number | null;
  special_nodes: string[];
  /** Labels of all neurons, not only of those whose text is switched on in the selection. */
  labels: boolean;
}

export class NeuronMarks implements SceneContent {
  readonly isOfNeurons = true;
  readonly object = new Group();
  private readonly spheres = new Spheres("somata", LEAST_PX);
  private readonly dots = new ScreenDots("special nodes", DOT_PX);
  private readonly nodes: NeuronReader<SpecialNode[]>;
  /** Labels of treenodes. */
  labels: GridLabel[] = [];
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<NeuronMarksState>,
    rpc: Rpc,
    private readonly selection: SelectionStore,
    private readonly neurons: NeuronScene,
    /** Of the scene, in project space. */
    private readonly origin: Vector3,
    private readonly host: NeuronReaderHost & { changed(): void; legend(parts: HTMLElement[]): void },
  ) {
    this.object.name = "marks";
    this.object.add(this.spheres.object, this.dots.object);
    this.nodes = specialNodesReader(rpc, () => model.get("soma_radius"), host);
    this.nodes.onArrival(() => this.build());
    for (const name of ["somas", "special_nodes", "labels"] as const)
      this.listen(name, () => this.neuronsChanged());
    this.listen("soma_radius", () => this.edited(null));
    this.stopping.push(selection.subscribe("colors", () => this.colorsChanged()));
    this.neuronsChanged();
  }

  /** They are where the neurons are. */
  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  /** How many are drawn. */
  get counts(): { somata: number; special: number; labels: number } {
    const special = this.dots.object.geometry.getAttribute("position")?.count ?? 0;
    return { somata: this.spheres.count, special, labels: this.labels.length };
  }

  /** Other neurons may be visible, or have come. */
  neuronsChanged(): void {
    if (this.isWanted) this.nodes.readLater();
    else if (this.spheres.count > 0 || this.dots.object.visible || this.labels.length > 0) this.build();
  }

  /** Neurons may have other special nodes now; null: any may. */
  edited(ids: readonly number[] | null): void {
    this.nodes.forget(ids);
    this.neuronsChanged();
  }

  dispose(): void {
    this.nodes.dispose();
    for (const stop of this.stopping) stop();
    this.spheres.dispose();
    this.dots.dispose();
  }

  private get isWanted(): boolean {
    if (this.model.get("somas") || this.model.get("labels")) return true;
    return (
      this.model.get("special_nodes").length > 0 ||
      this.selection.flags.some((one) => (one & FLAG.TEXT) !== 0)
    );
  }

  private listen(name: keyof NeuronMarksState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private colorsChanged(): void {
    if (this.isWanted) this.build();
  }

  private build(): void {
    const marked = this.isWanted ? this.neurons.visibleHere() : [];
    this.spheres.put(this.model.get("somas") ? marked.flatMap((id) => this.somataOf(id)) : []);
    this.buildDots(marked);
    const isWritten = (id: number): boolean =>
      this.model.get("labels") || (this.selection.flagsOf(id) & FLAG.TEXT) !== 0;
    this.labels = marked.filter(isWritten).flatMap((id) => this.textsOf(id));
    this.host.changed();
  }

  private buildDots(marked: readonly number[]): void {
    const wanted = this.model.get("special_nodes");
    const looks = KINDS.filter(({ kind }) => wanted.includes(kind)).map((look) => ({ ...look, count: 0 }));
    const places: number[] = [];
    const colors: string[] = [];
    for (const id of marked)
      for (const { row, kinds } of this.nodes.of(id) ?? []) {
        const place = this.neurons.lines.position(id, row);
        const look = looks.find(({ kind }) => kinds.has(kind));
        if (!place || !look) continue;
        places.push(...place);
        colors.push(look.color);
        look.count++;
      }
    this.dots.put(places, colors);
    this.host.legend(looks.length > 0 ? swatchLegend("special treenodes", looks, "treenode") : []);
  }

  private somataOf(id: number): Sphere[] {
    const color = hexOf(this.selection.colorOf(id) ?? 0);
    const somata = (this.nodes.of(id) ?? []).filter(({ kinds }) => kinds.has("soma"));
    return somata.flatMap(({ row, radius }) => {
      const place = this.neurons.lines.position(id, row);
      return place ? [{ place, radius: radius > 0 ? radius : SOMA_RADIUS, color }] : [];
    });
  }

  private textsOf(id: number): GridLabel[] {
    const { x, y, z } = this.origin;
    return (this.nodes.of(id) ?? []).flatMap(({ row, labels }) => {
      const place = labels.length > 0 ? this.neurons.lines.position(id, row) : null;
      if (!place) return [];
      const [px, py, pz] = place;
      return [{ text: labels.join(", "), position: [px + x, py + y, pz + z], above: true }];
    });
  }
}
