/**
 * Levels of detail of an arbor: edges between fewer and fewer of the same nodes.
 *
 * Level 0 has every edge. Level k keeps roots, branch points, ends and every 2^k-th node of the unbranched runs
 * between them, so that its nodes are also those of every finer level.
 */

export const LEVELS = 7;
const COARSEST = LEVELS - 1;

export interface EdgeLevels {
  /** Pairs of rows (towards the root, away from it) of level 1, then of level 2, and so on. */
  pairs: Uint32Array;
  /** Where level k starts in `pairs` is `starts[k - 1]`; the last one is the length. */
  starts: Uint32Array;
  /** Edges of level 0. */
  edges: number;
  /** Nodes without any edge. */
  singles: Uint32Array;
}

/**
 * Rows in an order in which parents come before their children; null: they already do.
 *
 * @param parents - row of each node's parent, -1 at roots
 * @returns "circle" if a node is its own ancestor.
 */
export function orderFromRoots(parents: Int32Array): Int32Array | null | "circle" {
  if (parents.every((parent, row) => parent < row)) return null;
  const rows = parents.length;
  const order = new Int32Array(rows);
  const isPlaced = new Uint8Array(rows);
  const path: number[] = [];
  let placed = 0;
  for (let start = 0; start < rows; start++) {
    let row = start;
    while (row >= 0 && !isPlaced[row]) {
      if (path.length > rows - placed) return "circle";
      path.push(row);
      row = parents[row] ?? -1;
    }
    for (let above = path.pop(); above !== undefined; above = path.pop()) {
      isPlaced[above] = 1;
      order[placed++] = above;
    }
  }
  return order;
}

/** Make the levels of an arbor whose rows are in this order from the roots; see `orderFromRoots`. */
export function edgeLevels(parents: Int32Array, order: Int32Array | null): EdgeLevels {
  const children = childCounts(parents);
  const ranks = coarsestLevels(parents, children, order);
  const above = parents.slice();
  const pairs = new Uint32Array(2 * pairCount(parents, ranks));
  const starts = new Uint32Array(LEVELS);
  for (let level = 1; level < LEVELS; level++)
    starts[level] = writeLevel(level, ranks, above, pairs, starts[level - 1] ?? 0);
  const isSingle = (row: number): boolean => (parents[row] ?? -1) < 0 && children[row] === 0;
  return {
    pairs,
    starts,
    edges: parents.reduce((edges, parent) => edges + (parent < 0 ? 0 : 1), 0),
    singles: Uint32Array.from(parents.keys()).filter(isSingle),
  };
}

/**
 * Write the pairs of a level.
 *
 * @param above - the next node towards the root, of each node of the finer level; becomes that of this level
 * @returns the place after the last one.
 */
function writeLevel(
  level: number,
  ranks: Uint8Array,
  above: Int32Array,
  pairs: Uint32Array,
  start: number,
): number {
  let end = start;
  for (let row = 0; row < above.length; row++) {
    let kept = above[row] ?? -1;
    if (kept < 0 || (ranks[row] ?? 0) < level) continue;
    while ((ranks[kept] ?? 0) < level) kept = above[kept] ?? 0;
    pairs[end++] = kept;
    pairs[end++] = row;
  }
  for (let at = start; at < end; at += 2) above[pairs[at + 1] ?? 0] = pairs[at] ?? 0;
  return end;
}

/** Number of edges of a level. */
export function edgeCount(levels: EdgeLevels, level: number): number {
  if (level === 0) return levels.edges;
  return ((levels.starts[level] ?? 0) - (levels.starts[level - 1] ?? 0)) / 2;
}

/**
 * Write the pairs of rows of a level, each row plus `base`.
 *
 * @returns the place after the last one.
 */
export function writeEdges(
  parents: Int32Array,
  levels: EdgeLevels,
  level: number,
  base: number,
  out: Uint32Array,
  start: number,
): number {
  let end = start;
  if (level === 0) {
    for (let row = 0; row < parents.length; row++) {
      const parent = parents[row] ?? -1;
      if (parent < 0) continue;
      out[end++] = base + parent;
      out[end++] = base + row;
    }
    return end;
  }
  const { pairs, starts } = levels;
  const last = starts[level] ?? 0;
  for (let at = starts[level - 1] ?? 0; at < last; at++) out[end++] = base + (pairs[at] ?? 0);
  return end;
}

function childCounts(parents: Int32Array): Uint32Array {
  const children = new Uint32Array(parents.length);
  for (const parent of parents) if (parent >= 0) children[parent] = (children[parent] ?? 0) + 1;
  return children;
}

/** The coarsest level that has each node. */
function coarsestLevels(parents: Int32Array, children: Uint32Array, order: Int32Array | null): Uint8Array {
  const rows = parents.length;
  const ranks = new Uint8Array(rows);
  const depths = new Uint32Array(rows);
  for (let at = 0; at < rows; at++) {
    const row = order === null ? at : (order[at] ?? 0);
    const parent = parents[row] ?? -1;
    if (parent < 0 || children[row] !== 1) {
      ranks[row] = COARSEST;
      continue;
    }
    const depth = (depths[parent] ?? 0) + 1;
    depths[row] = depth;
    // The number of times that the depth can be halved.
    ranks[row] = Math.min(31 - Math.clz32(depth & -depth), COARSEST);
  }
  return ranks;
}

function pairCount(parents: Int32Array, ranks: Uint8Array): number {
  let pairs = 0;
  for (let row = 0; row < parents.length; row++) if ((parents[row] ?? -1) >= 0) pairs += ranks[row] ?? 0;
  return pairs;
}
