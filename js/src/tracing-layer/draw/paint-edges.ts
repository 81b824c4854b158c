/** Edges, gathered by colour and distance so that each such group is one path. */
import { ACTIVE_SKELETON } from "./palette";
import { contains, fading, type PaintFrame, type Picture } from "./picture";

/** Above so many edges lines are one pixel wide: browsers draw those several times faster. */
const MANY = 3000;

/** Line ends x0, y0, x1, y1 of one colour and one distance, CSS pixels. */
class Segments {
  count = 0;
  ends = new Float32Array(256);

  add(x0: number, y0: number, x1: number, y1: number): void {
    const at = this.count * 4;
    if (at + 4 > this.ends.length) {
      const grown = new Float32Array(this.ends.length * 2);
      grown.set(this.ends);
      this.ends = grown;
    }
    this.ends[at] = x0;
    this.ends[at + 1] = y0;
    this.ends[at + 2] = x1;
    this.ends[at + 3] = y1;
    this.count++;
  }

  trace(ctx: CanvasRenderingContext2D): void {
    ctx.beginPath();
    for (let at = 0; at < this.count * 4; at += 4) {
      ctx.moveTo(this.ends[at] as number, this.ends[at + 1] as number);
      ctx.lineTo(this.ends[at + 2] as number, this.ends[at + 3] as number);
    }
    ctx.stroke();
  }
}

export interface EdgeGroup {
  color: string;
  /** Sections away. */
  level: number;
  active: boolean;
  segments: Segments;
}

/**
 * Edges on or near the section and within a frame, by colour and distance, farthest first.
 *
 * Edges are cut where they leave the range of sections that shows.
 */
export function gatherEdges(picture: Picture, frame: PaintFrame): EdgeGroup[] {
  const { graph, topology, look, slab, view } = picture;
  const { x, y, z, skeleton, user } = graph.nodes.columns;
  const groups = new Groups(picture);
  const reach = (look.fadeSections + 0.5) * slab.thickness;
  const [low, high] = [slab.depth - reach, slab.depth + reach];
  const [originX, originY] = view.toScreen(0, 0);
  const scale = 1 / view.nmPerPixel;
  for (let row = 0; row < graph.nodes.count; row++) {
    const parent = topology.parentRow[row] as number;
    if (parent < 0 || !look.isShown(skeleton[row] as number)) continue;
    const [za, zb] = [z[row] as number, z[parent] as number];
    if ((za < low && zb < low) || (za > high && zb > high)) continue;
    let x0 = originX + (x[row] as number) * scale;
    let y0 = originY + (y[row] as number) * scale;
    let x1 = originX + (x[parent] as number) * scale;
    let y1 = originY + (y[parent] as number) * scale;
    if (isBeside(frame, x0, y0, x1, y1)) continue;
    if (za < low || zb < low || za > high || zb > high) {
      const from = along(za, zb, low, high);
      const to = 1 - along(zb, za, low, high);
      [x0, y0, x1, y1] = [
        x0 + (x1 - x0) * from,
        y0 + (y1 - y0) * from,
        x0 + (x1 - x0) * to,
        y0 + (y1 - y0) * to,
      ];
    }
    groups.at(skeleton[row] as number, user[row] as number, distance(za, zb, slab)).add(x0, y0, x1, y1);
  }
  return groups.sorted();
}

export function paintEdges(ctx: CanvasRenderingContext2D, picture: Picture, frame: PaintFrame): void {
  const groups = gatherEdges(picture, frame);
  const total = groups.reduce((sum, { segments }) => sum + segments.count, 0);
  const thin = total > MANY ? 1 / picture.view.dpr : 2;
  ctx.lineCap = "butt";
  for (const { color, level, active, segments } of groups) {
    ctx.globalAlpha = picture.look.opacity * fading(level);
    ctx.strokeStyle = color;
    ctx.lineWidth = active ? 2.5 : thin;
    segments.trace(ctx);
  }
  ctx.globalAlpha = picture.look.opacity;
}

/** Sections between an edge and the section shown, 0 if it touches it. */
function distance(za: number, zb: number, { depth, thickness }: Picture["slab"]): number {
  const gap = Math.max(Math.min(za, zb) - depth, depth - Math.max(za, zb));
  return Math.max(0, Math.ceil(gap / thickness - 0.5));
}

/** How far along from `za` to `zb` the range of depths begins. */
function along(za: number, zb: number, low: number, high: number): number {
  if (za < low) return (low - za) / (zb - za);
  return za > high ? (high - za) / (zb - za) : 0;
}

function isBeside(frame: PaintFrame, x0: number, y0: number, x1: number, y1: number): boolean {
  if (contains(frame, x0, y0)) return false;
  return (
    (x0 < frame.left && x1 < frame.left) ||
    (x0 > frame.right && x1 > frame.right) ||
    (y0 < frame.top && y1 < frame.top) ||
    (y0 > frame.bottom && y1 > frame.bottom)
  );
}

class Groups {
  private readonly byColor = new Map<string, EdgeGroup[]>();
  private lastSkeleton: number | null = null;
  private lastUser: number | null = null;
  private lastLevels: EdgeGroup[] = [];

  constructor(private readonly picture: Picture) {}

  at(skeleton: number, user: number, level: number): Segments {
    if (skeleton !== this.lastSkeleton || user !== this.lastUser) {
      this.lastSkeleton = skeleton;
      this.lastUser = user;
      this.lastLevels = this.levelsOf(skeleton, user);
    }
    return (this.lastLevels[level] as EdgeGroup).segments;
  }

  sorted(): EdgeGroup[] {
    const used = [...this.byColor.values()].flat().filter(({ segments }) => segments.count > 0);
    return used.sort((a, b) => Number(a.active) - Number(b.active) || b.level - a.level);
  }

  private levelsOf(skeleton: number, user: number): EdgeGroup[] {
    const { activeSkeleton, fadeSections } = this.picture.look;
    const active = skeleton === activeSkeleton;
    const color = active ? ACTIVE_SKELETON : this.picture.look.colorOf(skeleton, user);
    const key = `${color}${active ? "!" : ""}`;
    let levels = this.byColor.get(key);
    if (!levels) {
      levels = Array.from({ length: fadeSections + 1 }, (_, level) => ({
        color,
        level,
        active,
        segments: new Segments(),
      }));
      this.byColor.set(key, levels);
    }
    return levels;
  }
}
