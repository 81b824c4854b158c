/** Colours on grey images that colour-blind people can tell apart, too. */

const SKELETONS = ["#f0932b", "#56b4e9", "#e58fd0", "#009e73", "#b7a6ff", "#c2d94c", "#ff9e9e", "#4fd1b5"];
const LEAST = [255, 150, 60];
const MOST = [80, 180, 255];

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

/** The colour of a category by its number. */
export function categoryColor(index: number): string {
  return SKELETONS[index % SKELETONS.length] as string;
}

/** From orange for none to blue for all, which colour-blind people can tell apart, too. */
export function shareColor(share: number): string {
  const mixed = LEAST.map((part, at) => Math.round(part + ((MOST[at] as number) - part) * share));
  return `rgb(${mixed.join(", ")})`;
}

/** A user's colour: always the same for an id. */
export function userColor(userId: number): string {
  return skeletonColor(userId, {});
}
