/** The planes along which stacks are cut. Viewers and layers work with coordinates of the plane: right, down, depth. */
import type { Plane, Point } from "./layer";

/** From coordinates of the project to those of a plane, or back: both exchange the same two axes. */
export function turned(plane: Plane, [x, y, z]: Readonly<Point>): Point {
  if (plane === "xz") return [x, z, y];
  return plane === "zy" ? [z, y, x] : [x, y, z];
}

type Turnable = { x?: unknown; y?: unknown; z?: unknown };

/** The same for all x, y and z in objects and lists, such as a request or its answer; buffers are left as they are. */
export function turnedPlaces<T>(plane: Plane, value: T): T {
  if (plane === "xy" || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => turnedPlaces(plane, item)) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, turnedPlaces(plane, item)]);
  const made = Object.fromEntries(entries) as Turnable;
  if (!("x" in made && "y" in made && "z" in made)) return made as T;
  const { x, y, z } = made;
  return (plane === "xz" ? { ...made, y: z, z: y } : { ...made, x: z, z: x }) as T;
}
