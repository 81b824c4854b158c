/** Links of neurons to connectors as small spheres, coloured by relation, by partner or as their neuron. */
import type { AnyModel } from "@anywidget/types";
import { Box3, type Object3D } from "three";
import type { Rpc } from "../../shared/rpc";
import { FLAG, hexOf } from "../../shared/selection/delta";
import type { SelectionStore } from "../../shared/selection/store";
import type { Arrivals } from "../arrivals";
import { emptyLegend, swatchLegend } from "../helpers/legend";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { type Ball, Balls } from "./balls";
import { type NeuronLink, type NeuronLinks, relationColor } from "./links";
import { NeuronReader, PATIENCE_MS } from "./neuron-reader";
import { colorsOfPartners, type PartnerColors } from "./partner-colors";

/** Radius, so that each can be seen from afar. */
const LEAST_PX = 1.5;
const RELATION_NAMES: ReadonlyArray<[relation: string, name: string]> = [
  ["presynaptic_to", "presynaptic"],
  ["postsynaptic_to", "postsynaptic"],
  ["gapjunction_with", "gap junction"],
  ["", "other"],
];

export interface SynapsesState {
  synapses: boolean;
  synapse_colors: "relation" | "partner" | "neuron";
  /** nm. */
  synapse_radius: number;
}

export interface SynapsesHost {
  readonly arrivals: Arrivals;
  changed(): void;
  /** Explain the colours; not at all without parts. */
  legend(parts: HTMLElement[]): void;
  failed(error: unknown): void;
}

interface ShownLink {
  skeletonId: number;
  link: NeuronLink;
}

export class Synapses implements SceneContent {
  readonly isOfNeurons = true;
  private readonly balls = new Balls("synapses", LEAST_PX);
  private readonly names: NeuronReader<string>;
  /** Null unless colours say partners. */
  private partners: PartnerColors | null = null;
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<SynapsesState>,
    rpc: Rpc,
    private readonly selection: SelectionStore,
    private readonly neurons: NeuronScene,
    private readonly links: NeuronLinks,
    private readonly host: SynapsesHost,
  ) {
    const named = {
      arrivals: host.arrivals,
      visible: () => this.partners?.named ?? [],
      failed: (error: unknown) => host.failed(error),
    };
    this.names = new NeuronReader(named, async (ids, signal) => {
      const options = { signal, timeoutMs: PATIENCE_MS };
      const { result } = await rpc.call<Array<[id: number, name: string]>>(
        "names",
        { skeleton_ids: ids },
        options,
      );
      return new Map(result);
    });
    this.names.onArrival(() => this.explainPartners());
    this.listen("synapses", () => this.neuronsChanged());
    this.listen("synapse_colors", () => this.looksChanged());
    this.listen("synapse_radius", () => this.looksChanged());
    this.stopping.push(links.onArrival(() => this.build()));
    this.stopping.push(selection.subscribe("colors", () => this.colorsChanged()));
    this.neuronsChanged();
  }

  get object(): Object3D {
    return this.balls.object;
  }

  get count(): number {
    return this.balls.count;
  }

  /** They are where the neurons are. */
  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  neuronsChanged(): void {
    if (this.model.get("synapses")) this.links.readLater();
    else this.build();
  }

  edited(ids: readonly number[] | null): void {
    this.links.forget(ids);
    this.names.forget(ids);
    this.neuronsChanged();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.names.dispose();
    this.balls.dispose();
  }

  private listen(name: keyof SynapsesState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private colorsChanged(): void {
    if (this.model.get("synapse_colors") !== "relation") this.looksChanged();
  }

  /** The same links look otherwise now. */
  private looksChanged(): void {
    if (this.model.get("synapses")) this.build();
  }

  private build(): void {
    const shown = this.model.get("synapses") ? this.shown() : [];
    const isByPartner = this.model.get("synapse_colors") === "partner" && shown.length > 0;
    this.partners = isByPartner ? this.partnersOf(shown) : null;
    const balls = shown.map((one): Ball => ({ place: one.link.place, color: this.colorOf(one) }));
    this.balls.put(balls, Math.max(this.model.get("synapse_radius"), 1));
    if (this.partners) {
      this.explainPartners();
      this.names.readLater();
    } else this.explain(shown);
    this.host.changed();
  }

  private partnersOf(shown: readonly ShownLink[]): PartnerColors {
    return colorsOfPartners(
      shown.map(({ link }) => link.partner),
      (id) => this.selection.colorOf(id),
    );
  }

  private shown(): ShownLink[] {
    return this.neurons.visibleHere().flatMap((skeletonId) => {
      const flags = this.selection.flagsOf(skeletonId);
      const links = this.links.of(skeletonId) ?? [];
      return links
        .filter(({ relation }) => isSwitchedOn(relation, flags))
        .map((link) => ({ skeletonId, link }));
    });
  }

  private colorOf({ skeletonId, link }: ShownLink): string {
    if (this.partners) return this.partners.colorOf(link.partner);
    if (this.model.get("synapse_colors") === "neuron") return hexOf(this.selection.colorOf(skeletonId) ?? 0);
    return relationColor(link.relation);
  }

  private explain(shown: readonly ShownLink[]): void {
    if (shown.length === 0) this.host.legend(this.areMissing() ? emptyLegend("synapses") : []);
    else if (this.model.get("synapse_colors") === "neuron") this.host.legend([]);
    else this.host.legend(swatchLegend("synapses", relationSwatches(shown), "link"));
  }

  /** They are wanted and have come, and there are none. */
  private areMissing(): boolean {
    const visible = this.model.get("synapses") ? this.neurons.visibleHere() : [];
    return visible.length > 0 && visible.every((id) => this.links.has(id));
  }

  private explainPartners(): void {
    if (!this.partners) return;
    const swatches = this.partners.swatches((id) => this.names.lastOf(id) ?? `skeleton ${id}`);
    this.host.legend(swatchLegend("synapses by partner", swatches, "link"));
  }
}

function relationSwatches(shown: readonly ShownLink[]) {
  const counts = new Map<string, number>();
  for (const { link } of shown) counts.set(link.relation, (counts.get(link.relation) ?? 0) + 1);
  return RELATION_NAMES.flatMap(([relation, name]) => {
    const count = counts.get(relation);
    return count ? [{ name, color: relationColor(relation), count }] : [];
  });
}

function isSwitchedOn(relation: string, flags: number): boolean {
  if (relation === "presynaptic_to") return (flags & FLAG.PRE) !== 0;
  return relation !== "postsynaptic_to" || (flags & FLAG.POST) !== 0;
}
