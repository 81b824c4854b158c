/** Edges on and near a section, gathered by colour and distance so that each such group is one path. */

import { RIM } from "./palette";
import {
  activeFading,
  type Brush,
  colorAt,
  contains,
  fading,
  type PaintFrame,
  type Picture,
} from "./picture";
import { Groups, Places } from "./places";

/** Ends of the active neuron's edges that get a rim, too, in a crowd. */
const MANY_ENDS = 4 * 3000;

export interface EdgeGroup {
  color: string;
  /** Sections away. */
  level: number;
  active: boolean;
  /** Line ends x0, y0, x1, y1, nm. */
  ends: Places;
}

/** Edges, farthest first and the active neuron's last; cut where they leave the range of sections that shows. */
export function gatherEdges(picture: Picture): EdgeGroup[] {
  const { graph, topology, look, slab } = picture;
  const { x, y, z, skeleton, user } = graph.nodes.columns;
  const groups = new EdgeGroups(picture);
  const reach = (look.fadeSections + 0.5) * slab.thickness;
  const [low, high] = [slab.depth - reach, slab.depth + reach];
  for (let row = 0; row < graph.nodes.count; row++) {
    const parent = topology.parentRow[row] as number;
    if (parent < 0) continue;
    const [za, zb] = [z[row] as number, z[parent] as number];
    if (Math.max(za, zb) < low || Math.min(za, zb) > high) continue;
    const id = skeleton[row] as number;
    if (!look.isShown(id)) continue;
    const [x0, y0, x1, y1] = [x[row], y[row], x[parent], y[parent]] as [number, number, number, number];
    const line: Line = [x0, y0, za, x1, y1, zb];
    const whole = between(line, low, high);
    if (id === look.activeSkeleton) cutAtSection(groups, whole, picture, id, user[row] as number);
    else groups.of(id, user[row] as number, behind(za, zb, slab)).push(...flat(whole));
  }
  return groups.sorted();
}

/** x, y, z of both ends. */
type Line = [number, number, number, number, number, number];

function flat([x0, y0, , x1, y1]: Line): [number, number, number, number] {
  return [x0, y0, x1, y1];
}

/** The part of a line between two depths, which it reaches. */
function between(line: Line, low: number, high: number): Line {
  const [x0, y0, z0, x1, y1, z1] = line;
  if (Math.min(z0, z1) >= low && Math.max(z0, z1) <= high) return line;
  const [from, to] = [along(z0, z1, low, high), 1 - along(z1, z0, low, high)];
  const [dx, dy, dz] = [x1 - x0, y1 - y0, z1 - z0];
  return [x0 + dx * from, y0 + dy * from, z0 + dz * from, x0 + dx * to, y0 + dy * to, z0 + dz * to];
}

/** The active neuron's edges change their colour where they leave the section. */
function cutAtSection(
  groups: EdgeGroups,
  line: Line,
  picture: Picture,
  skeleton: number,
  user: number,
): void {
  const { slab } = picture;
  const [z0, z1] = [line[2], line[5]];
  const [front, back] = [slab.depth - slab.thickness / 2, slab.depth + slab.thickness / 2];
  const ranges: Array<[low: number, high: number]> = [
    [Number.NEGATIVE_INFINITY, front],
    [front, back],
    [back, Number.POSITIVE_INFINITY],
  ];
  for (const [low, high] of ranges) {
    if (Math.max(z0, z1) <= low || Math.min(z0, z1) >= high) continue;
    const part = between(line, low, high);
    groups.of(skeleton, user, behind(part[2], part[5], slab)).push(...flat(part));
  }
}

/** Sections between an edge and the one shown: 0 if it touches that, negative before it. */
function behind(za: number, zb: number, { depth, thickness }: Picture["slab"]): number {
  const [before, after] = [depth - Math.max(za, zb), Math.min(za, zb) - depth];
  const level = Math.max(0, Math.ceil(Math.max(before, after) / thickness - 0.5));
  // The part of an edge that begins at the section's edge is no longer on it.
  const touching = level === 0 && Math.max(before, after) >= thickness / 2 ? 1 : level;
  return before > after ? -touching : touching;
}

/** How far along from `za` to `zb` the range of depths begins. */
function along(za: number, zb: number, low: number, high: number): number {
  if (za < low) return (low - za) / (zb - za);
  return za > high ? (high - za) / (zb - za) : 0;
}

class EdgeGroups {
  private readonly byLook = new Groups<EdgeGroup>();
  private lastSkeleton: number | null = null;
  private lastUser: number | null = null;
  private lastLevels = new Map<number, Places>();

  constructor(private readonly picture: Picture) {}

  of(skeleton: number, user: number, away: number): Places {
    if (skeleton !== this.lastSkeleton || user !== this.lastUser) {
      this.lastSkeleton = skeleton;
      this.lastUser = user;
      this.lastLevels = new Map();
    }
    let places = this.lastLevels.get(away);
    if (!places) {
      const active = skeleton === this.picture.look.activeSkeleton;
      const color = colorAt(this.picture, skeleton, user, away);
      const level = Math.abs(away);
      const made = (): EdgeGroup => ({ color, level, active, ends: new Places() });
      places = this.byLook.of(`${level} ${active} ${color}`, made).ends;
      this.lastLevels.set(away, places);
    }
    return places;
  }

  sorted(): EdgeGroup[] {
    return this.byLook.all().sort((a, b) => Number(a.active) - Number(b.active) || b.level - a.level);
  }
}

export function paintEdges(brush: Brush, groups: readonly EdgeGroup[]): void {
  const { ctx, opacity } = brush;
  ctx.lineCap = "butt";
  for (const group of groups) {
    if (!trace(brush, group)) continue;
    const { level, active, color } = group;
    ctx.globalAlpha = opacity * (active ? activeFading(level) : fading(level));
    const width = widthOf(group, brush);
    if (hasRim(group, brush)) {
      ctx.strokeStyle = RIM;
      ctx.lineWidth = width + 2;
      ctx.stroke();
    }
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  ctx.globalAlpha = opacity;
}

/** CSS pixels. */
function widthOf({ active, level }: EdgeGroup, { isCrowded, view }: Brush): number {
  if (isCrowded) return active ? 2.5 : 1 / view.dpr;
  if (!active) return 2;
  return level === 0 ? 4 : 3;
}

function hasRim({ active, ends }: EdgeGroup, { isCrowded }: Brush): boolean {
  return !isCrowded || (active && ends.length < MANY_ENDS);
}

function trace({ ctx, view, frame }: Brush, { ends }: EdgeGroup): boolean {
  const [originX, originY] = view.toScreen(0, 0);
  const scale = 1 / view.nmPerPixel;
  let isAny = false;
  ctx.beginPath();
  for (let at = 0; at < ends.length; at += 4) {
    const [x0, y0] = [originX + ends.at(at) * scale, originY + ends.at(at + 1) * scale];
    const [x1, y1] = [originX + ends.at(at + 2) * scale, originY + ends.at(at + 3) * scale];
    if (isBeside(frame, x0, y0, x1, y1)) continue;
    isAny = true;
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
  }
  return isAny;
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
