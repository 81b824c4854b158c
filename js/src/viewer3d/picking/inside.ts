/** Which neurons have a node inside an outline on the screen. */
import type { PickableNeuron } from "./pick";
import type { Projection, ScreenPoint, ScreenRectangle } from "./projection";

/** Neurons with a node inside a polygon, by the even-odd rule; none if it has no area. */
export function neuronsInside<T extends PickableNeuron>(
  neurons: Iterable<T>,
  projection: Projection,
  polygon: readonly ScreenPoint[],
): T[] {
  if (polygon.length < 3) return [];
  const around = boundsOf(polygon);
  const found: T[] = [];
  for (const neuron of neurons) {
    const rectangle = neuron.parents.length > 0 ? projection.rectangle(neuron.box) : null;
    if (rectangle && overlap(rectangle, around) && hasNodeInside(neuron, projection, polygon, around))
      found.push(neuron);
  }
  return found;
}

function hasNodeInside(
  { parents, positions }: PickableNeuron,
  projection: Projection,
  polygon: readonly ScreenPoint[],
  around: ScreenRectangle,
): boolean {
  const clip = new Float64Array(4);
  for (let at = 0; at < 3 * parents.length; at += 3) {
    projection.project(positions[at] ?? 0, positions[at + 1] ?? 0, positions[at + 2] ?? 0, clip);
    const [x = 0, y = 0, z = 0, w = 0] = clip;
    if (z < -w || z > w) continue;
    const px = projection.screenX(x, w);
    const py = projection.screenY(y, w);
    const isNear = px >= around.left && px <= around.right && py >= around.top && py <= around.bottom;
    if (isNear && isInside(px, py, polygon)) return true;
  }
  return false;
}

function isInside(px: number, py: number, polygon: readonly ScreenPoint[]): boolean {
  let isIn = false;
  let [lastX, lastY] = polygon[polygon.length - 1] ?? [0, 0];
  for (const [x, y] of polygon) {
    if (y > py !== lastY > py && px < ((lastX - x) * (py - y)) / (lastY - y) + x) isIn = !isIn;
    [lastX, lastY] = [x, y];
  }
  return isIn;
}

function boundsOf(polygon: readonly ScreenPoint[]): ScreenRectangle {
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function overlap(one: ScreenRectangle, other: ScreenRectangle): boolean {
  return (
    one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom
  );
}
