/** An image stack and where it lies in project space. */
import type { Plane, Point } from "./layer";

/** The synced `stack` trait; coordinates of its plane throughout: right, down, depth. */
export interface Stack {
  id: number;
  title: string;
  /** The plane along which it is cut; absent in what older versions saved, for xy. */
  plane?: Plane;
  /** Pixels at full resolution, and sections. */
  dimension: Point;
  /** nm per pixel, and per section. */
  resolution: Point;
  /** nm: where the centre of pixel (0, 0) of section 0 lies. */
  translation: Point;
  /** It has no images: a grid is shown. */
  is_grid?: boolean;
  /** Its values are ids, each with a colour: mixed colours would be of no id. */
  is_labels?: boolean;
  tile_width: number;
  tile_height: number;
  /** How many levels there are; level n is 1/2^n of full resolution in x and y, if `zoom_factors` do not say else. */
  zoom_levels: number;
  /** How many pixels of full resolution one of each level is, to the right and down. */
  zoom_factors?: Array<[number, number]>;
  broken_sections: number[];
  revision: number | string;
  /** The first and last section that a published page has; absent: all are there. */
  saved_sections?: [first: number, last: number];
}

/** The section that a depth (nm) lies in, whether or not the stack has it. */
export function sectionAt(stack: Stack, z: number): number {
  return Math.round((z - stack.translation[2]) / stack.resolution[2]);
}

/** Depth (nm) of the middle of a section. */
export function depthOf(stack: Stack, section: number): number {
  return stack.translation[2] + section * stack.resolution[2];
}

/** The first and last section that can be shown. */
export function sectionRange(stack: Stack): [first: number, last: number] {
  return stack.saved_sections ?? [0, stack.dimension[2] - 1];
}

/** The nearest section that can be shown. */
export function clampSection(stack: Stack, section: number): number {
  const [first, last] = sectionRange(stack);
  return Math.min(Math.max(section, first), last);
}

/** The section that a step leads to: broken sections are skipped, except at the stack's end. */
export function landingSection(stack: Stack, from: number, sections: number): number {
  const broken = new Set(stack.broken_sections);
  const direction = Math.sign(sections);
  const target = clampSection(stack, from + sections);
  let section = target;
  while (broken.has(section)) section += direction;
  if (section === clampSection(stack, section)) return section;
  section = target;
  while (broken.has(section) && section !== from) section -= direction;
  return section;
}

/**
 * Where the image's upper left corner lies (nm).
 *
 * An index times the resolution is the centre of a pixel, in plane as in depth, so the image begins
 * half a pixel before the translation. Smaller levels are means of full pixels: same corner.
 */
export function imageCorner(stack: Stack): [number, number] {
  const [rx, ry] = stack.resolution;
  const [tx, ty] = stack.translation;
  return [tx - rx / 2, ty - ry / 2];
}

/** Width and height of the image in nm. */
export function imageExtent(stack: Stack): [number, number] {
  return [stack.dimension[0] * stack.resolution[0], stack.dimension[1] * stack.resolution[1]];
}

/** How many pixels of full resolution one of a level is, to the right and down. */
export function levelFactors(stack: Stack, zoom: number): [number, number] {
  return stack.zoom_factors?.[zoom] ?? [2 ** zoom, 2 ** zoom];
}

/** Middle of the stack, on a section. */
export function middle(stack: Stack): Point {
  const [x, y] = imageCorner(stack);
  const [width, height] = imageExtent(stack);
  return [x + width / 2, y + height / 2, depthOf(stack, Math.floor((stack.dimension[2] - 1) / 2))];
}
