/** What is drawn over a 3D picture in two dimensions: lengths of the grid, axes, marks, outlines. */
import type { Point } from "../../shared/layer";
import type { SpaceCamera } from "../camera/space-camera";
import type { ScreenPoint } from "../picking/projection";
import type { Theme } from "../theme";
import type { GridLabel } from "./box-grid";
import { placedLabels } from "./placed-labels";

const AXES: ReadonlyArray<[name: string, axis: 0 | 1 | 2, color: string]> = [
  ["x", 0, "#d55e00"],
  ["y", 1, "#009e73"],
  ["z", 2, "#0072b2"],
];
/** Middle of the axes, from the corner. */
const GIZMO = 50;
const ARROW = 28;
const LETTER = "bold 13px system-ui, sans-serif";
const LETTER_GAP = 11;
/** An arrow that points to or away from who looks, CSS pixels. */
const SHORT = 9;
/** Of labels, CSS pixels. */
const LETTERS_PX = 11;
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
    context.font = `${LETTERS_PX}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    // Labels leave the place of the axes free.
    const taken: ScreenPoint[] = content.showOrientation ? [[width - GIZMO, GIZMO]] : [];
    this.drawLabels(context, camera, theme, content.labels, taken);
    if (content.cross) cross(context, camera.toScreen(content.cross), theme);
    if (content.pointed) ring(context, camera.toScreen(content.pointed), 5, theme);
    if (content.active) ring(context, camera.toScreen(content.active), 8, theme, theme.accent);
    if (content.showOrientation) drawAxes(context, camera, theme, [width - GIZMO, GIZMO]);
    if (content.outline) drawOutline(context, content.outline, theme);
  }

  private drawLabels(
    context: CanvasRenderingContext2D,
    camera: SpaceCamera,
    theme: Theme,
    labels: readonly GridLabel[],
    taken: ScreenPoint[],
  ): void {
    for (const { text, place, above, mark: marked } of placedLabels(labels, camera, LETTERS_PX, taken)) {
      context.strokeStyle = theme.paper;
      context.lineWidth = 3;
      if (above) mark(context, marked, theme);
      context.fillStyle = above ? theme.ink : theme.faint;
      context.strokeText(text, ...place);
      context.fillText(text, ...place);
    }
  }
}

/** A dot at the place to which a text belongs. */
function mark(context: CanvasRenderingContext2D, place: ScreenPoint, theme: Theme): void {
  context.beginPath();
  context.arc(...place, 2.5, 0, 2 * Math.PI);
  context.stroke();
  context.fillStyle = theme.ink;
  context.fill();
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

interface AxisArrow {
  name: string;
  color: string;
  tip: ScreenPoint;
  /** Away from who looks, -1 to 1. */
  depth: number;
  /** On the screen, CSS pixels. */
  length: number;
}

function drawAxes(
  context: CanvasRenderingContext2D,
  { right, up, direction }: SpaceCamera,
  theme: Theme,
  [x, y]: ScreenPoint,
): void {
  const arrows = AXES.map(([name, axis, color]): AxisArrow => {
    const tip: ScreenPoint = [right.getComponent(axis) * ARROW, -up.getComponent(axis) * ARROW];
    return { name, color, tip, depth: direction.getComponent(axis), length: Math.hypot(...tip) };
  });
  context.font = LETTER;
  // Those that point away are behind.
  for (const arrow of arrows.toSorted((one, other) => other.depth - one.depth)) {
    const { color, tip, length, name } = arrow;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + tip[0], y + tip[1]);
    if (length < SHORT) context.arc(x, y, 3, 0, 2 * Math.PI);
    context.lineWidth = 2.5;
    context.strokeStyle = color;
    context.stroke();
    const [dx, dy] = letterPlace(arrow, arrows);
    context.lineWidth = 4;
    context.strokeStyle = theme.paper;
    context.strokeText(name, x + dx, y + dy);
    context.fillStyle = theme.ink;
    context.fillText(name, x + dx, y + dy);
  }
}

/** Beyond the tip; of an arrow that is seen from its end, where no other arrow is. */
function letterPlace({ tip, length }: AxisArrow, arrows: readonly AxisArrow[]): ScreenPoint {
  if (length >= SHORT)
    return [(tip[0] * (length + LETTER_GAP)) / length, (tip[1] * (length + LETTER_GAP)) / length];
  const long = arrows.filter((one) => one.length >= SHORT);
  const away = long.reduce<ScreenPoint>((sum, one) => [sum[0] - one.tip[0], sum[1] - one.tip[1]], [0, 0]);
  const reach = Math.hypot(...away);
  return reach > 1
    ? [(LETTER_GAP * away[0]) / reach, (LETTER_GAP * away[1]) / reach]
    : [-LETTER_GAP, -LETTER_GAP];
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
