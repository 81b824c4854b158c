/** Treenodes of the section: plain, roots, ends, virtual ones, those not yet confirmed; and those of the next sections. */
import { NO_PARENT } from "../data/graph";
import { RIM, ROOT } from "./palette";
import { activeFading, type Brush, colorAt, contains, fading, type Picture, sectionsBehind } from "./picture";
import { Groups, Places } from "./places";

/** Node radius in CSS pixels at this zoom: small when zoomed out. */
export function nodeRadius(nmPerPixel: number): number {
  return Math.min(5, Math.max(1.5, 24 / Math.sqrt(nmPerPixel) / 2));
}

/** A crowd of dots as large as others would hide the image. */
export function crowdRadius(nmPerPixel: number): number {
  return Math.min(2.5, nodeRadius(nmPerPixel));
}

/** Places of the active neuron that stay as large as ever in a crowd. */
const MANY_PLACES = 2 * 3000;

/** What a group of dots stands for: nodes of sections before have triangles that point up, those behind down. */
type DotKind = "before" | "behind" | "node" | "pending" | "root" | "end" | "virtual";

export interface DotGroup {
  kind: DotKind;
  color: string;
  /** Sections away. */
  level: number;
  active: boolean;
  /** x, y in nm. */
  places: Places;
}

const ORDER: readonly DotKind[] = ["behind", "before", "virtual", "node", "pending", "root", "end"];

class DotGroups {
  private readonly groups = new Groups<DotGroup>();

  constructor(private readonly active: number | null) {}

  of(kind: DotKind, color: string, skeleton: number, level = 0): Places {
    const active = skeleton === this.active;
    const made = (): DotGroup => ({ kind, color, level, active, places: new Places() });
    return this.groups.of(`${kind} ${level} ${active} ${color}`, made).places;
  }

  sorted(): DotGroup[] {
    const rank = ({ kind, level, active }: DotGroup): number =>
      (active ? 100 : 0) + 10 * ORDER.indexOf(kind) - Math.min(level, 9);
    return this.groups.all().sort((a, b) => rank(a) - rank(b));
  }
}

export function gatherDots(picture: Picture): DotGroup[] {
  const { graph, topology, section, look } = picture;
  const { id, parent, x, y, skeleton, user } = graph.nodes.columns;
  const groups = new DotGroups(look.activeSkeleton);
  for (const row of section.nodes) {
    const [px, py, of] = [x[row] as number, y[row] as number, skeleton[row] as number];
    const color = colorAt(picture, of, user[row] as number, 0);
    groups.of(look.pending.has(id[row] as number) ? "pending" : "node", color, of).push(px, py);
    if (parent[row] === NO_PARENT) groups.of("root", ROOT, of).push(px, py);
    else if (topology.children[row] === 0) groups.of("end", color, of).push(px, py);
  }
  const { virtual } = section;
  virtual.child.forEach((row, index) => {
    const color = colorAt(picture, skeleton[row] as number, user[row] as number, 0);
    groups
      .of("virtual", color, skeleton[row] as number)
      .push(virtual.x[index] as number, virtual.y[index] as number);
  });
  gatherNear(picture, groups);
  return groups.sorted();
}

/** Nodes of the sections before and behind that show. */
function gatherNear(picture: Picture, groups: DotGroups): void {
  const { graph, slab, look } = picture;
  const { x, y, z, skeleton, user } = graph.nodes.columns;
  for (let row = 0; row < graph.nodes.count; row++) {
    const away = sectionsBehind(z[row] as number, slab);
    if (away === 0 || Math.abs(away) > look.fadeSections) continue;
    const of = skeleton[row] as number;
    if (!look.isShown(of)) continue;
    groups
      .of(away < 0 ? "before" : "behind", colorAt(picture, of, user[row] as number, away), of, Math.abs(away))
      .push(x[row] as number, y[row] as number);
  }
}

