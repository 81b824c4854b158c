/** The link under the pointer. */
import type { Graph } from "./graph";
import { isInSlab, type Slab } from "./section";

/** The link whose line passes nearest to a place (nm), at most `reach` away; null if there is none. */
export function linkAt(graph: Graph, slab: Slab, x: number, y: number, reach: number): number | null {
  const { id, connector, treenode } = graph.links.columns;
  let best: number | null = null;
  let nearest = reach;
  for (let row = 0; row < graph.links.count; row++) {
    const from = graph.position(connector[row] as number);
    const to = graph.position(treenode[row] as number);
    if (!from || !to || !(isInSlab(from[2], slab) || isInSlab(to[2], slab))) continue;
    const away = distanceToLine(x, y, from[0], from[1], to[0], to[1]);
    if (away > nearest) continue;
    nearest = away;
    best = id[row] as number;
  }
  return best;
}

function distanceToLine(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / square;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x0 - at * dx, y - y0 - at * dy);
}
