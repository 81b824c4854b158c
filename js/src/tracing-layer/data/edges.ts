/** Edges near a place. */

import type { Point } from "../../shared/layer";
import { distanceToSegment } from "../../shared/segments";
import { type Graph, NO_PARENT } from "./graph";
import { isInSlab, type Slab } from "./section";

/** The edge of a skeleton nearest to a place (nm), as its child; null if none of it is loaded. */
export function nearestEdge(graph: Graph, skeleton: number, at: Point): number | null {
  return nearest(
    graph,
    at,
    Number.POSITIVE_INFINITY,
    (row) => graph.nodes.columns.skeleton[row] === skeleton,
  );
}

/** The edge that passes nearest to a place in a section (nm), at most `reach` away, as its child; null if none does. */
export function edgeAt(
  graph: Graph,
  slab: Slab,
  x: number,
  y: number,
  reach: number,
  isShown: (skeleton: number) => boolean,
): number | null {
  const { z, parent, skeleton } = graph.nodes.columns;
  const isSeen = (row: number): boolean => {
    const [from, to] = [z[row] as number, z[graph.nodes.row(parent[row] as number)] as number];
    if (!isShown(skeleton[row] as number)) return false;
    return isInSlab(from, slab) || isInSlab(to, slab) || from < slab.depth !== to < slab.depth;
  };
  return nearest(graph, [x, y], reach, isSeen);
}

/** The child of the nearest edge, at most `reach` away, of those whose child's row is `wanted`. */
function nearest(graph: Graph, at: number[], reach: number, wanted: (row: number) => boolean): number | null {
  const { id, parent } = graph.nodes.columns;
  let best: number | null = null;
  let least = reach;
  for (let row = 0; row < graph.nodes.count; row++) {
    const above = parent[row] as number;
    if (above === NO_PARENT || !graph.nodes.has(above) || !wanted(row)) continue;
    const child = id[row] as number;
    const [from, to] = [graph.position(child), graph.position(above)];
    if (!from || !to) continue;
    const away = distanceToSegment(at, from, to);
    if (away > least) continue;
    [best, least] = [child, away];
  }
  return best;
}