export function paintDots(brush: Brush, groups: readonly DotGroup[]): void {
  const { ctx, opacity } = brush;
  const { nmPerPixel } = brush.view;
  for (const group of groups) {
    const isCrowded = brush.isCrowded && !(group.active && group.places.length < MANY_PLACES);
    const radius = isCrowded ? crowdRadius(nmPerPixel) : nodeRadius(nmPerPixel);
    if (isLeftOut(group, radius, isCrowded)) continue;
    ctx.globalAlpha = opacity * (group.active ? activeFading(group.level) : fading(group.level));
    const size = group.active ? radius + 1 : radius;
    const own = { ...brush, isCrowded };
    if (group.kind === "node" || isNear(group.kind)) fill(own, group, size);
    else ring(own, group, size);
  }
  ctx.globalAlpha = opacity;
  ctx.setLineDash([]);
}

function isNear(kind: DotKind): boolean {
  return kind === "before" || kind === "behind";
}

/** Whether there is no room for a group's dots. */
function isLeftOut({ kind }: DotGroup, radius: number, isCrowded: boolean): boolean {
  if (isNear(kind) || kind === "end") return isCrowded || radius < 2;
  return radius < 2 && kind === "root";
}

/** The rim is a larger dot below: to fill is faster than to draw a line. */
function fill(brush: Brush, group: DotGroup, radius: number): void {
  const { ctx, isCrowded } = brush;
  if (!isCrowded) {
    trace(brush, group, radius + (isNear(group.kind) ? 1.75 : 1));
    ctx.fillStyle = RIM;
    ctx.fill();
  }
  trace(brush, group, radius);
  ctx.fillStyle = group.color;
  ctx.fill();
}

function ring(brush: Brush, group: DotGroup, radius: number): void {
  const { ctx, isCrowded } = brush;
  const { kind, color } = group;
  const width = LINES[kind] ?? 1.5;
  trace(brush, group, radius);
  ctx.setLineDash(kind === "pending" ? [2, 2] : []);
  if (!isCrowded && kind !== "pending") {
    ctx.lineWidth = width + 1.5;
    ctx.strokeStyle = RIM;
    ctx.stroke();
  }
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.stroke();
}

function trace({ ctx, view, frame, isCrowded }: Brush, { kind, places }: DotGroup, radius: number): void {
  const [originX, originY] = view.toScreen(0, 0);
  const scale = 1 / view.nmPerPixel;
  const shape = shapeOf(kind, radius, isCrowded);
  ctx.beginPath();
  for (let at = 0; at < places.length; at += 2) {
    const [px, py] = [originX + places.at(at) * scale, originY + places.at(at + 1) * scale];
    if (contains(frame, px, py)) shape(ctx, px, py);
  }
}

/** Widths of rings that are not as wide as most. */
const LINES: Partial<Record<DotKind, number>> = { virtual: 1.25, end: 1 };

/** Radii of what is not as large as a node, by that of a node. */
const SIZES: Partial<Record<DotKind, (radius: number) => number>> = {
  root: (radius) => radius + 3,
  end: (radius) => radius + 2,
  virtual: (radius) => Math.max(1.5, radius * 0.75),
};

type Shape = (ctx: CanvasRenderingContext2D, x: number, y: number) => void;

function shapeOf(kind: DotKind, radius: number, isCrowded: boolean): Shape {
  if (kind === "before") return triangle(radius, -1);
  if (kind === "behind") return triangle(radius, 1);
  const size = SIZES[kind]?.(radius) ?? radius;
  if (isCrowded || size < 2) return (ctx, x, y) => ctx.rect(x - size, y - size, size * 2, size * 2);
  return (ctx, x, y) => {
    ctx.moveTo(x + size, y);
    ctx.arc(x, y, size, 0, 2 * Math.PI);
  };
}

/** direction: -1 points up, 1 down. */
function triangle(radius: number, direction: number): Shape {
  const [half, tip] = [radius * 0.9, radius * direction];
  return (ctx, x, y) => {
    ctx.moveTo(x, y + tip);
    ctx.lineTo(x + half, y - tip * 0.6);
    ctx.lineTo(x - half, y - tip * 0.6);
    ctx.closePath();
  };
}
