/** The images of the viewer's own stack, at the bottom. */
import type { AnyModel } from "@anywidget/types";
import { LOOK_NAMES, type PixelColor } from "../shared/image/look";
import type { ImagePainter } from "../shared/image/painter";
import type { PictureLook, StackPicture } from "../shared/image/picture";
import { storedValue } from "../shared/image/stored-value";
import type { Rpc } from "../shared/rpc";
import type { StackView } from "../shared/view";
import type { ViewerState } from "./state";

export class OwnPicture implements StackPicture {
  readonly title: string;
  readonly isLabels: boolean;

  constructor(
    private readonly model: AnyModel<ViewerState>,
    private readonly rpc: Rpc,
    readonly canvas: HTMLCanvasElement,
    private readonly painter: ImagePainter,
    private readonly view: () => StackView,
  ) {
    const stack = model.get("stack");
    this.title = stack.title;
    this.isLabels = stack.is_labels ?? false;
  }

  look(): PictureLook {
    const own = Object.fromEntries(LOOK_NAMES.map((name) => [name, this.model.get(name)]));
    return { ...own, visible: true, blend: "normal" } as PictureLook;
  }

  change(change: Partial<PictureLook>): void {
    for (const [name, value] of Object.entries(change))
      this.model.set(name as keyof ViewerState, value as never);
    this.model.save_changes();
  }

  shownAt(x: number, y: number): PixelColor | null {
    return this.painter.valueAt(this.view(), x, y);
  }

  storedAt(x: number, y: number, z: number, signal: AbortSignal): Promise<number | string | null> {
    return storedValue(this.rpc, this.model.get("stack"), [x, y, z], signal);
  }
}
