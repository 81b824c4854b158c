/** The link under the pointer. */
import { distanceToSegment } from "../../shared/segments";
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
    const away = distanceToSegment([x, y], from, to);
    if (away > nearest) continue;
    nearest = away;
    best = id[row] as number;
  }
  return best;
}
