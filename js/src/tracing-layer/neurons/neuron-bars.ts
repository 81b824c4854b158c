/** The lines of all viewers that show a layer: what they say is read anew whenever it may have changed. */
import type { AnyModel } from "@anywidget/types";
import { copyText } from "../../shared/copy-text";
import type { LayerHost } from "../../shared/layer";
import { throttle } from "../../shared/throttle";
import type { ActiveNeuron, Kernel } from "../data/kernel";
import type { Active } from "../data/selection";
import { userColor } from "../draw/palette";
import type { ActiveTags } from "../input/active-tags";
import type { TracingState } from "../state";
import type { LegendEntry } from "./color-legend";
import { NeuronBar } from "./neuron-bar";
import { NodeFacts, type NodeWords } from "./node-facts";

/** ms between two readings while somebody traces. */
const INTERVAL_MS = 500;

export interface NeuronBarsContext {
  model: AnyModel<TracingState>;
  kernel: Pick<Kernel, "neuron" | "users" | "of">;
  skeleton(): number | null;
  active(): Active | null;
  tags(): ActiveTags;
  /** Read the visible part again. */
  refresh(): Promise<void>;
  /** Neurons in the selection; null if there is none. */
  count(): number | null;
  /** What colours by annotation or review stand for. */
  valueLegend(): LegendEntry[];
  /** Users who made what is loaded. */
  userIds(): number[];
}

export class NeuronBars {
  private readonly bars = new Map<LayerHost, NeuronBar>();
  private said: ActiveNeuron | string = "";
  private shownSkeleton: number | null | undefined;
  private userNames: Promise<Map<number, string>> | null = null;
  private legendOf = "";
  private shownTags = "";
  private node: NodeWords | null = null;
  private readonly nodeFacts: NodeFacts;
  private readonly read = throttle<number>((skeleton) => void this.ask(skeleton), INTERVAL_MS);

  constructor(private readonly context: NeuronBarsContext) {
    this.nodeFacts = new NodeFacts({
      kernel: context.kernel,
      active: context.active,
      show: (words) => {
        this.node = words;
        for (const bar of this.bars.values()) bar.showNode(words);
      },
    });
  }

  attach(host: LayerHost): void {
    const { model } = this.context;
    const set = <N extends keyof TracingState>(name: N, value: TracingState[N]): void => {
      model.set(name, value);
      model.save_changes();
    };
    const bar = new NeuronBar({
      show: (shown) => set("shown_neurons", shown),
      colorBy: (colorBy) => set("color_by", colorBy),
      copy: (text) => void this.copy(text, host),
      importNeuron: () => void this.importNeuron(host),
      findTag: (name) => this.context.tags().find(name, host),
      removeTag: (name) => this.context.tags().remove(name, host),
      editTags: () => this.context.tags().edit(host),
    });
    this.bars.get(host)?.node.remove();
    this.bars.set(host, bar);
    host.bar.append(bar.node);
    this.legendOf = "";
    this.shownTags = "";
    this.choiceChanged();
    if (this.shownSkeleton === undefined) this.activeChanged();
    else bar.showNeuron(this.said);
    bar.showNode(this.node);
    this.showTags();
    this.offerChanged();
  }

  /** Neurons can be imported into another project, or no more; or another one is active. */
  offerChanged(): void {
    const offer = this.context.model.get("import_offer") ?? null;
    const skeleton = this.context.skeleton();
    for (const bar of this.bars.values()) bar.showOffer(offer, skeleton !== null && skeleton > 0);
  }

  private async importNeuron(host: LayerHost): Promise<void> {
    const skeleton = this.context.skeleton();
    if (skeleton === null) return;
    const into = `“${this.context.model.get("import_offer")?.target ?? ""}”`;
    host.notify("info", `Importing skeleton ${skeleton} into ${into} …`);
    try {
      const made = await this.context.kernel.of("import_neuron", { skeleton_id: skeleton });
      const name = `“${made.name}”`;
      const text = made.is_new
        ? `Imported ${name} into ${into}, as skeleton ${made.skeleton_id}.`
        : `${name} was imported into ${into} before: it is skeleton ${made.skeleton_id} there.`;
      host.notify("info", text, true);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      host.notify("error", `Skeleton ${skeleton} was not imported. ${reason}`, true);
    }
  }

