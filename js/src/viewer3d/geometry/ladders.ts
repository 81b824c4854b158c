/**
 * Levels of detail of an arbor: edges between fewer and fewer of the same nodes.
 *
 * Level 0 has every edge. Level k keeps roots, branch points, ends and every 2^k-th node of the unbranched runs
 * between them. The levels from `TWIGLESS` on, which are for views that move, leave out twigs of few nodes too, but
 * never the way from the root to where most nodes are. The nodes of a level are also those of every finer one.
 */

export const LEVELS = 10;
/** The first level without some twigs. */
export const TWIGLESS = 7;
/** Nodes of a twig that stays at that level; four times as many at each coarser one. */
const LEAST_TWIG = 16;

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
  const all = allPairs(parents, order);
  const sizes = twigSizes(all, parents.length);
  const work = new LevelWork(parents.length);
  const starts = new Uint32Array(LEVELS);
  const levels: Uint32Array[] = [];
  let finer = all;
  for (let level = 1; level < LEVELS; level++) {
    if (level >= TWIGLESS) finer = withoutTwigs(finer, sizes, LEAST_TWIG * 4 ** (level - TWIGLESS));
    finer = work.coarser(finer);
    levels.push(finer);
    starts[level] = (starts[level - 1] ?? 0) + finer.length;
  }
  const pairs = new Uint32Array(starts[LEVELS - 1] ?? 0);
  for (const [at, level] of levels.entries()) pairs.set(level, starts[at]);
  return { pairs, starts, edges: all.length / 2, singles: singlesOf(parents, all) };
}

/** Every edge (parent, child), those nearer to the root first. */
function allPairs(parents: Int32Array, order: Int32Array | null): Uint32Array {
  const pairs = new Uint32Array(2 * parents.length);
  let end = 0;
  for (let at = 0; at < parents.length; at++) {
    const row = order?.[at] ?? at;
    const parent = parents[row] ?? -1;
    if (parent < 0) continue;
    pairs[end++] = parent;
    pairs[end++] = row;
  }
  return pairs.subarray(0, end);
}

/** For each node the number of nodes of the twig that it is on; a root is on one that is never left out. */
function twigSizes(pairs: Uint32Array, rows: number): Float64Array {
  const [sizes, heaviest] = subtrees(pairs, rows);
  const isChild = new Uint8Array(rows);
  for (let at = 1; at < pairs.length; at += 2) isChild[pairs[at] ?? 0] = 1;
  for (let row = 0; row < rows; row++) if (isChild[row] === 0) sizes[row] = Infinity;
  // The heaviest of the branches goes on with the twig; each of the others begins one.
  for (let at = 0; at < pairs.length; at += 2) {
    const above = pairs[at] ?? 0;
    const row = pairs[at + 1] ?? 0;
    if (heaviest[above] === row) sizes[row] = sizes[above] ?? 0;
  }
  return sizes;
}

/** For each node the number of nodes that it leads to, itself too, and the child that leads to most of them. */
function subtrees(pairs: Uint32Array, rows: number): [sizes: Float64Array, heaviest: Int32Array] {
  const sizes = new Float64Array(rows).fill(1);
  const heaviest = new Int32Array(rows).fill(-1);
  const most = new Float64Array(rows);
  for (let at = pairs.length - 2; at >= 0; at -= 2) {
    const above = pairs[at] ?? 0;
    const row = pairs[at + 1] ?? 0;
    const size = sizes[row] ?? 0;
    sizes[above] = (sizes[above] ?? 0) + size;
    if (size <= (most[above] ?? 0)) continue;
    most[above] = size;
    heaviest[above] = row;
  }
  return [sizes, heaviest];
}

function withoutTwigs(pairs: Uint32Array, sizes: Float64Array, least: number): Uint32Array {
  const kept = new Uint32Array(pairs.length);
  let end = 0;
  for (let at = 0; at < pairs.length; at += 2) {
    const row = pairs[at + 1] ?? 0;
    if ((sizes[row] ?? 0) < least) continue;
    kept[end++] = pairs[at] ?? 0;
    kept[end++] = row;
  }
  return kept.subarray(0, end);
}

/** Nodes without any edge. */
function singlesOf(parents: Int32Array, pairs: Uint32Array): Uint32Array {
  const hasEdge = new Uint8Array(parents.length);
  for (const row of pairs) hasEdge[row] = 1;
  const singles: number[] = [];
  for (let row = hasEdge.indexOf(0); row >= 0; row = hasEdge.indexOf(0, row + 1)) singles.push(row);
  return Uint32Array.from(singles);
}

/** Makes one level from the next finer one; its columns are used again for each. */
class LevelWork {
  private readonly children: Uint32Array;
  /** Along its unbranched run, modulo 2; those at 0 are kept. */
  private readonly parity: Uint8Array;
  /** The next kept node towards the root. */
  private readonly above: Uint32Array;

  constructor(rows: number) {
    this.children = new Uint32Array(rows);
    this.parity = new Uint8Array(rows);
    this.above = new Uint32Array(rows);
  }

  /** Every second node of unbranched runs, and all others; pairs nearer to the root come first, as in the finer level. */
  coarser(finer: Uint32Array): Uint32Array {
    const { children, parity, above } = this;
    for (const row of finer) {
      children[row] = 0;
      parity[row] = 0;
    }
    for (let at = 0; at < finer.length; at += 2) {
      const row = finer[at] ?? 0;
      children[row] = (children[row] ?? 0) + 1;
    }
    const pairs = new Uint32Array(finer.length);
    let end = 0;
    for (let at = 0; at < finer.length; at += 2) {
      const next = finer[at] ?? 0;
      const row = finer[at + 1] ?? 0;
      const kept = parity[next] === 0 ? next : (above[next] ?? 0);
      above[row] = kept;
      if (children[row] === 1) parity[row] = (parity[next] ?? 0) ^ 1;
      if (parity[row] !== 0) continue;
      pairs[end++] = kept;
      pairs[end++] = row;
    }
    return pairs.subarray(0, end);
  }
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
