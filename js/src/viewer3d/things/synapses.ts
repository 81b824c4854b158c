/** Links of neurons to connectors as small spheres, coloured by relation, by partner or as their neuron. */
import type { AnyModel } from "@anywidget/types";
import { Box3, type Object3D } from "three";
import type { Rpc } from "../../shared/rpc";
import { FLAG, hexOf } from "../../shared/selection/delta";
import type { SelectionStore } from "../../shared/selection/store";
import { swatchLegend } from "../helpers/legend";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { type Ball, Balls } from "./balls";
import { type NeuronLink, type NeuronLinks, relationColor } from "./links";
import { colorsOfPartners, type PartnerColors } from "./partner-colors";

/** Radius, so that each can be seen from afar. */
const LEAST_PX = 2;
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
  private readonly balls = new Balls("synapses", LEAST_PX);
  private readonly names = new Map<number, string>();
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<SynapsesState>,
    private readonly rpc: Rpc,
    private readonly selection: SelectionStore,
    private readonly neurons: NeuronScene,
    private readonly links: NeuronLinks,
    private readonly host: SynapsesHost,
  ) {
    for (const name of ["synapses", "synapse_colors", "synapse_radius"] as const) {
      const follow = (): void => this.neuronsChanged();
      model.on(`change:${name}`, follow);
      this.stopping.push(() => model.off(`change:${name}`, follow));
    }
    this.stopping.push(links.onArrival(() => this.build()));
    this.stopping.push(selection.subscribe("colors", () => this.neuronsChanged()));
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
    else if (this.balls.count > 0) this.build();
  }

  edited(ids: readonly number[] | null): void {
    this.links.forget(ids);
    this.neuronsChanged();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.balls.dispose();
  }

  private build(): void {
    const shown = this.model.get("synapses") ? this.shown() : [];
    const partners = colorsOfPartners(
      shown.map(({ link }) => link.partner),
      (id) => this.selection.colorOf(id),
    );
    const balls = shown.map((one): Ball => ({ place: one.link.place, color: this.colorOf(one, partners) }));
    this.balls.put(balls, Math.max(this.model.get("synapse_radius"), 1));
    this.explain(shown, partners);
    this.host.changed();
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

  private colorOf({ skeletonId, link }: ShownLink, partners: PartnerColors): string {
    switch (this.model.get("synapse_colors")) {
      case "partner":
        return partners.colorOf(link.partner);
      case "neuron":
        return hexOf(this.selection.colorOf(skeletonId) ?? 0);
      default:
        return relationColor(link.relation);
    }
  }

  private explain(shown: readonly ShownLink[], partners: PartnerColors): void {
    const by = this.model.get("synapse_colors");
    if (shown.length === 0 || by === "neuron") this.host.legend([]);
    else if (by === "partner") this.explainPartners(partners);
    else this.host.legend(swatchLegend("synapses", relationSwatches(shown), "link"));
  }

  private explainPartners(partners: PartnerColors): void {
    const unknown = partners.named.filter((id) => !this.names.has(id));
    const swatches = partners.swatches((id) => this.names.get(id) ?? `skeleton ${id}`);
    this.host.legend(swatchLegend("synapses by partner", swatches, "link"));
    if (unknown.length > 0) void this.readNames(unknown);
  }

  private async readNames(ids: number[]): Promise<void> {
    try {
      const { result } = await this.rpc.call<Array<[id: number, name: string]>>("names", {
        skeleton_ids: ids,
      });
      // Those that are gone have no name; they are not asked for again.
      for (const id of ids) this.names.set(id, `skeleton ${id}`);
      for (const [id, name] of result) this.names.set(id, name);
    } catch (error) {
      this.host.failed(error);
      return;
    }
    this.build();
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
