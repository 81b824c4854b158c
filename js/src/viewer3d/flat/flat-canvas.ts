/** The neurons drawn as lines on a plain canvas, for browsers without WebGL. */
import { type Camera, LineSegments, Matrix4, type Scene, Vector3 } from "three";
import type { PictureCanvas } from "../canvas/picture-canvas";
import type { ScreenSize } from "../picking/projection";

/** Lines of one colour: places relative to the scene's origin, and the row of each place's parent (-1: none). */
export interface FlatLines {
  color: string;
  isActive: boolean;
  positions: ArrayLike<number>;
  parents: ArrayLike<number>;
}

/** More edges than that are not drawn one by one: it would take seconds. */
const MOST_EDGES = 300_000;

export class FlatCanvas implements PictureCanvas {
  readonly node = document.createElement("canvas");

  /** `lines` gives the visible neurons. */
  constructor(private readonly lines: () => readonly FlatLines[]) {}

  draw(scene: Scene, camera: Camera, size: ScreenSize): void {
    this.drawAt(devicePixelRatio, scene, camera, size);
  }

  /** @param ratio - pixels for each of `size` */
  private drawAt(ratio: number, scene: Scene, camera: Camera, { width, height }: ScreenSize): void {
    this.node.width = Math.round(width * ratio);
    this.node.height = Math.round(height * ratio);
    const context = this.node.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    const matrix = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    scene.traverseVisible((object) => {
      if (object instanceof LineSegments && object.name === "box and grid")
        drawSegments(context, object, matrix, { width, height });
    });
    const neurons = [...this.lines()];
    const total = neurons.reduce((sum, { parents }) => sum + parents.length, 0);
    const step = Math.max(Math.ceil(total / MOST_EDGES), 1);
    // The active one is seen whatever is before it.
    neurons.sort((one, other) => Number(one.isActive) - Number(other.isActive));
    for (const one of neurons) drawNeuron(context, one, matrix, { width, height }, step);
  }

  finished(): Promise<void> {
    return Promise.resolve();
  }

  paint(
    onto: CanvasRenderingContext2D,
    scene: Scene,
    camera: Camera,
    { width, height }: ScreenSize,
    enlarged: number,
  ): void {
    this.drawAt(enlarged, scene, camera, { width: width / enlarged, height: height / enlarged });
    onto.drawImage(this.node, 0, 0, width, height);
  }

  dispose(): void {
    this.node.remove();
  }
}

function drawNeuron(
  context: CanvasRenderingContext2D,
  { color, isActive, positions, parents }: FlatLines,
  matrix: Matrix4,
  size: ScreenSize,
  step: number,
): void {
  const places = projected(positions, matrix, size);
  context.beginPath();
  for (let row = 0; row < parents.length; row++) {
    const parent = parents[row] ?? -1;
    // Of every few nodes one is drawn, to the node as far above it.
    if (parent < 0 || row % step !== 0) continue;
    const above = ancestor(parents, parent, step - 1);
    const [x, y] = [places[2 * row] ?? Number.NaN, places[2 * row + 1] ?? Number.NaN];
    const [parentX, parentY] = [places[2 * above] ?? Number.NaN, places[2 * above + 1] ?? Number.NaN];
    if (Number.isNaN(x + parentX)) continue;
    context.moveTo(parentX, parentY);
    context.lineTo(x, y);
  }
  context.strokeStyle = color;
  context.lineWidth = isActive ? 2.5 : 1;
  context.stroke();
}

/** The node so many steps above a row, or the root. */
function ancestor(parents: ArrayLike<number>, row: number, steps: number): number {
  let found = row;
  for (let step = 0; step < steps; step++) {
    const parent = parents[found] ?? -1;
    if (parent < 0) break;
    found = parent;
  }
  return found;
}

function drawSegments(
  context: CanvasRenderingContext2D,
  object: LineSegments,
  matrix: Matrix4,
  size: ScreenSize,
): void {
  const attribute = object.geometry.getAttribute("position");
  if (!attribute) return;
  const places = projected(attribute.array, matrix, size);
  context.beginPath();
  for (let at = 0; at + 3 < places.length; at += 4) {
    if (Number.isNaN((places[at] ?? 0) + (places[at + 2] ?? 0))) continue;
    context.moveTo(places[at] ?? 0, places[at + 1] ?? 0);
    context.lineTo(places[at + 2] ?? 0, places[at + 3] ?? 0);
  }
  context.strokeStyle = "rgb(128 128 128 / 60%)";
  context.lineWidth = 1;
  context.stroke();
}

/** x and y in CSS pixels of each place; NaN for those behind the camera. */
function projected(
  positions: ArrayLike<number>,
  matrix: Matrix4,
  { width, height }: ScreenSize,
): Float64Array {
  const count = Math.floor(positions.length / 3);
  const places = new Float64Array(2 * count);
  const point = new Vector3();
  for (let at = 0; at < count; at++) {
    point.set(positions[3 * at] ?? 0, positions[3 * at + 1] ?? 0, positions[3 * at + 2] ?? 0);
    point.applyMatrix4(matrix);
    const isSeen = point.z >= -1 && point.z <= 1;
    places[2 * at] = isSeen ? ((point.x + 1) / 2) * width : Number.NaN;
    places[2 * at + 1] = ((1 - point.y) / 2) * height;
  }
  return places;
}
