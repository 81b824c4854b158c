/** What is active is read wherever it is: with each reading of a view, and at once where it was set elsewhere. */
import type { Graph } from "./graph";
import type { Box } from "./loader";
import type { Active, IdsToRead, Selection } from "./selection";

export interface ActiveReadingContext {
  graph(): Graph;
  selection: Selection;
  refresh(): Promise<void>;
}

/** The active node that a reading should have, but has not; and its parent as it was drawn last, or null. */
export interface MissedNode {
  active: Active;
  parent: number | null;
}

export class ActiveReading {
  private box: Box | null = null;
  private wanted: IdsToRead = { treenode_ids: [], connector_ids: [] };
  /** The connector whose links are not known, as it lies elsewhere. */
  private unknown: number | null = null;
  private reading: Promise<void> | null = null;

  constructor(private readonly context: ActiveReadingContext) {}

  /** Settles when what is active was read; null if it is here already. */
  get coming(): Promise<void> | null {
    return this.reading;
  }

  /** A box is read from now on: what is to be read beside it. */
  around(box: Box): IdsToRead {
    this.box = box;
    this.wanted = this.context.selection.idsToRead();
    return this.wanted;
  }

  /** What was read is about to be shown: give it the links of the active connector, which lie elsewhere. */
  read(graph: Graph): MissedNode | null {
    const { active } = this.context.selection;
    if (!active) return null;
    const before = this.context.graph();
    const kind = before.kind(active.id);
    // What was chosen elsewhere is a treenode, as far as is known, until it was read.
    if (graph.connectors.has(active.id)) this.takeLinks(before, graph, active.id);
    const { treenode_ids, connector_ids } = this.wanted;
    if (![...treenode_ids, ...connector_ids].includes(active.id) || graph.kind(active.id) !== undefined)
      return null;
    return { active, parent: kind === "treenode" ? before.parent(active.id) : null };
  }

  /** What is active was chosen elsewhere: read it if it is not here. */
  chosen(): void {
    const { graph, selection, refresh } = this.context;
    selection.modelChanged();
    const id = selection.active?.id ?? 0;
    if (id <= 0 || graph().kind(id) !== undefined) return;
    const reading = refresh().finally(() => {
      if (this.reading === reading) this.reading = null;
    });
    this.reading = reading;
  }

  /** Others changed connectors. */
  changed(connectors: readonly number[]): void {
    const { active } = this.context.selection;
    if (active?.kind === "connector" && connectors.includes(active.id) && this.isFar())
      this.unknown = active.id;
  }

  /** Whether what is active lies beyond what was read, so that only itself is known. */
  isFar(): boolean {
    const { position } = this.context.selection;
    return position === undefined || (this.box !== null && !isInside(position, this.box));
  }

  /** Whether it is not known what the active connector is linked to. */
  get lacksLinks(): boolean {
    const { active } = this.context.selection;
    return active?.kind === "connector" && active.id === this.unknown && this.isFar();
  }

  private takeLinks(from: Graph, to: Graph, connector: number): void {
    const position = to.position(connector);
    if (!position || !this.box || isInside(position, this.box)) {
      if (this.unknown === connector) this.unknown = null;
      return;
    }
    if (!from.connectors.has(connector)) this.unknown = connector;
    if (this.unknown === connector) return;
    const { treenode, relation, confidence, time } = from.links.columns;
    for (const id of from.linksOfConnector(connector)) {
      const row = from.links.row(id);
      if (id < 0 || to.links.has(id)) continue;
      to.links.put(id, {
        connector,
        treenode: treenode[row] as number,
        relation: relation[row] as number,
        confidence: confidence[row] as number,
        time: time[row] as number,
      });
    }
  }
}

function isInside([x, y, z]: readonly [number, number, number], box: Box): boolean {
  return x >= box.left && x < box.right && y >= box.top && y < box.bottom && z >= box.z1 && z < box.z2;
}
