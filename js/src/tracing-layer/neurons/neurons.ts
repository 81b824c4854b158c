/** The neurons of a layer as people see them: the selection that it follows, what colours say, and the lines below. */
import type { AnyModel } from "@anywidget/types";
import { array } from "../../shared/columns";
import type { LayerHost } from "../../shared/layer";
import type { SelectionStore } from "../../shared/selection/store";
import { CrowdNotes } from "../crowd";
import type { Kernel } from "../data/kernel";
import type { Payload } from "../data/payload";
import type { Active } from "../data/selection";
import type { ActiveTags } from "../input/active-tags";
import type { TracingState } from "../state";
import { LinkedSelection } from "./linked-selection";
import { NeuronBars } from "./neuron-bars";
import { OutlineReader } from "./neuron-outline";
import { NeuronValues } from "./neuron-values";

export interface NeuronsContext {
  model: AnyModel<TracingState>;
  kernel: Kernel;
  host(): LayerHost | null;
  /** The active skeleton. */
  skeleton(): number | null;
  active(): Active | null;
  tags(): ActiveTags;
  /** Read the visible part again. */
  refresh(): Promise<void>;
  /** Skeletons that are loaded, and users who made what is. */
  loaded(of: "skeleton" | "user"): number[];
  /** A neuron was made active elsewhere. */
  activated(skeleton: number): void;
  /** How neurons look is otherwise. */
  lookChanged(): void;
  /** Draw again. */
  invalidate(): void;
}

export class Neurons {
  /** The selection, and how neurons look by it. */
  readonly linked: LinkedSelection;
  /** How the active neuron runs. */
  readonly outline: OutlineReader;
  private readonly lines: NeuronBars;
  private readonly crowd: CrowdNotes;
  private readonly values: NeuronValues;
  private active: number | null | undefined;

  constructor(context: NeuronsContext) {
    const { model, kernel, host, skeleton, loaded, activated } = context;
    this.values = new NeuronValues({
      kernel,
      colorBy: () => model.get("color_by"),
      skeletons: () => loaded("skeleton"),
      changed: () => this.restyle(),
    });
    this.linked = new LinkedSelection({
      valueColor: (one) => this.values.colorOf(one),
      model,
      exportsOf: <T>(reference: string): Promise<T> => {
        const shown = host();
        if (!shown) throw new Error("No viewer shows this layer.");
        return shown.exportsOf<T>(reference);
      },
      skeleton,
      lookChanged: () => {
        void this.values.update();
        this.lines.choiceChanged();
        context.lookChanged();
      },
      activated,
      failed: (reason) => host()?.notify("error", `The selection cannot be shown here. ${reason}`, true),
    });
    this.outline = new OutlineReader({ kernel, skeleton, changed: context.invalidate });
    this.crowd = new CrowdNotes(model);
    this.lines = new NeuronBars({
      model,
      kernel,
      skeleton,
      active: context.active,
      tags: context.tags,
      refresh: context.refresh,
      count: () => this.store?.length ?? null,
      valueLegend: () => this.values.legend(),
      userIds: () => loaded("user"),
    });
  }

  /** The selection; null while there is none, or it is not known yet. */
  get store(): SelectionStore | null {
    return this.linked.store;
  }

  attach(host: LayerHost, isFirst: boolean): void {
    this.lines.attach(host);
    this.crowd.attach(host);
    if (isFirst) this.follow();
  }

  detach(host: LayerHost): void {
    this.lines.detach(host);
    this.crowd.detach(host);
  }

  /** Follow the selection that the model names now. */
  follow(): void {
    void this.linked.update();
  }

  /** Neurons can be imported into another project, or no more. */
  offerChanged(): void {
    this.lines.offerChanged();
  }

  /** Work out anew how neurons look. */
  restyle(): void {
    this.linked.restyle();
  }

  /** The active neuron is the same in the selection, and named below the picture. */
  activeChanged(skeleton: number | null): void {
    this.lines.activeChanged();
    if (skeleton === this.active) return;
    this.active = skeleton;
    this.linked.activate(skeleton);
  }

  /** Other nodes are loaded. */
  loaded(payload: Payload): void {
    this.crowd.loaded(payload, array(payload.nodes.id).length);
    void this.lines.showLegend();
    void this.values.update();
  }

  /** These neurons were changed; null: any may be. */
  changed(skeletons: readonly number[] | null): void {
    this.values.forget(skeletons);
    if (skeletons && !(this.active && skeletons.includes(this.active))) return;
    this.lines.renew();
    this.outline.renew();
  }

  dispose(): void {
    this.linked.dispose();
    this.lines.dispose();
  }
}
