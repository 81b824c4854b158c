/** What changes with every move of the pointer: rings around nodes, and a node being dragged. */
import type { View } from "../../shared/layer";
import type { Graph } from "../data/graph";
import { NO_PARENT } from "../data/graph";
import { type Hit, isInSlab, type Slab } from "../data/section";
import type { Active } from "../data/selection";
import type { Drag } from "../input/pointing";
import { connectorRadius } from "./connectors";
import { nodeRadius } from "./dots";
import { ACTIVE_NODE, ACTIVE_SKELETON } from "./palette";

export interface Live {
  graph: Graph;
  view: View;
  slab: Slab;
  active: Active | null;
  hover: Hit | null;
  drag: Drag | null;
  /** Nothing is edited here, so that new nodes do not follow the active one. */
  isReadOnly: boolean;
  /** Nodes that pending edits make or change. */
  pending: ReadonlySet<number>;
  /** Resolves temporary ids. */
  resolve(id: number): number;
}

export function paintLive(ctx: CanvasRenderingContext2D, live: Live): void {
  paintPending(ctx, live);
  if (live.drag) paintDrag(ctx, live, live.drag);
  else if (live.active) paintActive(ctx, live, live.active);
  if (live.hover && !live.drag) paintHover(ctx, live, live.hover);
}

/** Pending nodes with the edge to their parent, which a picture may not show yet. */
function paintPending(ctx: CanvasRenderingContext2D, { graph, view, slab, pending }: Live): void {
  const { nodes } = graph;
  ctx.strokeStyle = ACTIVE_SKELETON;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([3, 2]);
  for (const id of pending) {
    const at = graph.position(id);
    if (!at || !isInSlab(at[2], slab)) continue;
    const [px, py] = view.toScreen(at[0], at[1]);
    const above = nodes.has(id) ? graph.position(graph.parent(id)) : undefined;
    ctx.beginPath();
    if (above) {
      ctx.moveTo(...view.toScreen(above[0], above[1]));
      ctx.lineTo(px, py);
    }
    ctx.moveTo(px + 4, py);
    ctx.arc(px, py, 4, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** A ring, solid on the active node's own section and dashed from others. */
function paintActive(ctx: CanvasRenderingContext2D, live: Live, active: Active): void {
  const { graph, view, slab, isReadOnly } = live;
  const position = active.kind === "virtual" ? active.at : graph.position(active.id);
  if (!position) return;
  const [px, py] = view.toScreen(position[0], position[1]);
  const isHere = isInSlab(position[2], slab);
  const radius =
    active.kind === "connector"
      ? connectorRadius(view.nmPerPixel, false) + 3
      : nodeRadius(view.nmPerPixel) + 3;
  ctx.globalAlpha = isHere ? 1 : 0.5;
  ctx.setLineDash(isHere ? [] : [3, 3]);
  ring(ctx, px, py, radius, 4, "rgb(0 0 0 / 60%)");
  ring(ctx, px, py, radius, 2, isReadOnly ? "#ffffff" : ACTIVE_NODE);
  ctx.setLineDash([]);
  if (isHere && active.kind === "treenode") paintCaliber(ctx, live, active.id, px, py, radius);
  ctx.globalAlpha = 1;
}

/** The radius that was measured at a node, in the section, where its circle is larger than the ring `least`. */
function paintCaliber(
  ctx: CanvasRenderingContext2D,
  { graph, view }: Live,
  id: number,
  px: number,
  py: number,
  least: number,
): void {
  const radius = (graph.nodes.value(id, "radius") ?? -1) / view.nmPerPixel;
  if (radius < least + 2) return;
  ctx.globalAlpha = 0.7;
  ring(ctx, px, py, radius, 3, "rgb(0 0 0 / 50%)");
  ring(ctx, px, py, radius, 1, ACTIVE_NODE);
}

function paintHover(ctx: CanvasRenderingContext2D, { graph, view }: Live, hover: Hit): void {
  const position = hover.kind === "virtual" ? [hover.x, hover.y] : graph.position(hover.id);
  if (!position) return;
  const [px, py] = view.toScreen(position[0] as number, position[1] as number);
  ring(ctx, px, py, nodeRadius(view.nmPerPixel) + 5, 1.5, "rgb(255 255 255 / 85%)");
}

/** The node where it would be put, with its edges or links. */
function paintDrag(ctx: CanvasRenderingContext2D, live: Live, { hit, at }: Drag): void {
  const { view } = live;
  const [px, py] = view.toScreen(at[0], at[1]);
  ctx.setLineDash([4, 3]);
  ctx.strokeStyle = ACTIVE_NODE;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (const id of tiedTo(live, hit)) {
    const position = live.graph.position(id);
    if (!position) continue;
    ctx.moveTo(px, py);
    ctx.lineTo(...view.toScreen(position[0], position[1]));
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ring(ctx, px, py, nodeRadius(view.nmPerPixel) + 2, 2, ACTIVE_NODE);
}

/** Nodes to which lines are drawn from a dragged one. */
function tiedTo({ graph, resolve }: Live, hit: Hit): number[] {
  const id = resolve(hit.id);
  if (hit.kind === "virtual") return [id, resolve(hit.parent)];
  if (hit.kind === "connector") {
    const { treenode } = graph.links.columns;
    return graph.linksOfConnector(id).map((link) => treenode[graph.links.row(link)] as number);
  }
  return [graph.parent(id), ...graph.children(id)].filter((node) => node !== NO_PARENT);
}

function ring(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  width: number,
  color: string,
): void {
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.stroke();
}
