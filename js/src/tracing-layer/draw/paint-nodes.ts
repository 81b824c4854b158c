/** Treenodes of the section: plain, roots, ends, virtual ones, and those not yet confirmed. */
import { NO_PARENT } from "../data/graph";
import { ACTIVE_SKELETON, ROOT } from "./palette";
import { contains, type PaintFrame, type Picture } from "./picture";

/** Node radius in CSS pixels at this zoom: small when zoomed out. */
export function nodeRadius(nmPerPixel: number): number {
  return Math.min(5, Math.max(1.5, 24 / Math.sqrt(nmPerPixel) / 2));
}

/** Above so many of one kind dots are square: circles take several times as long. */
const MANY = 1500;

/** Places x, y, x, y, … in CSS pixels, by colour. */
class Dots {
  private readonly byColor = new Map<string, number[]>();
  private count = 0;

  add(color: string, x: number, y: number): void {
    const places = this.byColor.get(color);
    if (places) places.push(x, y);
    else this.byColor.set(color, [x, y]);
    this.count++;
  }

  paint(ctx: CanvasRenderingContext2D, radius: number, fill: boolean): void {
    const isSquare = radius < 2 || this.count > MANY;
    for (const [color, places] of this.byColor) {
      ctx.beginPath();
      for (let at = 0; at < places.length; at += 2) {
        trace(ctx, places[at] as number, places[at + 1] as number, radius, isSquare);
      }
      if (fill) {
        if (!isSquare) outline(ctx);
        ctx.fillStyle = color;
        ctx.fill();
      } else {
        ctx.strokeStyle = color;
        ctx.stroke();
      }
    }
  }
}

/** A dark rim sets dots apart from pale tissue. */
function outline(ctx: CanvasRenderingContext2D): void {
  ctx.lineWidth = 2;
  ctx.strokeStyle = "rgb(0 0 0 / 55%)";
  ctx.stroke();
}

function trace(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, isSquare: boolean): void {
  if (isSquare) {
    ctx.rect(x - radius, y - radius, radius * 2, radius * 2);
  } else {
    ctx.moveTo(x + radius, y);
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

export function paintNodes(ctx: CanvasRenderingContext2D, picture: Picture, frame: PaintFrame): void {
  const { graph, topology, section, view, look } = picture;
  const { id, parent, x, y, skeleton, user } = graph.nodes.columns;
  const [plain, hollow, roots, ends] = [new Dots(), new Dots(), new Dots(), new Dots()];
  for (const row of section.nodes) {
    const [px, py] = view.toScreen(x[row] as number, y[row] as number);
    if (!contains(frame, px, py)) continue;
    const color = colorOf(picture, skeleton[row] as number, user[row] as number);
    const node = id[row] as number;
    (look.pending.has(node) ? hollow : plain).add(color, px, py);
    if (parent[row] === NO_PARENT) roots.add(ROOT, px, py);
    else if (topology.children[row] === 0) ends.add(color, px, py);
  }
  const radius = nodeRadius(view.nmPerPixel);
  plain.paint(ctx, radius, true);
  ctx.lineWidth = 1.5;
  ctx.setLineDash([2, 2]);
  hollow.paint(ctx, radius, false);
  ctx.setLineDash([]);
  if (radius >= 2) {
    roots.paint(ctx, radius + 3, false);
    ctx.lineWidth = 1;
    ends.paint(ctx, radius + 2, false);
  }
  paintVirtual(ctx, picture, frame, radius);
}

/** Small rings where edges pass through the section. */
function paintVirtual(
  ctx: CanvasRenderingContext2D,
  picture: Picture,
  frame: PaintFrame,
  radius: number,
): void {
  const { virtual } = picture.section;
  const { skeleton, user } = picture.graph.nodes.columns;
  const rings = new Dots();
  virtual.child.forEach((row, index) => {
    const [px, py] = picture.view.toScreen(virtual.x[index] as number, virtual.y[index] as number);
    if (contains(frame, px, py))
      rings.add(colorOf(picture, skeleton[row] as number, user[row] as number), px, py);
  });
  ctx.lineWidth = 1.25;
  rings.paint(ctx, Math.max(1.5, radius * 0.75), false);
}

function colorOf({ look }: Picture, skeleton: number, user: number): string {
  return skeleton === look.activeSkeleton ? ACTIVE_SKELETON : look.colorOf(skeleton, user);
}
