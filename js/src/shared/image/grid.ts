/** What is shown of a stack without images: lines of round distances, and where it ends. */
import { scaleBar } from "../scalebar";
import { imageCorner, imageExtent, type Stack } from "../stack";
import type { StackView } from "../view";

const PAPER = "#1c1f22";
const LINE = "#33393f";
const EDGE = "#7b8794";

/** Paint lines; the longest of 1, 2 or 5 times a power of ten nm that is not too wide is between two. */
export function paintGrid(ctx: CanvasRenderingContext2D, stack: Stack, view: StackView): void {
  const { width, height, dpr } = view;
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.fillStyle = PAPER;
  ctx.fillRect(0, 0, width, height);
  const { length } = scaleBar(view.nmPerPixel);
  const [left, top] = view.toProject(0, 0);
  const [right, bottom] = view.toProject(width, height);
  ctx.beginPath();
  for (let x = Math.ceil(left / length) * length; x <= right; x += length) {
    const [px] = view.toScreen(x, 0);
    ctx.moveTo(px, 0);
    ctx.lineTo(px, height);
  }
  for (let y = Math.ceil(top / length) * length; y <= bottom; y += length) {
    const [, py] = view.toScreen(0, y);
    ctx.moveTo(0, py);
    ctx.lineTo(width, py);
  }
  ctx.lineWidth = 1;
  ctx.strokeStyle = LINE;
  ctx.stroke();
  const [x0, y0] = view.toScreen(...imageCorner(stack));
  const [extentX, extentY] = imageExtent(stack);
  ctx.strokeStyle = EDGE;
  ctx.strokeRect(x0, y0, extentX / view.nmPerPixel, extentY / view.nmPerPixel);
}
