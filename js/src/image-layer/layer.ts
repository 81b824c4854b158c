/** The image layer: shows the images of another stack in the viewers that it is in, above their own. */
import type { AnyModel } from "@anywidget/types";
import { LOOK_NAMES } from "../shared/image/look";
import type { Layer, LayerHost, View } from "../shared/layer";
import { Rpc } from "../shared/rpc";
import { TileSource } from "../shared/tile-transport";
import { exposeHook } from "./hook";
import { LayerPicture } from "./layer-picture";
import type { ImageLayerState } from "./state";

const LOOKS = ["visible", "blend", ...LOOK_NAMES] as const;

export class ImageLayer implements Layer {
  readonly commandKind = null;
  private readonly rpc: Rpc;
  private source: TileSource;
  private readonly pictures = new Map<LayerHost, LayerPicture>();
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<ImageLayerState>,
    private readonly jupyterBase: string,
  ) {
    this.rpc = new Rpc(model as AnyModel);
    this.source = new TileSource(this.rpc, jupyterBase);
    for (const name of LOOKS) this.follow(name, () => this.restyle());
    this.follow("stack", () => this.renew());
    const { pictures } = this;
    const hook = {
      get isComplete() {
        return [...pictures.values()].every((picture) => picture.isComplete);
      },
      get tilesLoaded() {
        return [...pictures.values()].reduce((sum, picture) => sum + picture.tilesLoaded, 0);
      },
    };
    this.stopping.push(exposeHook(model.get("layer_id"), hook));
  }

  attach(host: LayerHost): void {
    const { plane } = host.view();
    const own = this.model.get("stack").plane ?? "xy";
    if (plane !== own) {
      const title = this.model.get("title");
      host.notify(
        "warning",
        `${title} is cut along ${own}; sections here are along ${plane}, so it is not shown.`,
      );
      return;
    }
    this.pictures.set(host, new LayerPicture(this, this.model, this.rpc, this.source, host));
  }

  detach(host?: LayerHost): void {
    const gone = host ? [host] : [...this.pictures.keys()];
    for (const each of gone) {
      this.pictures.get(each)?.remove();
      this.pictures.delete(each);
    }
  }

  dispose(): void {
    this.detach();
    for (const stop of this.stopping) stop();
    this.rpc.dispose();
  }

  viewChanged(view: View, host: LayerHost): void {
    this.pictures.get(host)?.viewChanged(view);
  }

  draw(_ctx: CanvasRenderingContext2D, _view: View, host: LayerHost): void {
    this.pictures.get(host)?.paint();
  }

  pointer(): boolean {
    return false;
  }

  command(): boolean {
    return false;
  }

  gestures(): [] {
    return [];
  }

  banner(): string {
    return "";
  }

  private restyle(): void {
    for (const picture of this.pictures.values()) picture.restyle();
  }

  /** The images are others: nothing that is here is of use. */
  private renew(): void {
    const hosts = [...this.pictures.keys()];
    this.detach();
    this.source = new TileSource(this.rpc, this.jupyterBase);
    for (const host of hosts) {
      this.attach(host);
      this.viewChanged(host.view(), host);
    }
  }

  private follow(name: keyof ImageLayerState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }
}
