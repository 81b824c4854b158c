/** Sections between two nodes of a review, each of which is looked at. */
import type { Point } from "../../shared/layer";

/**
 * Where to look between two nodes, and whether anything is: the point of the next section on the way from `here` to
 * `to`; null if that is the section of `to`, or a neighbour of it.
 *
 * thickness : of a section, nm. skipped : depths (nm) of sections that need no look.
 */
export function nextSection(
  here: Point,
  to: Point,
  thickness: number,
  skipped: readonly number[],
): Point | null {
  const depth = to[2] - here[2];
  const direction = Math.sign(depth);
  for (let steps = 1; ; steps++) {
    const share = (steps * thickness) / Math.abs(depth);
    // Half a section from the node is on its section.
    if (depth === 0 || steps * thickness > Math.abs(depth) - thickness / 2) return null;
    const z = here[2] + direction * steps * thickness;
    if (skipped.some((one) => Math.abs(one - z) < thickness / 2)) continue;
    return [here[0] + (to[0] - here[0]) * share, here[1] + (to[1] - here[1]) * share, z];
  }
}

/** A section beyond an end: away from where the neuron comes from; null where the neuron stays in one section. */
export function beyondEnd(end: Point, rest: Iterable<Point>, thickness: number): Point | null {
  for (const [, , z] of rest) {
    if (Math.abs(z - end[2]) < thickness / 2) continue;
    return [end[0], end[1], end[2] - Math.sign(z - end[2]) * thickness];
  }
  return null;
}
