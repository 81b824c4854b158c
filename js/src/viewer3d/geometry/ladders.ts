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
  /** How far nodes may be from the lines of each level, nm; never less than at a finer level. */
  deviations: Float32Array;
  /** The longest line of each level that stands for several edges, nm; never less than a deviation or at a finer level. */
  spans: Float32Array;
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

/**
 * Make the levels of an arbor.
 *
 * @param positions - x, y, z of each node, nm
 * @param order - of the rows, from the roots; see `orderFromRoots`
 */
export function edgeLevels(
  positions: Float32Array,
  parents: Int32Array,
  order: Int32Array | null,
): EdgeLevels {
  const columns = columnsFor(parents.length);
  const all = allPairs(parents, order, columns.pairs);
  const sizes = twigSizes(all, parents.length, columns);
  const work = new LevelWork(positions, columns);
  const deviations = new Float32Array(LEVELS);
  const spans = new Float32Array(LEVELS);
  const starts = new Uint32Array(LEVELS);
  const levels: Uint32Array[] = [];
  const spacing = meanLength(positions, all);
  let finer = all;
  for (let level = 1; level < LEVELS; level++) {
    const least = level < TWIGLESS ? 1 : LEAST_TWIG * 4 ** (level - TWIGLESS);
    if (least > 1) finer = withoutTwigs(finer, sizes, least, columns.kept);
    finer = work.coarser(finer, columns.levelPairs(starts[level - 1] ?? 0, finer.length));
    levels.push(finer);
    deviations[level] = (deviations[level - 1] ?? 0) + work.farthest + (least - 1) * spacing;
    spans[level] = Math.max(work.longest, deviations[level] ?? 0, spans[level - 1] ?? 0);
    starts[level] = (starts[level - 1] ?? 0) + finer.length;
  }
  const pairs = new Uint32Array(starts[LEVELS - 1] ?? 0);
  for (const [at, level] of levels.entries()) pairs.set(level, starts[at]);
  return { pairs, starts, edges: all.length / 2, singles: singlesOf(parents, all), deviations, spans };
}

/** Nodes of arbors that are made in the same columns, one after the other: new columns take longer than their levels. */
const FEW_ROWS = 4096;

/** Columns that levels are made in. */
class WorkColumns {
  readonly pairs: Uint32Array;
  readonly kept: Uint32Array;
  readonly sizes: Float64Array;
  readonly heaviest: Int32Array;
  readonly most: Float64Array;
  readonly children: Uint32Array;
  readonly parity: Uint8Array;
  readonly above: Uint32Array;
  private readonly levels: Uint32Array | null;

  constructor(readonly rows: number) {
    this.pairs = new Uint32Array(2 * rows);
    this.kept = new Uint32Array(2 * rows);
    this.sizes = new Float64Array(rows);
    this.heaviest = new Int32Array(rows);
    this.most = new Float64Array(rows);
    this.children = new Uint32Array(rows);
    this.parity = new Uint8Array(rows);
    this.above = new Uint32Array(rows);
    this.levels = rows <= FEW_ROWS ? new Uint32Array(2 * rows * LEVELS) : null;
  }

  /** Room for the pairs of a level, after those of finer ones. */
  levelPairs(start: number, length: number): Uint32Array {
    return this.levels?.subarray(start, start + length) ?? new Uint32Array(length);
  }
}

let few: WorkColumns | null = null;

function columnsFor(rows: number): WorkColumns {
  if (rows > FEW_ROWS) return new WorkColumns(rows);
  few ??= new WorkColumns(FEW_ROWS);
  return few;
}

