/** All layers of a viewer together. */
import type { AnyModel, Host } from "@anywidget/types";
import type { KeyMap } from "../shared/bindings/help-panel";
import { type CommandKind, type CommandName, kindOf } from "../shared/bindings/keymap";
import type { Layer, LayerExports, LayerHost, LayerPointer, NeuronOutline } from "../shared/layer";
import type { StackView } from "../shared/view";
import { exportsOf } from "../shared/widget-reference";

export interface PointerTool {
  /** True when it used the event. */
  pointer(event: LayerPointer): boolean;
  /** Give up what waits for the mouse; false if nothing does. */
  cancel(): boolean;
}

export class Layers {
  private layers: Layer[] = [];
  /** Widget references of the model, by layer. */
  private references = new Map<Layer, string>();
  /** The layer that has the pointer from "down" to "up". */
  private holder: Layer | null = null;
  private resolving = 0;

  constructor(
    private readonly model: AnyModel,
    private readonly host: LayerHost,
    private readonly page: Pick<Host, "getWidget">,
    /** Has the mouse before the layers. */
    private readonly tool: PointerTool = { pointer: () => false, cancel: () => false },
    private readonly ordered: (layers: readonly Layer[]) => void = () => {},
  ) {}

  /** Show the layers that the model names now; fails if one of them does not load. */
  async update(): Promise<void> {
    const turn = ++this.resolving;
    const references = this.named();
    const found = await Promise.allSettled(references.map((reference) => this.resolve(reference)));
    const loaded = found.flatMap((outcome, index) =>
      outcome.status === "fulfilled" ? [[outcome.value, references[index] ?? ""] as const] : [],
    );
    if (turn !== this.resolving) return;
    this.show(new Map(loaded));
    const failed = found.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** Put a layer above (1) or below (-1) its neighbour among those that `isLike` it; the model keeps the order. */
  move(layer: Layer, by: 1 | -1, isLike: (other: Layer) => boolean): void {
    const order = this.layers.filter((each) => each === layer || isLike(each));
    const other = order[order.indexOf(layer) + by];
    if (!other) return;
    const [one, two] = [this.references.get(layer), this.references.get(other)];
    const swapped = (name: string): string => (name === one ? two : name === two ? one : name) ?? name;
    this.save(this.named().map(swapped));
  }

  /** Take a layer out of the viewer. */
  remove(layer: Layer): void {
    this.save(this.named().filter((name) => name !== this.references.get(layer)));
  }

  viewChanged(view: StackView): void {
    for (const layer of this.layers) layer.viewChanged(view, this.host);
  }

  draw(context: CanvasRenderingContext2D, view: StackView): void {
    for (const layer of this.layers) {
      context.save();
      layer.draw(context, view, this.host);
      context.restore();
    }
  }

  /** Offer a pointer event from the top layer down; true when one used it. */
  pointer(event: LayerPointer): boolean {
    if (this.tool.pointer(event)) return true;
    if (this.holder && event.kind !== "down") return this.holder.pointer(event, this.host);
    if (event.kind === "leave") {
      for (const layer of this.layers) layer.pointer(event, this.host);
      return false;
    }
    const taker = this.layers.toReversed().find((layer) => layer.pointer(event, this.host));
    if (event.kind === "down") this.holder = taker ?? null;
    return taker !== undefined;
  }

  /** The pointer is up and no click follows. */
  letGo(): void {
    this.holder = null;
  }

  /** Have a command done by the top layer that does its kind; false if none does it. */
  command(name: CommandName): boolean {
    return this.layers
      .toReversed()
      .some((layer) => layer.commandKind === kindOf(name) && layer.command(name, this.host));
  }

  /** Give up what waits for the mouse in a layer; false if nothing does. */
  cancel(): boolean {
    return this.tool.cancel() || this.layers.some((layer) => layer.cancel?.() ?? false);
  }

  /** The kinds of commands that layers do. */
  kinds(): CommandKind[] {
    return this.layers.map((layer) => layer.commandKind).filter((kind) => kind !== null);
  }

  /** The active neuron of the top layer that has one. */
  outline(): NeuronOutline | null {
    for (const layer of this.layers.toReversed()) {
      const found = layer.outline?.();
      if (found) return found;
    }
    return null;
  }

  gestures(): KeyMap {
    return this.layers.flatMap((layer) => layer.gestures());
  }

  /** What the layers have to say of all that they show. */
  banner(): string {
    return [...new Set(this.layers.map((layer) => layer.banner()))].filter(Boolean).join(" · ");
  }

  dispose(): void {
    this.resolving++;
    this.show(new Map());
  }

  /** Those that stay are left as they are. */
  private show(references: Map<Layer, string>): void {
    const before = this.layers;
    this.layers = [...references.keys()];
    this.references = references;
    if (this.holder && !references.has(this.holder)) this.holder = null;
    for (const layer of before) if (!references.has(layer)) layer.detach(this.host);
    for (const layer of this.layers) {
      if (before.includes(layer)) continue;
      layer.attach(this.host);
      layer.viewChanged(this.host.view(), this.host);
    }
    this.ordered(this.layers);
    this.host.invalidate();
  }

  private named(): string[] {
    return (this.model.get("layers") ?? []) as string[];
  }

  private save(references: string[]): void {
    this.model.set("layers", references);
    this.model.save_changes();
  }

  /** The layer of a model, as soon as its module has made it. */
  private async resolve(reference: string): Promise<Layer> {
    try {
      return (await exportsOf<LayerExports>(this.page, reference)).layer;
    } catch (cause) {
      throw new Error("A layer of this viewer did not load.", { cause });
    }
  }
}
