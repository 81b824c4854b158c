/** A neuron to review. */
import { REVIEWED, type ReviewSegments } from "../../src/tracing-layer/review/walk";

const THICKNESS = 50;

/** Nodes of segments, one section (50 nm) apart: ids, and those that somebody has reviewed. */
export function reviewed(
  segments: number[][],
  flags: Record<number, number> = {},
  more: Partial<ReviewSegments> = {},
): ReviewSegments {
  const steps = segments.flat();
  return {
    skeleton: 100,
    root: null,
    name: "PN 17",
    mayMark: true,
    isOwnInTeam: false,
    last: null,
    suppressed: new Map(),
    lengths: Int32Array.from(segments, (segment) => segment.length),
    ids: Int32Array.from(steps),
    places: Float64Array.from(steps.flatMap((id) => [id, 10 * id, THICKNESS * id])),
    flags: Uint8Array.from(steps, (id) => flags[id] ?? 0),
    ...more,
  };
}

/** Two segments: from end 5 to the root 1, and from end 8 to branch 3. */
export const TWO = [
  [5, 4, 3, 2, 1],
  [8, 7, 3],
];

export const { OWN, TEAM, ANYBODY } = REVIEWED;
