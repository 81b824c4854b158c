/** Colours on grey images; the first eight of skeletons, and the two sides, colour-blind people can tell apart, too. */

const SKELETONS = [
  ..."#f0932b #56b4e9 #e58fd0 #009e73 #b7a6ff #c2d94c #ff9e9e #4fd1b5".split(" "),
  ..."#d1603d #2f7fd6 #c957a8 #6fbf4f #8a6ee0 #a89b36 #ffc39a #1fa5b8".split(" "),
  ..."#b5793a #a9c9ff #f25f8a #8fe3a0 #d9b8ff #5b9f9a #e0d6a3 #7d93c8".split(" "),
];
/** Degrees between two hues of which many in a row differ. */
const GOLDEN_ANGLE = 137.5;
const LEAST = [255, 150, 60];
const MOST = [80, 180, 255];

export const ACTIVE_SKELETON = "#ffe14d";
export const ACTIVE_NODE = "#39ff14";
/** The active neuron on sections before the one shown, and on those behind it. */
export const ACTIVE_BEFORE = "#6cc0ff";
export const ACTIVE_BEHIND = "#ff8a4a";
export const PRESYNAPTIC = "#ff5a3c";
export const POSTSYNAPTIC = "#3ce0ff";
export const GAP_JUNCTION = "#c08cff";
export const OTHER_RELATION = "#dddddd";
export const CONNECTOR = "#ff9f1c";
export const ROOT = "#ff3d7f";
export const LABEL_TEXT = "#ffffff";
/** What sets lines and dots apart from pale tissue. */
export const RIM = "rgb(0 0 0 / 55%)";

const HERE = "#f4f4f4";

/** A skeleton's colour: the given one, else always the same for an id. */
export function skeletonColor(skeletonId: number, given: Record<string, string>): string {
  const index = (Math.imul(skeletonId, 0x9e3779b1) >>> 8) % SKELETONS.length;
  return given[String(skeletonId)] ?? (SKELETONS[index] as string);
}

/** The colour of a category by its number: no two have the same. */
export function categoryColor(index: number): string {
  const later = index - SKELETONS.length;
  const hue = Math.round(later * GOLDEN_ANGLE) % 360;
  return SKELETONS[index] ?? `hsl(${hue} 60% ${55 + 15 * (later % 3)}%)`;
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

/** The colour of what lies so many sections before (negative) or behind the one shown. */
export function depthColor(away: number): string {
  if (away === 0) return HERE;
  return away < 0 ? ACTIVE_BEFORE : ACTIVE_BEHIND;
}

/** The colour of the active neuron there. */
export function activeColor(away: number): string {
  return away === 0 ? ACTIVE_SKELETON : depthColor(away);
}
