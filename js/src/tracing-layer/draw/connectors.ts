/** Connectors and their links: from a presynaptic node to the connector, on to postsynaptic ones. */
import { Relation } from "../data/graph";
import { crowdRadius, nodeRadius } from "./dots";
import { CONNECTOR, GAP_JUNCTION, OTHER_RELATION, POSTSYNAPTIC, PRESYNAPTIC, RIM } from "./palette";
import { type Brush, contains, fading, type Picture, sectionsBehind } from "./picture";
import { Groups, Places } from "./places";

const COLORS = [OTHER_RELATION, PRESYNAPTIC, POSTSYNAPTIC, GAP_JUNCTION];

export interface LinkGroup {
  /** A `Relation`. */
  relation: number;
  /** Sections away. */
  level: number;
  /** x, y of the connector and x, y of the treenode, nm. */
  ends: Places;
}

export interface ConnectorGroup {
  level: number;
  /** Not yet confirmed. */
  pending: boolean;
  /** x, y in nm. */
  places: Places;
}

/** Links, farthest first. */
export function gatherLinks(picture: Picture): LinkGroup[] {
  const { graph, slab, look } = picture;
  const { connector, treenode, relation } = graph.links.columns;
  const at = graph.connectors.columns;
  const node = graph.nodes.columns;
  const groups = new Groups<LinkGroup>();
  for (let row = 0; row < graph.links.count; row++) {
    const from = graph.connectors.row(connector[row] as number);
    const to = graph.nodes.row(treenode[row] as number);
    const kind = relation[row] as number;
    if (from < 0 || !isLinkShown(picture, to, kind)) continue;
    const depths = [at.z[from] as number, node.z[to] as number];
    const level = Math.max(...depths.map((z) => Math.abs(sectionsBehind(z, slab))));
    if (level > look.fadeSections) continue;
    groups
      .of(`${level} ${kind}`, () => ({ relation: kind, level, ends: new Places() }))
      .ends.push(at.x[from] as number, at.y[from] as number, node.x[to] as number, node.y[to] as number);
  }
  return groups.all().sort((a, b) => b.level - a.level);
}

/** Connectors, farthest first. */
export function gatherConnectors({ graph, slab, look, section }: Picture): ConnectorGroup[] {
  const { id, x, y, z } = graph.connectors.columns;
  const groups = new Groups<ConnectorGroup>();
  for (let row = 0; row < graph.connectors.count; row++) {
    const level = Math.abs(sectionsBehind(z[row] as number, slab));
    if (level > look.fadeSections || section.hiddenConnectors.has(id[row] as number)) continue;
    const pending = look.pending.has(id[row] as number);
    groups
      .of(`${level} ${pending}`, () => ({ level, pending, places: new Places() }))
      .places.push(x[row] as number, y[row] as number);
  }
  return groups.all().sort((a, b) => b.level - a.level);
}

/** Whether a link of a treenode, by its row, is to be seen; not if the treenode is not here. */
function isLinkShown({ graph, look }: Picture, treenode: number, relation: number): boolean {
  const skeleton = graph.nodes.columns.skeleton[treenode] as number;
  return treenode >= 0 && look.isShown(skeleton) && look.showsLink(skeleton, relation);
}

/** A little larger than a node, and as small as one in a crowd. */
export function connectorRadius(nmPerPixel: number, isCrowded: boolean): number {
  return isCrowded ? crowdRadius(nmPerPixel) : nodeRadius(nmPerPixel) + 1.5;
}

