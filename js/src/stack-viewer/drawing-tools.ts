/** What is drawn in a viewer besides its layers: a box, and regions. They have the mouse before the layers. */
import type { AnyModel } from "@anywidget/types";
import type { LayerPointer } from "../shared/layer";
import type { Messages } from "../shared/messages";
import type { Rpc } from "../shared/rpc";
import type { StackView } from "../shared/view";
import { BoxDrawing } from "./box-drawing";
import type { Camera } from "./camera";
import { type DrawnRegion, RegionDrawing } from "./region-drawing";
import { RegionsPanel } from "./regions-panel";
import type { ViewerState } from "./state";

export interface DrawingToolsContext {
  readonly model: AnyModel<ViewerState>;
  readonly rpc: Rpc;
  readonly camera: Camera;
  readonly messages: Messages;
  readonly stage: HTMLElement;
  /** The mouse draws a box now, or does no more. */
  showBoxDrawing(isArmed: boolean): void;
  invalidate(): void;
}

export class DrawingTools {
  readonly panel: RegionsPanel;
  readonly box: BoxDrawing;
  private readonly regions: RegionDrawing;

  constructor(private readonly context: DrawingToolsContext) {
    const { model, rpc, camera, messages, stage, invalidate } = context;
    const save = <N extends keyof ViewerState>(name: N, value: ViewerState[N]): void => {
      model.set(name, value);
      model.save_changes();
    };
    const regions = (): readonly DrawnRegion[] => model.get("regions") ?? [];
    const tell = (sentence: string): void => messages.notify("info", sentence);
    const cursor = (isArmed: boolean): void => {
      stage.style.cursor = isArmed ? "crosshair" : "";
    };
    this.box = new BoxDrawing({
      view: () => camera.view,
      box: () => model.get("box"),
      save: (box) => save("box", box),
      armed: (isArmed) => {
        if (isArmed) this.regions.cancel();
        context.showBoxDrawing(isArmed);
        cursor(isArmed);
      },
      invalidate,
    });
    this.regions = new RegionDrawing({
      view: () => camera.view,
      regions,
      save: (all) => save("regions", all),
      isEditing: () => this.panel.isOpen,
      armed: (isArmed) => {
        if (isArmed) this.box.cancel();
        cursor(isArmed);
        // The tool says that it draws only after this.
        queueMicrotask(() => this.panel.update());
      },
      tell,
      invalidate,
    });
    this.panel = new RegionsPanel({
      stack: camera.stack,
      regions,
      change: (all) => this.regions.change(all),
      toggleDrawing: () => {
        this.regions.toggle();
        stage.focus({ preventScroll: true });
      },
      undo: () => this.regions.undo(),
      canUndo: () => this.regions.canUndo,
      isDrawing: () => this.regions.isArmed,
      keep: async () => void (await rpc.call("keep_regions", { regions: regions() })),
      kept: async () => (await rpc.call<DrawnRegion[]>("kept_regions")).result,
      tell,
      failed: (error) =>
        messages.notify("error", error instanceof Error ? error.message : String(error), true),
      toggled: invalidate,
    });
  }

  /** The model has other regions, or another box. */
  update(): void {
    this.panel.update();
    this.context.invalidate();
  }

  pointer(event: LayerPointer): boolean {
    return this.box.pointer(event) || this.regions.pointer(event);
  }

  cancel(): boolean {
    return this.box.cancel() || this.regions.cancel();
  }

  paint(ctx: CanvasRenderingContext2D, view: StackView): void {
    this.regions.paint(ctx, view);
    this.box.paint(ctx, view);
  }
}
