/** A box of the project that a person draws: a rectangle by mouse, as deep as the section. */
import type { LayerPointer, Point } from "../shared/layer";
import { turned } from "../shared/planes";
import type { StackView } from "../shared/view";

/** Lower and upper corner in the project, nm. */
export type BoxCorners = [lower: Point, upper: Point];

export interface BoxDrawingContext {
  view(): StackView;
  box(): BoxCorners | null;
  save(box: BoxCorners | null): void;
  /** The mouse draws now, or does no more. */
  armed(isArmed: boolean): void;
  invalidate(): void;
}

const LINE = "#ffffff";
const RIM = "rgb(0 0 0 / 60%)";

export class BoxDrawing {
  private isArmed = false;
  private drag: { from: Point; to: Point } | null = null;

  constructor(private readonly context: BoxDrawingContext) {}

  /** The next drag draws a box; or no more. A box that there is goes away first. */
  toggle(): void {
    if (!this.isArmed && this.context.box()) this.context.save(null);
    else this.arm(!this.isArmed);
  }

  /** True when a box is being drawn, so that nobody else has the mouse. */
  pointer({ kind, x, y, z }: LayerPointer): boolean {
    if (!this.isArmed) return false;
    if (kind === "down") this.drag = { from: [x, y, z], to: [x, y, z] };
    if (kind === "move" && this.drag) this.drag.to = [x, y, z];
    if (kind === "up" && this.drag) this.finish(this.drag.from, [x, y, z]);
    if (kind === "leave") this.drag = null;
    this.context.invalidate();
    return true;
  }

  /** Give drawing up; false if nobody draws. */
  cancel(): boolean {
    const wasArmed = this.isArmed;
    this.arm(false);
    return wasArmed;
  }

  paint(ctx: CanvasRenderingContext2D, view: StackView): void {
    const corners = this.drag ? this.around(this.drag.from, this.drag.to) : this.context.box();
    if (!corners) return;
    const [lower, upper] = corners.map((corner) => turned(view.plane, corner)) as BoxCorners;
    const half = view.sectionThickness / 2;
    const isHere = lower[2] < view.sectionDepth + half && upper[2] > view.sectionDepth - half;
    const [left, top] = view.toScreen(lower[0], lower[1]);
    const [right, bottom] = view.toScreen(upper[0], upper[1]);
    ctx.setLineDash(isHere ? [] : [6, 4]);
    for (const [width, color] of [
      [3.5, RIM],
      [1.5, LINE],
    ] as const) {
      ctx.lineWidth = width;
      ctx.strokeStyle = color;
      ctx.strokeRect(left, top, right - left, bottom - top);
    }
    ctx.setLineDash([]);
  }

  private finish(from: Point, to: Point): void {
    this.arm(false);
    if (from[0] !== to[0] && from[1] !== to[1]) this.context.save(this.around(from, to));
  }

  private around(from: Point, to: Point): BoxCorners {
    const { plane, sectionThickness } = this.context.view();
    const half = sectionThickness / 2;
    const low: Point = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), from[2] - half];
    const high: Point = [Math.max(from[0], to[0]), Math.max(from[1], to[1]), from[2] + half];
    return [turned(plane, low), turned(plane, high)];
  }

  private arm(isArmed: boolean): void {
    this.drag = null;
    if (this.isArmed !== isArmed) this.context.armed(isArmed);
    this.isArmed = isArmed;
    this.context.invalidate();
  }
}
