/** What is traced in the part of project space that a viewer looks at. */
import { RELATION } from "../../wire/facts";
import { Table } from "./table";

export const NO_PARENT = -1;

export type NodeColumns = {
  id: Int32Array;
  /** -1 at roots. */
  parent: Int32Array;
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
  confidence: Int16Array;
  radius: Float64Array;
  skeleton: Int32Array;
  /** Edition time in seconds since 1970; NaN while it is not known. */
  time: Float64Array;
  user: Int32Array;
};

export type ConnectorColumns = {
  id: Int32Array;
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
  confidence: Int16Array;
  time: Float64Array;
  user: Int32Array;
};

export type LinkColumns = {
  id: Float64Array;
  connector: Int32Array;
  treenode: Int32Array;
  /** A `Relation`. */
  relation: Uint8Array;
  confidence: Int16Array;
  time: Float64Array;
};

/** Kinds of links, in the order of `RELATION_NAMES`. */
export const Relation = {
  Other: 0,
  Presynaptic: 1,
  Postsynaptic: 2,
  GapJunction: 3,
  TightJunction: 4,
  Desmosome: 5,
  Abutting: 6,
  Attached: 7,
  Close: 8,
} as const;
export type Relation = (typeof Relation)[keyof typeof Relation];

export const RELATION_NAMES: readonly string[] = [
  "",
  RELATION.PRESYNAPTIC,
  RELATION.POSTSYNAPTIC,
  RELATION.GAP_JUNCTION,
  RELATION.TIGHT_JUNCTION,
  RELATION.DESMOSOME,
  RELATION.ABUTTING,
  RELATION.ATTACHED,
  RELATION.CLOSE,
];

export type Kind = "treenode" | "connector";

/** What has edition times. Treenodes and connectors share one range of ids, links have another. */
export type Timed = "node" | "link";

let graphs = 0;

/** Treenodes, connectors and their links. Ids below -1 are of things not yet confirmed. */
export class Graph {
  /** Tells graphs apart. */
  readonly serial = graphs++;
  /** Grows with every change, so that what is derived from a graph knows when it is old. */
  revision = 0;

  constructor(
    readonly nodes: Table<NodeColumns>,
    readonly connectors: Table<ConnectorColumns>,
    readonly links: Table<LinkColumns>,
    /** Names of the labels of treenodes and connectors, by node id. */
    readonly labels: Map<number, string[]>,
  ) {}

  static empty(): Graph {
    return new Graph(
      Table.of<NodeColumns>({
        id: new Int32Array(0),
        parent: new Int32Array(0),
        x: new Float64Array(0),
        y: new Float64Array(0),
        z: new Float64Array(0),
        confidence: new Int16Array(0),
        radius: new Float64Array(0),
        skeleton: new Int32Array(0),
        time: new Float64Array(0),
        user: new Int32Array(0),
      }),
      Table.of<ConnectorColumns>({
        id: new Int32Array(0),
        x: new Float64Array(0),
        y: new Float64Array(0),
        z: new Float64Array(0),
        confidence: new Int16Array(0),
        time: new Float64Array(0),
        user: new Int32Array(0),
      }),
      Table.of<LinkColumns>({
        id: new Float64Array(0),
        connector: new Int32Array(0),
        treenode: new Int32Array(0),
        relation: new Uint8Array(0),
        confidence: new Int16Array(0),
        time: new Float64Array(0),
      }),
      new Map(),
    );
  }

  copy(): Graph {
    return new Graph(this.nodes.copy(), this.connectors.copy(), this.links.copy(), new Map(this.labels));
  }

  /** Whether an id is that of a treenode or of a connector; undefined if it is not here. */
  kind(id: number): Kind | undefined {
    if (this.nodes.has(id)) return "treenode";
    return this.connectors.has(id) ? "connector" : undefined;
  }

  /** Position in nm of a treenode or connector. */
  position(id: number): [number, number, number] | undefined {
    const table = this.nodes.has(id) ? this.nodes : this.connectors;
    const row = table.row(id);
    if (row < 0) return undefined;
    const { x, y, z } = table.columns;
    return [x[row] as number, y[row] as number, z[row] as number];
  }

  /** Edition time (s); NaN while it is not known. */
  time(of: Timed, id: number): number {
    const found = this.timed(of).map((table) => table.value(id, "time"));
    return found.find((time) => time !== undefined) ?? Number.NaN;
  }

  setTime(of: Timed, id: number, time: number): void {
    for (const table of this.timed(of)) if (table.has(id)) table.put(id, { time });
    this.revision++;
  }

  /** The parent's id, `NO_PARENT` at a root or if the node is not here. */
  parent(id: number): number {
    return this.nodes.value(id, "parent") ?? NO_PARENT;
  }

  children(id: number): number[] {
    return this.nodes.where("parent", id);
  }

  linksOfTreenode(id: number): number[] {
    return this.links.where("treenode", id);
  }

  linksOfConnector(id: number): number[] {
    return this.links.where("connector", id);
  }

  /** A node and everything distal to it, as far as it is loaded. */
  distal(id: number): Set<number> {
    const children = new Map<number, number[]>();
    const { id: ids, parent } = this.nodes.columns;
    for (let row = 0; row < this.nodes.count; row++) {
      const siblings = children.get(parent[row] as number);
      if (siblings) siblings.push(ids[row] as number);
      else children.set(parent[row] as number, [ids[row] as number]);
    }
    const found = new Set([id]);
    for (const node of found) for (const child of children.get(node) ?? []) found.add(child);
    return found;
  }

  private timed(of: Timed): Array<Table<NodeColumns> | Table<ConnectorColumns> | Table<LinkColumns>> {
    return of === "link" ? [this.links] : [this.nodes, this.connectors];
  }
}

/** Users who made the nodes of a graph, or their skeletons: ids in their order. */
export function distinct({ nodes }: Graph, column: "user" | "skeleton"): number[] {
  const found = new Set<number>(nodes.columns[column].subarray(0, nodes.count));
  found.delete(0);
  return [...found].sort((a, b) => a - b);
}
