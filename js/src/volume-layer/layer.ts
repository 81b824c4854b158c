/** The volume layer: draws the outlines of volumes in the section of the viewers it is shown in. */
import type { AnyModel } from "@anywidget/types";
import type { Layer, LayerHost, View } from "../shared/layer";
import { Rpc, RpcError } from "../shared/rpc";
import { exposeHook } from "./hook";
import { Outlines } from "./outlines";
import { drawOutline } from "./paint";
import type { OutlinedVolume, VolumeLayerState } from "./state";

const LOOKS = ["visible", "opacity", "fill_opacity", "line_width", "show_names"] as const;

export class VolumeLayer implements Layer {
  readonly commandKind = null;
  private readonly rpc: Rpc;
  private readonly outlines: Outlines;
  private readonly hosts = new Set<LayerHost>();
  private readonly told = new Set<number>();
  private readonly stopping: Array<() => void> = [];
  private view: View | null = null;
  private complaint = "";

  constructor(private readonly model: AnyModel<VolumeLayerState>) {
    this.rpc = new Rpc(model as AnyModel);
    this.outlines = new Outlines({
      call: (method, params, options) => this.rpc.call(method, params, options),
      keys: () => this.shown().map(({ key }) => key),
      loaded: (gaps) => this.loaded(gaps),
      failed: (error) => this.failed(error),
    });
    this.follow("shown_volumes", () => this.look());
    for (const name of LOOKS) this.follow(name, () => this.look());
    const ringsShown = (): number[] => this.ringsShown();
    const { outlines } = this;
    this.stopping.push(
      exposeHook(model.get("layer_id"), {
        get isComplete() {
          return outlines.isComplete;
        },
        get rings() {
          return ringsShown();
        },
      }),
    );
  }

  attach(host: LayerHost): void {
    const { plane } = host.view();
    if (plane !== "xy") {
      host.notify("warning", `Outlines of volumes are drawn in sections along xy, and not along ${plane}.`);
      return;
    }
    this.hosts.add(host);
  }

  detach(host?: LayerHost): void {
    if (host) this.hosts.delete(host);
    else this.hosts.clear();
  }

  dispose(): void {
    this.detach();
    for (const stop of this.stopping) stop();
    this.outlines.stop();
    this.rpc.dispose();
  }

  viewChanged(view: View): void {
    if (view.plane !== "xy") return;
    this.view = view;
    if (this.model.get("visible")) this.outlines.viewChanged(view);
  }

  draw(ctx: CanvasRenderingContext2D, view: View): void {
    const found = view.plane === "xy" && this.model.get("visible") && this.outlines.at(view.sectionDepth);
    if (!found) return;
    const look = {
      opacity: this.model.get("opacity"),
      fillOpacity: this.model.get("fill_opacity"),
      lineWidth: this.model.get("line_width"),
    };
    for (const { key, name, color } of this.shown()) {
      const label = this.model.get("show_names") ? name : "";
      drawOutline(ctx, view, found.get(key) ?? [], { ...look, color, label });
    }
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

  private shown(): OutlinedVolume[] {
    return this.model.get("shown_volumes");
  }

  /** Numbers of rings of the volumes in the section shown. */
  private ringsShown(): number[] {
    const found = this.view && this.outlines.at(this.view.sectionDepth);
    return this.shown().map(({ key }) => found?.get(key)?.length ?? 0);
  }

  private look(): void {
    if (this.view) this.viewChanged(this.view);
    this.invalidate();
  }

  private loaded(gaps: number[]): void {
    const isNew = gaps.filter((key) => !this.told.has(key));
    for (const key of isNew) this.told.add(key);
    const names = this.shown().filter(({ key }) => isNew.includes(key));
    if (names.length > 0) {
      const listed = names.map(({ name }) => name).join(", ");
      this.notify(`The surface of ${listed} has holes: gaps of its outlines are closed by straight lines.`);
    }
    this.complaint = "";
    this.invalidate();
  }

  private failed(error: unknown): void {
    const reason = error instanceof RpcError ? error.message : String(error);
    if (reason === this.complaint) return;
    this.complaint = reason;
    this.notify(`The outlines of volumes could not be loaded: ${reason}`);
  }

  private notify(text: string): void {
    const [host] = this.hosts;
    host?.notify("warning", text);
  }

  private follow(name: keyof VolumeLayerState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private invalidate(): void {
    for (const host of this.hosts) host.invalidate();
  }
}
