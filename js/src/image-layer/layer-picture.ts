/** The images of a layer in one viewer. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import { ImageFailure } from "../shared/image/failure";
import { TileLoader } from "../shared/image/loader";
import { LOOK_NAMES, type PixelColor } from "../shared/image/look";
import { ImagePainter } from "../shared/image/painter";
import type { PictureLook, ShownPicture, StackPicture } from "../shared/image/picture";
import { storedValue } from "../shared/image/stored-value";
import type { Layer, LayerHost, View } from "../shared/layer";
import { type Rpc, RpcError } from "../shared/rpc";
import type { Stack } from "../shared/stack";
import type { TileSource } from "../shared/tile-transport";
import { StackView } from "../shared/view";
import type { ImageLayerState } from "./state";

export class LayerPicture implements StackPicture {
  readonly canvas = element("canvas", { "aria-hidden": "true", "data-testid": "layer-image" });
  private readonly stack: Stack;
  private readonly loader: TileLoader;
  private readonly painter: ImagePainter;
  private readonly shown: ShownPicture;
  private view: StackView | null = null;
  private direction = 0;
  /** What is on the canvas is not what is to be there. */
  private isStale = true;
  private complete = false;
  private complaint = "";

  constructor(
    layer: Layer,
    private readonly model: AnyModel<ImageLayerState>,
    private readonly rpc: Rpc,
    source: TileSource,
    private readonly host: LayerHost,
  ) {
    this.stack = model.get("stack");
    this.loader = new TileLoader(source, () => this.invalidate());
    this.painter = new ImagePainter(this.canvas, this.stack, this.loader, true);
    this.shown = host.showPicture(layer, this);
  }

  get title(): string {
    return this.model.get("title");
  }

  get isLabels(): boolean {
    return this.stack.is_labels ?? false;
  }

  get isComplete(): boolean {
    return this.complete && !this.isStale;
  }

  get tilesLoaded(): number {
    return this.loader.stats.loaded;
  }

  look(): PictureLook {
    const names = ["visible", "blend", ...LOOK_NAMES] as const;
    return Object.fromEntries(names.map((name) => [name, this.model.get(name)])) as unknown as PictureLook;
  }

  change(change: Partial<PictureLook>): void {
    for (const [name, value] of Object.entries(change))
      this.model.set(name as keyof PictureLook, value as never);
    this.model.save_changes();
  }

  shownAt(x: number, y: number): PixelColor | null {
    return this.view && this.painter.valueAt(this.view, x, y);
  }

  storedAt(x: number, y: number, z: number, signal: AbortSignal): Promise<number | string | null> {
    return storedValue(this.rpc, this.stack, [x, y, z], signal);
  }

  viewChanged(view: View): void {
    const { center, nmPerPixel, width, height, dpr } = view;
    // The depth of the viewer's section: its centre may be anywhere within the section.
    const here = new StackView(this.stack, [center[0], center[1], view.sectionDepth], nmPerPixel, {
      width,
      height,
      dpr,
    });
    if (this.view && here.section !== this.view.section)
      this.direction = Math.sign(here.section - this.view.section);
    this.view = here;
    this.plan();
  }

  restyle(): void {
    this.shown.restyle();
    this.plan();
  }

  paint(): void {
    if (!this.view || !this.isStale || !this.isSeen) return;
    this.isStale = false;
    const { state, error } = this.painter.paint(this.view);
    this.complete = state !== "loading" && state !== "failed";
    if (state === "failed") this.complain(error);
    else if (this.complete) this.complaint = "";
  }

  remove(): void {
    this.loader.dispose();
    this.shown.remove();
  }

  private get isSeen(): boolean {
    return this.model.get("visible") && this.model.get("opacity") > 0;
  }

  /** Ask for what is seen; nothing of what is hidden. */
  private plan(): void {
    if (!this.view) return;
    if (this.isSeen) this.painter.plan(this.view, this.direction);
    else this.loader.want({ seen: [], ahead: [] });
    this.invalidate();
  }

  private invalidate(): void {
    this.isStale = true;
    this.host.invalidate();
  }

  private complain(error: unknown): void {
    const reason =
      error instanceof RpcError || error instanceof ImageFailure ? error.message : "they do not come.";
    const text = `Images of ${this.title} cannot be shown: ${reason}`;
    if (text !== this.complaint) this.host.notify("warning", text);
    this.complaint = text;
  }
}
