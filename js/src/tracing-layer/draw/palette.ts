/** Colours on grey images that colour-blind people can tell apart, too. */

const SKELETONS = ["#f0932b", "#56b4e9", "#e58fd0", "#009e73", "#b7a6ff", "#c2d94c", "#ff9e9e", "#4fd1b5"];

export const ACTIVE_SKELETON = "#ffe14d";
export const ACTIVE_NODE = "#39ff14";
export const PRESYNAPTIC = "#ff5a3c";
export const POSTSYNAPTIC = "#3ce0ff";
export const GAP_JUNCTION = "#c08cff";
export const OTHER_RELATION = "#dddddd";
export const CONNECTOR = "#ff9f1c";
export const ROOT = "#ff3d7f";
export const LABEL_TEXT = "#ffffff";

/** A skeleton's colour: the given one, else always the same for an id. */
export function skeletonColor(skeletonId: number, given: Record<string, string>): string {
  const index = (Math.imul(skeletonId, 0x9e3779b1) >>> 8) % SKELETONS.length;
  return given[String(skeletonId)] ?? (SKELETONS[index] as string);
}

/** A user's colour: always the same for an id. */
export function userColor(userId: number): string {
  return skeletonColor(userId, {});
}
