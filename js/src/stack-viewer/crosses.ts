/** Lines through the centre of a view, and the cursor of a linked one. */
import type { Plane, Point } from "../shared/layer";
import type { StackView } from "../shared/view";

const LINE = "rgb(255 255 255 / 75%)";
const RIM = "rgb(0 0 0 / 45%)";
/** CSS pixels about the centre that stay free. */
const GAP = 10;
const ARM = 9;
/** CSS pixels at the end of a line for the name of its axis. */
const NAME = 18;

type Axis = "x" | "y" | "z";
type AxisLine = readonly [x0: number, y0: number, x1: number, y1: number];
/** As Neuroglancer has them. */
const AXIS_COLORS: Record<Axis, string> = { x: "#ff7a70", y: "#5fdc5f", z: "#7ab4ff" };

/** Lines from the sides of the view to near its centre, each in the colour of its axis and with its name at the end. */
export function paintCrosshair(ctx: CanvasRenderingContext2D, { plane, width, height }: StackView): void {
  const [x, y] = [width / 2, height / 2];
  const [across, down] = axesOf(plane);
  const lines: Array<[axis: Axis, ...parts: AxisLine[]]> = [
    [across, [0, y, x - GAP, y], [x + GAP, y, width - NAME, y]],
    [down, [x, 0, x, y - GAP], [x, y + GAP, x, height - NAME]],
  ];
  for (const [axis, ...parts] of lines) {
    ctx.beginPath();
    for (const [x0, y0, x1, y1] of parts) {
      ctx.moveTo(x0, y0);
      ctx.lineTo(x1, y1);
    }
    stroke(ctx, AXIS_COLORS[axis]);
  }
  nameAxis(ctx, across, width - NAME / 2, y);
  nameAxis(ctx, down, x, height - NAME / 2);
}

/** The axes of the project that run to the right and down in a plane. */
export function axesOf(plane: Plane): [across: Axis, down: Axis] {
  return [plane === "zy" ? "z" : "x", plane === "xz" ? "z" : "y"];
}

function nameAxis(ctx: CanvasRenderingContext2D, axis: Axis, x: number, y: number): void {
  ctx.font = "bold 12px sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 3;
  ctx.strokeStyle = "#000";
  ctx.strokeText(axis, x, y);
  ctx.fillStyle = AXIS_COLORS[axis];
  ctx.fillText(axis, x, y);
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

function stroke(ctx: CanvasRenderingContext2D, color = LINE): void {
  ctx.lineWidth = 3;
  ctx.strokeStyle = RIM;
  ctx.stroke();
  ctx.lineWidth = 1;
  ctx.strokeStyle = color;
  ctx.stroke();
}
