/** Labels that have room on a picture, and where they are written. */
import type { SpaceCamera } from "../camera/space-camera";
import type { ScreenPoint, ScreenSize } from "../picking/projection";
import type { GridLabel } from "./box-grid";

/** How far labels are from each other: letters high, and more for each character. */
const LEAST_GAP = 1.3;
const GAP_OF_CHARACTER = 0.27;
/** More would be no help, and each is compared with all others. */
const MOST_LABELS = 300;
/** Characters of a label; longer ones are cut. */
const LONGEST = 60;

export interface PlacedLabel {
  text: string;
  /** Its middle. */
  place: ScreenPoint;
  above: boolean;
  /** To which it belongs. */
  mark: ScreenPoint;
}

/**
 * Place labels, each where no other one is.
 *
 * @param letters - how high they are, pixels
 * @param taken - places that stay free
 */
export function placedLabels(
  labels: readonly GridLabel[],
  camera: SpaceCamera,
  letters: number,
  taken: readonly ScreenPoint[] = [],
): PlacedLabel[] {
  const others = [...taken];
  const placed: PlacedLabel[] = [];
  // The names of the axes come last, and have the place before lengths; labels of treenodes come after both.
  for (const { position, text, above = false } of labels.toReversed()) {
    const at = camera.toScreen(position);
    if (!at || !isInside(at, camera.size)) continue;
    const place: ScreenPoint = above ? [at[0], at[1] - letters] : at;
    const written = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    const gap = letters * (LEAST_GAP + GAP_OF_CHARACTER * written.length);
    if (others.some(([x, y]) => Math.hypot(x - place[0], y - place[1]) < gap)) continue;
    others.push(place);
    placed.push({ text: written, place, above, mark: at });
    if (placed.length === MOST_LABELS) break;
  }
  return placed;
}

function isInside([x, y]: ScreenPoint, { width, height }: ScreenSize): boolean {
  return x >= 0 && y >= 0 && x <= width && y <= height;
}
