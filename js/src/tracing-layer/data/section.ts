/** Nodes of a graph on one section, and where edges cross it. */

import { hiddenConnectors } from "../neurons/neuron-look";
import { type Graph, NO_PARENT } from "./graph";
import { PointGrid } from "./grid";

/** A plane of project space with a thickness, nm. */
export interface Slab {
  depth: number;
  thickness: number;
}

/** Rows of a graph's nodes, put in relation. */
export interface Topology {
  /** Row of each node's parent; -1 at roots and where the parent is not here. */
  parentRow: Int32Array;
  /** Children that are here, at most 255. */
  children: Uint8Array;
}

export function topologyOf(graph: Graph): Topology {
  const { parent } = graph.nodes.columns;
  const parentRow = new Int32Array(graph.nodes.count).fill(-1);
  const children = new Uint8Array(graph.nodes.count);
  for (let row = 0; row < graph.nodes.count; row++) {
    const id = parent[row] as number;
    if (id === NO_PARENT) continue;
    const above = graph.nodes.row(id);
    parentRow[row] = above;
    if (above >= 0) children[above] = Math.min(255, (children[above] as number) + 1);
  }
  return { parentRow, children };
}

/** Each depth is in one section: what lies between two is in the second one. */
export function isInSlab(z: number, { depth, thickness }: Slab): boolean {
  return z - depth >= -thickness / 2 && z - depth < thickness / 2;
}

/**
 * How far along an edge (0 at its first end, 1 at the other) it crosses a section.
 *
 * NaN when it does not cross it, or has an end on it: then that end stands for it.
 */
export function crossing(z0: number, z1: number, slab: Slab): number {
  if (isInSlab(z0, slab) || isInSlab(z1, slab)) return Number.NaN;
  if (z0 < slab.depth === z1 < slab.depth) return Number.NaN;
  return (slab.depth - z0) / (z1 - z0);
}

/** Treenodes, connectors and virtual nodes of a section, found by place. */
export class SectionIndex {
  /** Rows of the treenodes on the section. */
  readonly nodes: Int32Array;
  readonly connectors: Int32Array;
  /** Ids, on any section. */
  readonly hiddenConnectors: ReadonlySet<number>;
  /** Virtual nodes: the row of the child of the edge, and where the edge crosses the section. */
  readonly virtual: { child: Int32Array; x: Float64Array; y: Float64Array };
  private readonly grids: { nodes: PointGrid; connectors: PointGrid; virtual: PointGrid };

  constructor(
    private readonly graph: Graph,
    { parentRow }: Topology,
    slab: Slab,
    isShown: (skeleton: number) => boolean = () => true,
  ) {
    const { x, y, z, skeleton } = graph.nodes.columns;
    const nodes: number[] = [];
    const child: number[] = [];
    const along: number[] = [];
    for (let row = 0; row < graph.nodes.count; row++) {
      if (!isShown(skeleton[row] as number)) continue;
      const own = z[row] as number;
      if (isInSlab(own, slab)) {
        nodes.push(row);
        continue;
      }
      const parent = parentRow[row] as number;
      if (parent < 0) continue;
      const at = crossing(own, z[parent] as number, slab);
      if (Number.isNaN(at)) continue;
      child.push(row);
      along.push(at);
    }
    const between = (column: Float64Array): Float64Array =>
      Float64Array.from(child, (row, index) => {
        const from = column[row] as number;
        return from + ((column[parentRow[row] as number] as number) - from) * (along[index] as number);
      });
    this.nodes = Int32Array.from(nodes);
    this.virtual = { child: Int32Array.from(child), x: between(x), y: between(y) };
    this.hiddenConnectors = hiddenConnectors(graph, isShown);
    const { columns, count } = graph.connectors;
    this.connectors = this.rowsInSlab(columns.z, count, slab).filter(
      (row) => !this.hiddenConnectors.has(columns.id[row] as number),
    );
    this.grids = {
      nodes: PointGrid.over(x, y, this.nodes),
      connectors: PointGrid.over(graph.connectors.columns.x, graph.connectors.columns.y, this.connectors),
      virtual: PointGrid.over(
        this.virtual.x,
        this.virtual.y,
        Int32Array.from(child, (_, index) => index),
      ),
    };
  }

  /**
   * What is nearest to a place (nm), at most `reach` away; treenodes and connectors before virtual nodes.
   */
  at(x: number, y: number, reach: number): Hit | null {
    const node = this.grids.nodes.nearest(x, y, reach);
    const connector = this.grids.connectors.nearest(x, y, reach);
    const { nodes, connectors } = this.graph;
    if (node >= 0 && (connector < 0 || this.isNearer(node, connector, x, y))) {
      return { kind: "treenode", id: nodes.columns.id[node] as number };
    }
    if (connector >= 0) return { kind: "connector", id: connectors.columns.id[connector] as number };
    const index = this.grids.virtual.nearest(x, y, reach);
    return index < 0 ? null : this.virtualHit(index);
  }

  private virtualHit(index: number): Hit {
    const row = this.virtual.child[index] as number;
    const { id, parent } = this.graph.nodes.columns;
    return {
      kind: "virtual",
      id: id[row] as number,
      parent: parent[row] as number,
      x: this.virtual.x[index] as number,
      y: this.virtual.y[index] as number,
    };
  }

  private isNearer(node: number, connector: number, x: number, y: number): boolean {
    const { nodes, connectors } = this.graph;
    const distance = (columns: { x: Float64Array; y: Float64Array }, row: number): number =>
      Math.hypot((columns.x[row] as number) - x, (columns.y[row] as number) - y);
    return distance(nodes.columns, node) <= distance(connectors.columns, connector);
  }

  private rowsInSlab(z: Float64Array, count: number, slab: Slab): Int32Array {
    const rows: number[] = [];
    for (let row = 0; row < count; row++) if (isInSlab(z[row] as number, slab)) rows.push(row);
    return Int32Array.from(rows);
  }
}

/** Something under the pointer. A virtual node has the id of its edge's child. */
export type Hit =
  | { kind: "treenode"; id: number }
  | { kind: "connector"; id: number }
  | { kind: "virtual"; id: number; parent: number; x: number; y: number };

/** Which skeletons are shown; another choice has another key. */
export interface ShownChoice {
  isShown(skeleton: number): boolean;
  key: string;
}

const ALL_SHOWN: ShownChoice = { isShown: () => true, key: "" };

/** Derived views of a graph, made anew only when the graph or the section has changed. */
export class Sections {
  private graph: Graph | null = null;
  private revision = -1;
  private topologyNow: Topology | null = null;
  private index: { slab: Slab; key: string; section: SectionIndex } | null = null;

  topology(graph: Graph): Topology {
    this.follow(graph);
    this.topologyNow ??= topologyOf(graph);
    return this.topologyNow;
  }

  section(graph: Graph, slab: Slab, { isShown, key }: ShownChoice = ALL_SHOWN): SectionIndex {
    const topology = this.topology(graph);
    const known = this.index;
    if (
      known &&
      known.key === key &&
      known.slab.depth === slab.depth &&
      known.slab.thickness === slab.thickness
    ) {
      return known.section;
    }
    const section = new SectionIndex(graph, topology, slab, isShown);
    this.index = { slab, key, section };
    return section;
  }

  private follow(graph: Graph): void {
    if (this.graph === graph && this.revision === graph.revision) return;
    this.graph = graph;
    this.revision = graph.revision;
    this.topologyNow = null;
    this.index = null;
  }
}
