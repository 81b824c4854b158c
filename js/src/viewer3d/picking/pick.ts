/**
 * Which node is under a place of the screen, from the nodes themselves: exact at every level of detail.
 *
 * The edge nearest to the place on the screen is found, and of its two nodes the one nearer to the place. Edges that
 * are not further than `TOUCHING_PX` all lie under it: the one nearest to the camera is found.
 */

import type { Projection, ScreenRectangle } from "./projection";
import { SPAN_ROWS, spanBoxes } from "./span-boxes";

/** Half the width of a line and of the place, CSS pixels. */
export const TOUCHING_PX = 1;

/** A neuron that can be picked. */
export interface PickableNeuron {
  readonly skeletonId: number;
  readonly parents: Int32Array;
  /** x, y, z of each node, in the scene. */
  readonly positions: Float32Array;
  /** Around all nodes. */
  readonly box: ArrayLike<number>;
}

export interface NodeUnderPlace<T extends PickableNeuron> {
  neuron: T;
  row: number;
  /** From the place to the edge, CSS pixels. */
  distance: number;
  /** -1 (nearest to the camera) to 1. */
  depth: number;
}

/** Find the node of any neuron under a place of the screen; null if no edge is within the tolerance. */
export function pickNode<T extends PickableNeuron>(
  neurons: Iterable<T>,
  projection: Projection,
  px: number,
  py: number,
  tolerance: number,
): NodeUnderPlace<T> | null {
  const search = new NodeSearch<T>(projection, px, py, tolerance);
  for (const neuron of neurons) search.neuron(neuron);
  return search.found;
}

class NodeSearch<T extends PickableNeuron> {
  found: NodeUnderPlace<T> | null = null;
  private readonly node = new Float64Array(4);
  private readonly above = new Float64Array(4);

  constructor(
    private readonly projection: Projection,
    private readonly px: number,
    private readonly py: number,
    private readonly tolerance: number,
  ) {}

  neuron(neuron: T): void {
    if (neuron.parents.length === 0 || !this.meets(this.projection.rectangle(neuron.box))) return;
    const boxes = spanBoxes(neuron);
    for (let start = 0; start < neuron.parents.length; start += SPAN_ROWS) {
      const box = (start / SPAN_ROWS) * 6;
      if (this.meets(this.projection.rectangle(boxes, box))) this.span(neuron, start);
    }
  }

  /** Whether something in a rectangle may be found. */
  private meets(rectangle: ScreenRectangle | null): boolean {
    if (!rectangle) return false;
    const reach = this.found ? Math.max(this.found.distance, TOUCHING_PX) : this.tolerance;
    const { left, top, right, bottom } = rectangle;
    const aside = Math.max(left - this.px, this.px - right, 0);
    const upwards = Math.max(top - this.py, this.py - bottom, 0);
    // Rounding may put a node outside its box.
    return Math.hypot(aside, upwards) <= reach + 1e-3;
  }

  private span(neuron: T, start: number): void {
    const { parents, positions } = neuron;
    const end = Math.min(start + SPAN_ROWS, parents.length);
    for (let row = start; row < end; row++) {
      const parent = parents[row] ?? -1;
      project(this.projection, positions, row, this.node);
      if (parent >= 0) project(this.projection, positions, parent, this.above);
      this.edge(neuron, row, parent >= 0 ? parent : row);
    }
  }

  /** Consider an edge whose ends were projected; a root is an edge to itself. */
  private edge(neuron: T, row: number, parent: number): void {
    const { node, projection } = this;
    const above = parent === row ? node : this.above;
    const part = seenPart(node, above);
    if (!part) return;
    const [from, to] = part;
    const startX = along(projection, node, above, from, "x");
    const startY = along(projection, node, above, from, "y");
    const dx = along(projection, node, above, to, "x") - startX;
    const dy = along(projection, node, above, to, "y") - startY;
    const square = dx * dx + dy * dy;
    const foot = square > 0 ? ((this.px - startX) * dx + (this.py - startY) * dy) / square : 0;
    const share = Math.min(Math.max(foot, 0), 1);
    const distance = Math.hypot(startX + share * dx - this.px, startY + share * dy - this.py);
    if (distance > this.tolerance) return;
    const startDepth = depthAt(node, above, from);
    const depth = startDepth + share * (depthAt(node, above, to) - startDepth);
    const isNode = from === 0 && (to < 1 || share <= 0.5);
    if (!isNode && to < 1) return;
    this.take({ neuron, row: isNode ? row : parent, distance, depth });
  }

  private take(node: NodeUnderPlace<T>): void {
    if (!this.found || isBefore(node, this.found)) this.found = node;
  }
}

/** The one rule: nearer on the screen, then nearer to the camera; ids and rows decide between equals. */
function isBefore<T extends PickableNeuron>(one: NodeUnderPlace<T>, other: NodeUnderPlace<T>): boolean {
  const order =
    Math.max(one.distance, TOUCHING_PX) - Math.max(other.distance, TOUCHING_PX) ||
    one.depth - other.depth ||
    one.neuron.skeletonId - other.neuron.skeletonId ||
    one.row - other.row;
  return order < 0;
}

function project(projection: Projection, positions: Float32Array, row: number, out: Float64Array): void {
  const at = 3 * row;
  projection.project(positions[at] ?? 0, positions[at + 1] ?? 0, positions[at + 2] ?? 0, out);
}

/** From where to where an edge is between the near and the far plane; 0: at its node, 1: at the parent. */
function seenPart(node: Float64Array, above: Float64Array): [from: number, to: number] | null {
  const [, , nodeZ = 0, nodeW = 0] = node;
  const [, , aboveZ = 0, aboveW = 0] = above;
  let from = 0;
  let to = 1;
  for (const [start, end] of [
    [nodeW + nodeZ, aboveW + aboveZ],
    [nodeW - nodeZ, aboveW - aboveZ],
  ] as const) {
    if (start < 0 && end < 0) return null;
    if (start < 0) from = Math.max(from, start / (start - end));
    else if (end < 0) to = Math.min(to, start / (start - end));
  }
  return from <= to ? [from, to] : null;
}

function along(
  projection: Projection,
  node: Float64Array,
  above: Float64Array,
  share: number,
  axis: "x" | "y",
): number {
  const w = between(node, above, share, 3);
  return axis === "x"
    ? projection.screenX(between(node, above, share, 0), w)
    : projection.screenY(between(node, above, share, 1), w);
}

function depthAt(node: Float64Array, above: Float64Array, share: number): number {
  return between(node, above, share, 2) / between(node, above, share, 3);
}

function between(node: Float64Array, above: Float64Array, share: number, at: number): number {
  const start = node[at] ?? 0;
  return start + share * ((above[at] ?? 0) - start);
}