export function paintConnectors(brush: Brush, groups: readonly ConnectorGroup[]): void {
  const { ctx, view, frame, opacity, isCrowded } = brush;
  const radius = connectorRadius(view.nmPerPixel, isCrowded);
  for (const { level, pending, places } of groups) {
    ctx.globalAlpha = opacity * fading(level);
    ctx.setLineDash(pending ? [3, 3] : []);
    ctx.beginPath();
    for (let at = 0; at < places.length; at += 2) {
      const [px, py] = view.toScreen(places.at(at), places.at(at + 1));
      if (!contains(frame, px, py)) continue;
      ctx.moveTo(px + radius, py);
      ctx.arc(px, py, radius, 0, 2 * Math.PI);
    }
    if (!isCrowded && !pending) outline(ctx, 3.5);
    ctx.lineWidth = isCrowded ? 1.25 : 2;
    ctx.strokeStyle = CONNECTOR;
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = opacity;
}

/** Arrows in the direction in which the signal goes; plain lines where there is none. */
export function paintLinks(brush: Brush, groups: readonly LinkGroup[]): void {
  const { ctx, view, opacity, isCrowded } = brush;
  for (const group of groups) {
    const { level, relation } = group;
    const [lines, heads] = pathsOf(brush, group);
    ctx.globalAlpha = opacity * fading(level);
    if (!isCrowded) {
      ctx.strokeStyle = RIM;
      ctx.lineWidth = 3.5;
      ctx.stroke(lines);
      ctx.lineWidth = 2;
      ctx.stroke(heads);
    }
    ctx.strokeStyle = ctx.fillStyle = COLORS[relation] ?? OTHER_RELATION;
    ctx.lineWidth = isCrowded ? 1 / view.dpr : 1.5;
    ctx.stroke(lines);
    ctx.fill(heads);
  }
  ctx.globalAlpha = opacity;
}

function pathsOf(
  { view, frame, isCrowded }: Brush,
  { relation, ends }: LinkGroup,
): [lines: Path2D, heads: Path2D] {
  const [lines, heads] = [new Path2D(), new Path2D()];
  const hub = connectorRadius(view.nmPerPixel, isCrowded);
  const node = isCrowded ? crowdRadius(view.nmPerPixel) : nodeRadius(view.nmPerPixel);
  const size = isCrowded ? node + 2 : 2 * node + 2;
  for (let at = 0; at < ends.length; at += 4) {
    const from = view.toScreen(ends.at(at), ends.at(at + 1));
    const to = view.toScreen(ends.at(at + 2), ends.at(at + 3));
    if (!contains(frame, ...from) && !contains(frame, ...to)) continue;
    if (relation === Relation.Presynaptic) arrow(lines, heads, to, from, { start: node, end: hub, size });
    else if (relation === Relation.Postsynaptic)
      arrow(lines, heads, from, to, { start: hub, end: node, size });
    else line(lines, from, to);
  }
  return [lines, heads];
}

type Spot = [number, number];

/** Pixels left free at both ends, and the length of the head. */
interface ArrowSizes {
  start: number;
  end: number;
  size: number;
}

/** What a short arrow has of its head: less than half of it would be no arrow. */
const LEAST_HEAD = 0.5;

/** An arrow from the rim of one thing to that of another. */
function arrow(lines: Path2D, heads: Path2D, from: Spot, to: Spot, { start, end, size }: ArrowSizes): void {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const head = Math.min(size, length - start - end);
  if (head < LEAST_HEAD * size) return;
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const [tx, ty] = [to[0] - ux * end, to[1] - uy * end];
  const [bx, by] = [tx - ux * head, ty - uy * head];
  line(lines, [from[0] + ux * start, from[1] + uy * start], [bx, by]);
  const half = size * 0.4;
  heads.moveTo(tx, ty);
  heads.lineTo(bx - uy * half, by + ux * half);
  heads.lineTo(bx + uy * half, by - ux * half);
  heads.closePath();
}

function line(path: Path2D, from: Spot, to: Spot): void {
  path.moveTo(...from);
  path.lineTo(...to);
}

function outline(ctx: CanvasRenderingContext2D, width: number): void {
  ctx.lineWidth = width;
  ctx.strokeStyle = RIM;
  ctx.stroke();
}
