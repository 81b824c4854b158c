/** Connectors and their links: from a presynaptic node to the connector, on to postsynaptic ones. */
import { Relation } from "../data/graph";
import { CONNECTOR, GAP_JUNCTION, OTHER_RELATION, POSTSYNAPTIC, PRESYNAPTIC } from "./palette";
import { contains, fading, type PaintFrame, type Picture } from "./picture";

const COLORS = [OTHER_RELATION, PRESYNAPTIC, POSTSYNAPTIC, GAP_JUNCTION];
const RADIUS = 6;
const ARROW = 7;

export function paintConnectors(ctx: CanvasRenderingContext2D, picture: Picture, frame: PaintFrame): void {
  paintLinks(ctx, picture, frame);
  const { graph, slab, look, view } = picture;
  const { id, x, y, z } = graph.connectors.columns;
  ctx.lineWidth = 2;
  ctx.strokeStyle = CONNECTOR;
  for (let row = 0; row < graph.connectors.count; row++) {
    const away = sectionsAway(z[row] as number, slab);
    if (away > look.fadeSections) continue;
    if (picture.section.hiddenConnectors.has(id[row] as number)) continue;
    const [px, py] = view.toScreen(x[row] as number, y[row] as number);
    if (!contains(frame, px, py)) continue;
    ctx.globalAlpha = look.opacity * fading(away);
    ctx.setLineDash(look.pending.has(id[row] as number) ? [3, 3] : []);
    ctx.beginPath();
    ctx.arc(px, py, RADIUS, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = look.opacity;
}

/** Whether a link of a treenode, by its row, is to be seen; not if the treenode is not here. */
function isLinkShown({ graph, look }: Picture, treenode: number, relation: number): boolean {
  const skeleton = graph.nodes.columns.skeleton[treenode] as number;
  return treenode >= 0 && look.isShown(skeleton) && look.showsLink(skeleton, relation);
}

/** Arrows in the direction in which the signal goes; plain lines where there is none. */
function paintLinks(ctx: CanvasRenderingContext2D, picture: Picture, frame: PaintFrame): void {
  const { graph, slab, look, view } = picture;
  const { connector, treenode, relation } = graph.links.columns;
  const at = graph.connectors.columns;
  const node = graph.nodes.columns;
  ctx.lineWidth = 1.5;
  for (let row = 0; row < graph.links.count; row++) {
    const from = graph.connectors.row(connector[row] as number);
    const to = graph.nodes.row(treenode[row] as number);
    if (from < 0 || !isLinkShown(picture, to, relation[row] as number)) continue;
    const away = Math.max(sectionsAway(at.z[from] as number, slab), sectionsAway(node.z[to] as number, slab));
    if (away > look.fadeSections) continue;
    const hub = view.toScreen(at.x[from] as number, at.y[from] as number);
    const partner = view.toScreen(node.x[to] as number, node.y[to] as number);
    if (!contains(frame, ...hub) && !contains(frame, ...partner)) continue;
    ctx.globalAlpha = look.opacity * fading(away);
    const kind = relation[row] as number;
    ctx.strokeStyle = ctx.fillStyle = COLORS[kind] ?? OTHER_RELATION;
    if (kind === Relation.Presynaptic) arrow(ctx, partner, hub, RADIUS);
    else if (kind === Relation.Postsynaptic) arrow(ctx, hub, partner, 4);
    else line(ctx, hub, partner);
  }
  ctx.globalAlpha = look.opacity;
}

type Spot = [number, number];

/** An arrow whose head ends `gap` pixels before its target. */
function arrow(ctx: CanvasRenderingContext2D, from: Spot, to: Spot, gap: number): void {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length < gap + ARROW) return;
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const [tx, ty] = [to[0] - ux * gap, to[1] - uy * gap];
  const [bx, by] = [tx - ux * ARROW, ty - uy * ARROW];
  line(ctx, from, [bx, by]);
  const half = ARROW * 0.45;
  ctx.beginPath();
  ctx.moveTo(tx, ty);
  ctx.lineTo(bx - uy * half, by + ux * half);
  ctx.lineTo(bx + uy * half, by - ux * half);
  ctx.fill();
}

function line(ctx: CanvasRenderingContext2D, from: Spot, to: Spot): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}

function sectionsAway(z: number, { depth, thickness }: Picture["slab"]): number {
  return Math.max(0, Math.ceil(Math.abs(z - depth) / thickness - 0.5));
}