  private async copy(text: string, host: LayerHost): Promise<void> {
    const isDone = await copyText(text);
    host.notify("info", isDone ? `Copied: ${text}` : "The browser does not let this page copy.");
  }

  detach(host: LayerHost): void {
    this.bars.get(host)?.node.remove();
    this.bars.delete(host);
  }

  /** Another neuron or node may be active. */
  activeChanged(): void {
    this.nodeFacts.activeChanged();
    this.showTags();
    const skeleton = this.context.skeleton();
    if (skeleton === this.shownSkeleton) return;
    this.shownSkeleton = skeleton;
    this.offerChanged();
    this.read.cancel();
    if (skeleton === null) this.say("No neuron is active.");
    else if (skeleton < 0) this.say("A new neuron, which is being saved…");
    else this.renew();
  }

  private showTags(): void {
    const { names, mayEdit } = this.context.tags();
    const shown = JSON.stringify([names, mayEdit]);
    if (shown === this.shownTags) return;
    this.shownTags = shown;
    for (const bar of this.bars.values()) bar.tags.show(names, mayEdit);
  }

  /** Somebody has changed something of the active neuron. */
  renew(): void {
    const skeleton = this.shownSkeleton;
    if (typeof skeleton === "number" && skeleton > 0) this.read(skeleton);
    this.nodeFacts.renew();
  }

  /** What is shown, or what colours say, was chosen anew; or other neurons are in the selection. */
  choiceChanged(): void {
    const { model, count } = this.context;
    const choice = { shown: model.get("shown_neurons"), colorBy: model.get("color_by"), count: count() };
    for (const bar of this.bars.values()) bar.showChoice(choice);
    void this.showLegend();
  }

  /** Say which user has which colour, where colours say that. */
  async showLegend(): Promise<void> {
    const isByUser = this.context.model.get("color_by") === "user";
    if (!isByUser) {
      this.legendOf = "";
      this.putLegend(this.context.valueLegend());
      return;
    }
    const ids = this.context.userIds();
    const wanted = ids.join();
    if (wanted === this.legendOf && wanted !== "") return;
    this.legendOf = wanted;
    const names = ids.length > 0 ? await this.names().catch(() => new Map<number, string>()) : new Map();
    if (this.legendOf !== wanted) return;
    this.putLegend(ids.map((id) => ({ color: userColor(id), text: names.get(id) ?? `user ${id}` })));
  }

  private putLegend(entries: readonly LegendEntry[]): void {
    for (const bar of this.bars.values()) bar.legend.show(entries);
  }

  dispose(): void {
    this.read.cancel();
    this.nodeFacts.dispose();
    for (const host of [...this.bars.keys()]) this.detach(host);
  }

  private async ask(skeleton: number): Promise<void> {
    let said: ActiveNeuron | string;
    try {
      const { kernel, refresh } = this.context;
      const found = await kernel.neuron(skeleton);
      // The active node may be of another skeleton by now, as after an undo of a split: that is drawn first.
      if (!found) await refresh();
      said = found ?? `Skeleton ${skeleton} does not exist any more.`;
    } catch {
      said = `Skeleton ${skeleton}; its name cannot be read now.`;
    }
    if (this.shownSkeleton === skeleton) this.say(said);
  }

  private say(said: ActiveNeuron | string): void {
    this.said = said;
    for (const bar of this.bars.values()) bar.showNeuron(said);
  }

  private names(): Promise<Map<number, string>> {
    this.userNames ??= this.context.kernel.users().then((users) => new Map(users));
    this.userNames.catch(() => {
      this.userNames = null;
    });
    return this.userNames;
  }
}
