/** What of the reviewed neuron is reviewed, and the segment that is: wide lines along the edges near the section. */
import type { View } from "../../shared/layer";
import { isInSlab, type Slab } from "../data/section";
import type { ReviewSegments, ReviewWalk } from "../review/walk";
import { shareColor } from "./palette";

const DONE = shareColor(1);
const LEFT = shareColor(0);
const RIM = "#ffffff";
const WIDTH = 7;
const RIM_WIDTH = 12;
/** Half the width of a cross. */
const CROSS = 5;

/** Whether a line is of the present segment, and whether its node is reviewed. */
type LineState = "segment done" | "segment left" | "done" | "left";

/** fadeSections: sections before and behind on which lines still show. */
export function paintReview(
  ctx: CanvasRenderingContext2D,
  walk: ReviewWalk,
  view: View,
  slab: Slab,
  fadeSections: number,
): void {
  const paths = pathsOf(walk, view, slab, fadeSections);
  ctx.lineCap = "round";
  for (const kind of ["segment done", "segment left"] as const)
    stroke(ctx, paths.get(kind), RIM, RIM_WIDTH, 0.5);
  for (const [kind, path] of paths) stroke(ctx, path, kind.endsWith("done") ? DONE : LEFT, WIDTH, 0.55);
  ctx.globalAlpha = 1;
  crosses(ctx, view, suppressedPlaces(walk.about, slab));
  ctx.lineCap = "butt";
}

/** Where edges pass a section that reviewers skip there (suppressed virtual nodes): x, y in nm. */
export function suppressedPlaces(
  { suppressed, lengths, ids, places }: ReviewSegments,
  slab: Slab,
): Array<[x: number, y: number]> {
  const found: Array<[number, number]> = [];
  if (suppressed.size === 0) return found;
  let start = 0;
  for (const length of lengths) {
    for (let at = start; at < start + length - 1; at++) {
      const depth = suppressed.get(ids[at] as number)?.find((one) => isInSlab(one, slab));
      if (depth === undefined) continue;
      const [x0, y0, z0, x1, y1, z1] = places.subarray(3 * at, 3 * at + 6) as unknown as Edge;
      const share = z1 === z0 ? 0 : (depth - z0) / (z1 - z0);
      found.push([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]);
    }
    start += length;
  }
  return found;
}

/** x, y, z of a node and of its parent. */
type Edge = [number, number, number, number, number, number];

function crosses(ctx: CanvasRenderingContext2D, view: View, places: ReadonlyArray<[number, number]>): void {
  const path = new Path2D();
  for (const [x, y] of places) {
    const [px, py] = view.toScreen(x, y);
    path.moveTo(px - CROSS, py - CROSS);
    path.lineTo(px + CROSS, py + CROSS);
    path.moveTo(px - CROSS, py + CROSS);
    path.lineTo(px + CROSS, py - CROSS);
  }
  stroke(ctx, path, "#000000", 4, 0.7);
  stroke(ctx, path, RIM, 2, 1);
  ctx.globalAlpha = 1;
}

function pathsOf(walk: ReviewWalk, view: View, slab: Slab, fadeSections: number): Map<LineState, Path2D> {
  const paths = new Map<LineState, Path2D>();
  const reach = (fadeSections + 0.5) * slab.thickness;
  const [low, high] = [slab.depth - reach, slab.depth + reach];
  const { lengths, places, ids } = walk.about;
  let start = 0;
  for (let segment = 0; segment < lengths.length; segment++) {
    const length = lengths[segment] as number;
    for (let at = start; at < start + length; at++) {
      const next = Math.min(at + 1, start + length - 1);
      const [za, zb] = [places[3 * at + 2] as number, places[3 * next + 2] as number];
      if (Math.max(za, zb) < low || Math.min(za, zb) > high) continue;
      const state = walk.isDone(ids[at] as number) ? "done" : "left";
      const kind: LineState = segment === walk.segment ? `segment ${state}` : state;
      const path = paths.get(kind) ?? new Path2D();
      paths.set(kind, path);
      path.moveTo(...view.toScreen(places[3 * at] as number, places[3 * at + 1] as number));
      path.lineTo(...view.toScreen(places[3 * next] as number, places[3 * next + 1] as number));
    }
    start += length;
  }
  return paths;
}

function stroke(
  ctx: CanvasRenderingContext2D,
  path: Path2D | undefined,
  color: string,
  width: number,
  alpha: number,
): void {
  if (!path) return;
  ctx.globalAlpha = alpha;
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke(path);
}
