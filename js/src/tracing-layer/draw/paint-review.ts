/** What of the reviewed neuron is reviewed, and the segment that is: wide lines along the edges near the section. */
import type { View } from "../../shared/layer";
import type { Slab } from "../data/section";
import type { ReviewWalk } from "../review/walk";
import { shareColor } from "./palette";

const DONE = shareColor(1);
const LEFT = shareColor(0);
const RIM = "#ffffff";
const WIDTH = 7;
const RIM_WIDTH = 12;

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
  ctx.lineCap = "butt";
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
