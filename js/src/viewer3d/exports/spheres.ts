/** Which objects are spheres: files have these as circles or as few triangles. */
import type { BufferGeometry } from "three";

const KINDS = new Set(["BallGeometry", "IcosahedronGeometry", "OctahedronGeometry", "SphereGeometry"]);

/** Whether a shape that is drawn many times is a sphere of radius 1. */
export function isSphere({ type }: BufferGeometry): boolean {
  return KINDS.has(type);
}
