/** What is drawn over a 3D picture in two dimensions: lengths of the grid, axes, marks, outlines. */
import type { Point } from "../../shared/layer";
import type { SpaceCamera } from "../camera/space-camera";
import type { ScreenPoint } from "../picking/projection";
import type { Theme } from "../theme";
import type { GridLabel } from "./box-grid";

const AXES: ReadonlyArray<[name: string, axis: 0 | 1 | 2, color: string]> = [
  ["x", 0, "#d55e00"],
  ["y", 1, "#009e73"],
  ["z", 2, "#0072b2"],
];
const ARROW = 26;
const LEAST_GAP = 14;
const CROSS_HOLE = 5;
const CROSS_REACH = 13;

export interface OverlayContent {
  labels: readonly GridLabel[];
  showOrientation: boolean;
  /** The active node; null if there is none. */
  active: Point | null;
  /** Where a linked stack viewer looks; null if there is none. */
  cross: Point | null;
  /** What the pointer is on. */
  pointed: Point | null;
  outline: readonly ScreenPoint[] | null;
}

export class SpaceOverlay {
  readonly canvas = document.createElement("canvas");

  constructor() {
    this.canvas.setAttribute("aria-hidden", "true");
    this.canvas.dataset.testid = "overlay";
  }

  draw(camera: SpaceCamera, theme: Theme, content: OverlayContent): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    // Labels leave the place of the axes free.
    const taken: ScreenPoint[] = content.showOrientation ? [[width - 46, 46]] : [];
    this.drawLabels(context, camera, theme, content.labels, taken);
    if (content.cross) cross(context, camera.toScreen(content.cross), theme);
    if (content.pointed) ring(context, camera.toScreen(content.pointed), 5, theme);
    if (content.active) ring(context, camera.toScreen(content.active), 8, theme, theme.accent);
    if (content.showOrientation) drawAxes(context, camera, theme, [width - 46, 46]);
    if (content.outline) drawOutline(context, content.outline, theme);
  }

  private drawLabels(
    context: CanvasRenderingContext2D,
    camera: SpaceCamera,
    theme: Theme,
    labels: readonly GridLabel[],
    taken: ScreenPoint[],
  ): void {
    context.fillStyle = theme.faint;
    context.strokeStyle = theme.paper;
    context.lineWidth = 3;
    // The names of the axes come last, and have the place before lengths.
    for (const { position, text } of labels.toReversed()) {
      const place = camera.toScreen(position);
      if (
        !place ||
        taken.some(
          (other) => Math.hypot(other[0] - place[0], other[1] - place[1]) < LEAST_GAP + text.length * 3,
        )
      )
        continue;
      taken.push(place);
      context.strokeText(text, ...place);
      context.fillText(text, ...place);
    }
  }
}

/** A cross-hair that is open in the middle. */
function cross(context: CanvasRenderingContext2D, place: ScreenPoint | null, theme: Theme): void {
  if (!place) return;
  const [x, y] = place;
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + CROSS_HOLE * dx, y + CROSS_HOLE * dy);
    context.lineTo(x + CROSS_REACH * dx, y + CROSS_REACH * dy);
  }
  context.lineWidth = 3;
  context.strokeStyle = theme.paper;
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = theme.accent;
  context.stroke();
}

function ring(
  context: CanvasRenderingContext2D,
  place: ScreenPoint | null,
  radius: number,
  theme: Theme,
  color = theme.ink,
): void {
  if (!place) return;
  context.beginPath();
  context.arc(...place, radius, 0, 2 * Math.PI);
  context.lineWidth = 4;
  context.strokeStyle = theme.paper;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = color;
  context.stroke();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  camera: SpaceCamera,
  theme: Theme,
  [x, y]: ScreenPoint,
): void {
  const { right, up, direction } = camera;
  const arrows = AXES.map(([name, axis, color]) => ({
    name,
    color,
    dx: right.getComponent(axis) * ARROW,
    dy: -up.getComponent(axis) * ARROW,
    depth: direction.getComponent(axis),
  }));
  // Those that point away are behind.
  for (const { name, color, dx, dy } of arrows.toSorted((one, other) => other.depth - one.depth)) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.stroke();
    const length = Math.hypot(dx, dy);
    const reach = length > 1 ? (length + 9) / length : 1;
    context.lineWidth = 3;
    context.strokeStyle = theme.paper;
    context.strokeText(name, x + dx * reach, y + dy * reach);
    context.fillStyle = theme.ink;
    context.fillText(name, x + dx * reach, y + dy * reach);
  }
}

function drawOutline(context: CanvasRenderingContext2D, outline: readonly ScreenPoint[], theme: Theme): void {
  context.beginPath();
  for (const place of outline) context.lineTo(...place);
  context.closePath();
  context.globalAlpha = 0.15;
  context.fillStyle = theme.accent;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.strokeStyle = theme.accent;
  context.stroke();
}
