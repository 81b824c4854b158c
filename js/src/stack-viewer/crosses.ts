/** Lines through the centre of a view, and the cursor of a linked one. */
import type { Point } from "../shared/layer";
import type { StackView } from "../shared/view";

const LINE = "rgb(255 255 255 / 75%)";
const RIM = "rgb(0 0 0 / 45%)";
/** CSS pixels about the centre that stay free. */
const GAP = 10;
const ARM = 9;

/** Lines from the sides of the view to near its centre. */
export function paintCrosshair(ctx: CanvasRenderingContext2D, { width, height }: StackView): void {
  const [x, y] = [width / 2, height / 2];
  ctx.beginPath();
  for (const [x0, y0, x1, y1] of [
    [0, y, x - GAP, y],
    [x + GAP, y, width, y],
    [x, 0, x, y - GAP],
    [x, y + GAP, x, height],
  ] as const) {
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
  }
  stroke(ctx);
}

/** A cross where the cursor of another viewer is; dashed if that lies in another section. */
export function paintOtherCursor(ctx: CanvasRenderingContext2D, view: StackView, [x, y, z]: Point): void {
  const [px, py] = view.toScreen(x, y);
  const isHere = Math.abs(z - view.sectionDepth) <= view.sectionThickness / 2;
  ctx.beginPath();
  ctx.moveTo(px - ARM, py - ARM);
  ctx.lineTo(px + ARM, py + ARM);
  ctx.moveTo(px + ARM, py - ARM);
  ctx.lineTo(px - ARM, py + ARM);
  ctx.setLineDash(isHere ? [] : [3, 3]);
  stroke(ctx);
  ctx.setLineDash([]);
}

function stroke(ctx: CanvasRenderingContext2D): void {
  ctx.lineWidth = 3;
  ctx.strokeStyle = RIM;
  ctx.stroke();
  ctx.lineWidth = 1;
  ctx.strokeStyle = LINE;
  ctx.stroke();
}
