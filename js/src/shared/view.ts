/** View mathematics: where a point of project space is on the screen, and how moves change that. */
import type { Plane, Point, View } from "./layer";
import { depthOf, imageExtent, type Stack, sectionAt } from "./stack";
import { gridSize, tileExtent, tilesInMemory } from "./tiles";

export interface Size {
  width: number;
  height: number;
  dpr: number;
}

/** A view of a stack's section; immutable. */
export class StackView implements View {
  readonly width: number;
  readonly height: number;
  readonly dpr: number;
  readonly plane: Plane;
  readonly section: number;
  readonly sectionDepth: number;
  readonly sectionThickness: number;

  constructor(
    stack: Stack,
    readonly center: Point,
    readonly nmPerPixel: number,
    size: Size,
  ) {
    this.width = size.width;
    this.height = size.height;
    this.dpr = size.dpr;
    this.plane = stack.plane ?? "xy";
    this.section = sectionAt(stack, center[2]);
    this.sectionDepth = depthOf(stack, this.section);
    this.sectionThickness = stack.resolution[2];
  }

  toScreen(x: number, y: number): [number, number] {
    return [
      this.width / 2 + (x - this.center[0]) / this.nmPerPixel,
      this.height / 2 + (y - this.center[1]) / this.nmPerPixel,
    ];
  }

  toProject(px: number, py: number): [number, number] {
    return [
      this.center[0] + (px - this.width / 2) * this.nmPerPixel,
      this.center[1] + (py - this.height / 2) * this.nmPerPixel,
    ];
  }
}

/** The centre after the picture was dragged by some CSS pixels. */
export function pannedCenter(view: View, dx: number, dy: number): Point {
  const [x, y, z] = view.center;
  return [x - dx * view.nmPerPixel, y - dy * view.nmPerPixel, z];
}

/** The centre at another zoom that keeps the point under (px, py) in its place. */
export function zoomedCenter(view: View, px: number, py: number, nmPerPixel: number): Point {
  const [x, y] = view.toProject(px, py);
  return [x - (px - view.width / 2) * nmPerPixel, y - (py - view.height / 2) * nmPerPixel, view.center[2]];
}

/** The zoom (nm per CSS pixel) at which the whole image fits. */
export function fittingZoom(stack: Stack, size: Size): number {
  const [width, height] = imageExtent(stack);
  return Math.max(width / Math.max(size.width, 1), height / Math.max(size.height, 1));
}

/**
 * The coarsest zoom at which the tiles that show surely fit into memory.
 *
 * Infinite, unless a stack has so few levels that even its coarsest is large.
 */
function crowdedZoom(stack: Stack, size: Size): number {
  const level = stack.zoom_levels - 1;
  const [columns, rows] = gridSize(stack, level);
  const most = tilesInMemory(stack) / 2;
  if (columns * rows <= most) return Number.POSITIVE_INFINITY;
  const [width, height] = tileExtent(stack, level);
  return Math.sqrt((most * width * height) / Math.max(size.width * size.height, 1));
}

/** Limit a zoom: from 64 screen pixels for each image pixel to the whole image at a quarter of the view. */
export function clampZoom(stack: Stack, size: Size, nmPerPixel: number): number {
  const finest = Math.min(stack.resolution[0], stack.resolution[1]) / 64;
  const coarsest = Math.max(Math.min(fittingZoom(stack, size) * 4, crowdedZoom(stack, size)), finest);
  return Math.min(Math.max(nmPerPixel, finest), coarsest);
}
