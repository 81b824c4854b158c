/** What is shown of a stack without images: lines of round distances with their places, and where it ends. */
import type { Plane } from "../layer";
import { scaleBar } from "../scalebar";
import { imageCorner, imageExtent, type Stack } from "../stack";
import type { StackView } from "../view";

const PAPER = "#1c1f22";
const LINE = "#33393f";
const EDGE = "#7b8794";
const TEXT = "#a9b4c0";
const FONT = "11px system-ui, sans-serif";
/** CSS pixels between two labels. */
const GAP = 10;
/** CSS pixels above the lower edge that the scale bar takes. */
const SCALE_ROOM = 32;
const TEXT_HEIGHT = 14;
/** Smaller views have no labels. */
const LEAST_WIDTH = 240;

/** The project's axes to the right and down. */
const AXES: Record<Plane, [right: string, down: string]> = {
  xy: ["x", "y"],
  xz: ["x", "z"],
  zy: ["z", "y"],
};

/** Paint lines; the longest of 1, 2 or 5 times a power of ten nm that is not too wide is between two. */
export function paintGrid(ctx: CanvasRenderingContext2D, stack: Stack, view: StackView): void {
  const { width, height, dpr } = view;
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.fillStyle = PAPER;
  ctx.fillRect(0, 0, width, height);
  const { length } = scaleBar(view.nmPerPixel);
  const [left, top] = view.toProject(0, 0);
  const [right, bottom] = view.toProject(width, height);
  const across = linesBetween(left, right, length);
  const down = linesBetween(top, bottom, length);
  ctx.beginPath();
  for (const x of across) {
    const [px] = view.toScreen(x, 0);
    ctx.moveTo(px, 0);
    ctx.lineTo(px, height);
  }
  for (const y of down) {
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
  if (width >= LEAST_WIDTH) paintLabels(ctx, view, across, down, length);
}

/** Places of an axis (nm) at which there is a line. */
function linesBetween(from: number, to: number, length: number): number[] {
  const first = Math.ceil(from / length);
  return Array.from(
    { length: Math.max(Math.floor(to / length) - first + 1, 0) },
    (_, at) => (first + at) * length,
  );
}

function paintLabels(
  ctx: CanvasRenderingContext2D,
  view: StackView,
  across: readonly number[],
  down: readonly number[],
  length: number,
): void {
  const [rightAxis, downAxis] = AXES[view.plane];
  const labels = across.map((x) => gridLabel(rightAxis, x, length));
  ctx.font = FONT;
  ctx.fillStyle = TEXT;
  ctx.textBaseline = "top";
  const widest = Math.max(0, ...labels.map((label) => ctx.measureText(label).width));
  const every = Math.ceil((widest + GAP) / (length / view.nmPerPixel));
  for (const [at, x] of across.entries()) {
    // Counted from the project's origin, so that labels stay with their lines while the view moves.
    if (Math.round(x / length) % every === 0) ctx.fillText(labels[at] ?? "", view.toScreen(x, 0)[0] + 3, 3);
  }
  for (const y of down) {
    const [, py] = view.toScreen(0, y);
    // The first row is that of the other axis.
    const hasRoom = py > 20 && py + TEXT_HEIGHT < view.height - SCALE_ROOM;
    if (hasRoom) ctx.fillText(gridLabel(downAxis, y, length), 4, py + 3);
  }
}

/** Where a line is, as exactly as lines of such distances need it. */
export function gridLabel(axis: string, nm: number, step: number): string {
  const decimals = Math.max(0, Math.ceil(3 - Math.log10(step) - 1e-9));
  return `${axis} ${(nm / 1000).toFixed(decimals).replace("-", "−")} µm`;
}
