/** All layers of a viewer together. */
import type { AnyModel, Host } from "@anywidget/types";
import type { KeyMap } from "../shared/bindings/help-panel";
import { type CommandKind, type CommandName, kindOf } from "../shared/bindings/keymap";
import type { Layer, LayerExports, LayerHost, LayerPointer } from "../shared/layer";
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
  /** The layer that has the pointer from "down" to "up". */
  private holder: Layer | null = null;
  private resolving = 0;

  constructor(
    private readonly model: AnyModel,
    private readonly host: LayerHost,
    private readonly page: Pick<Host, "getWidget">,
    /** Has the mouse before the layers. */
    private readonly tool: PointerTool = { pointer: () => false, cancel: () => false },
  ) {}

  /** Show the layers that the model names now; fails if one of them does not load. */
  async update(): Promise<void> {
    const turn = ++this.resolving;
    const references = (this.model.get("layers") ?? []) as string[];
    const found = await Promise.allSettled(references.map((reference) => this.resolve(reference)));
    const loaded = found.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (turn !== this.resolving) return;
    this.release();
    this.layers = loaded;
    for (const layer of loaded) {
      layer.attach(this.host);
      layer.viewChanged(this.host.view());
    }
    this.host.invalidate();
    const failed = found.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
  }

  viewChanged(view: StackView): void {
    for (const layer of this.layers) layer.viewChanged(view);
  }

  draw(context: CanvasRenderingContext2D, view: StackView): void {
    for (const layer of this.layers) {
      context.save();
      layer.draw(context, view);
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

  gestures(): KeyMap {
    return this.layers.flatMap((layer) => layer.gestures());
  }

  /** What the layers have to say of all that they show. */
  banner(): string {
    return [...new Set(this.layers.map((layer) => layer.banner()))].filter(Boolean).join(" · ");
  }

  dispose(): void {
    this.resolving++;
    this.release();
  }

  private release(): void {
    this.holder = null;
    for (const layer of this.layers) layer.detach(this.host);
    this.layers = [];
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