/** Every edge (parent, child), those nearer to the root first. */
function allPairs(parents: Int32Array, order: Int32Array | null, pairs: Uint32Array): Uint32Array {
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
function twigSizes(pairs: Uint32Array, rows: number, columns: WorkColumns): Float64Array {
  const [sizes, heaviest] = subtrees(pairs, rows, columns);
  const isChild = columns.parity.fill(0, 0, rows);
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
function subtrees(
  pairs: Uint32Array,
  rows: number,
  columns: WorkColumns,
): [sizes: Float64Array, heaviest: Int32Array] {
  const sizes = columns.sizes.fill(1, 0, rows);
  const heaviest = columns.heaviest.fill(-1, 0, rows);
  const most = columns.most.fill(0, 0, rows);
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

/** Writes the pairs that stay into `kept`, which may be where they are. */
function withoutTwigs(
  pairs: Uint32Array,
  sizes: Float64Array,
  least: number,
  kept: Uint32Array,
): Uint32Array {
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
  // Every other node has one: most arbors are one tree.
  if (parents.length > 1 && pairs.length === 2 * (parents.length - 1)) return new Uint32Array(0);
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

  /** From a node that the last level left out to its line, nm. */
  farthest = 0;
  /** Line of the last level that stands for several edges, nm. */
  longest = 0;

  constructor(
    private readonly positions: Float32Array,
    { children, parity, above }: WorkColumns,
  ) {
    this.children = children;
    this.parity = parity;
    this.above = above;
  }

  /** Every second node of unbranched runs, and all others; pairs nearer to the root come first, as in the finer level. */
  coarser(finer: Uint32Array, pairs: Uint32Array): Uint32Array {
    this.countChildren(finer);
    this.farthest = 0;
    this.longest = 0;
    let end = 0;
    for (let at = 0; at < finer.length; at += 2) {
      const row = finer[at + 1] ?? 0;
      const kept = this.keptAbove(finer[at] ?? 0, row);
      if (kept < 0) continue;
      pairs[end++] = kept;
      pairs[end++] = row;
    }
    return pairs.subarray(0, end);
  }

  private countChildren(pairs: Uint32Array): void {
    const { children, parity } = this;
    for (const row of pairs) {
      children[row] = 0;
      parity[row] = 0;
    }
    for (let at = 0; at < pairs.length; at += 2) {
      const row = pairs[at] ?? 0;
      children[row] = (children[row] ?? 0) + 1;
    }
  }

  /** The node of this level that comes before a node; -1 if the node itself is not kept. */
  private keptAbove(next: number, row: number): number {
    const { children, parity, above } = this;
    const kept = parity[next] === 0 ? next : (above[next] ?? 0);
    above[row] = kept;
    if (children[row] === 1) parity[row] = (parity[next] ?? 0) ^ 1;
    if (parity[row] !== 0) return -1;
    if (kept !== next) this.measure(next, kept, row);
    return kept;
  }

  /** A line from `kept` to `row` leaves out `next`. */
  private measure(next: number, kept: number, row: number): void {
    this.farthest = Math.max(this.farthest, distanceToLine(this.positions, next, kept, row));
    this.longest = Math.max(this.longest, distanceBetween(this.positions, kept, row));
  }
}

/** From a node to the line between two others, nm. */
function distanceToLine(positions: Float32Array, node: number, from: number, to: number): number {
  let [square, dot, away] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const start = positions[3 * from + axis] ?? 0;
    const along = (positions[3 * to + axis] ?? 0) - start;
    const aside = (positions[3 * node + axis] ?? 0) - start;
    square += along * along;
    dot += along * aside;
    away += aside * aside;
  }
  const share = square > 0 ? Math.min(1, Math.max(0, dot / square)) : 0;
  return Math.sqrt(Math.max(0, away - 2 * share * dot + share * share * square));
}

/** Of all edges, nm. */
function meanLength(positions: Float32Array, pairs: Uint32Array): number {
  let sum = 0;
  for (let at = 0; at < pairs.length; at += 2)
    sum += distanceBetween(positions, pairs[at] ?? 0, pairs[at + 1] ?? 0);
  return pairs.length > 0 ? (2 * sum) / pairs.length : 0;
}

function distanceBetween(positions: Float32Array, one: number, other: number): number {
  let square = 0;
  for (let axis = 0; axis < 3; axis++) {
    const along = (positions[3 * one + axis] ?? 0) - (positions[3 * other + axis] ?? 0);
    square += along * along;
  }
  return Math.sqrt(square);
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
