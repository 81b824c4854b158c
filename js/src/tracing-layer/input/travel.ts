/** Ways from the active node to others: along the arbor, and across synapses. */
import type { LayerHost, Point } from "../../shared/layer";
import { type Graph, NO_PARENT, Relation } from "../data/graph";
import type { Direction, Kernel, Neighbour } from "../data/kernel";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import { focusSearch } from "./search-focus";

export interface TravelContext {
  graph(): Graph;
  selection: Selection;
  kernel: Kernel;
  host(): LayerHost | null;
  /** Fingerprint of database, user and project. */
  place: string;
}

const ENDS: Record<Direction, string> = {
  parent: "This is the root.",
  child: "This is an end: the node has no child.",
  root: "This is the root.",
  next_branch: "This is an end.",
  previous_branch: "This is the root.",
};

/** The open ends of a skeleton, in the order in which one goes through them. */
interface OpenEnds {
  skeleton: number;
  ends: Neighbour[];
  at: number;
}

export class Travel {
  private openEnds: OpenEnds | null = null;

  constructor(private readonly context: TravelContext) {}

  /** Go along the arbor; what is not loaded the kernel looks up. */
  async go(direction: Direction): Promise<void> {
    const { selection, kernel } = this.context;
    const { active } = selection;
    if (!active || active.kind === "connector") throw new Hint("Select a treenode first.");
    if (active.kind === "virtual" && (direction === "parent" || direction === "child")) {
      const id = direction === "parent" ? active.parent : active.id;
      return this.arrive("treenode", id, this.context.graph().position(id));
    }
    const near = this.loadedNeighbour(active.id, direction);
    if (near !== undefined) return this.arrive("treenode", near, this.context.graph().position(near));
    if (active.id < 0) throw new Hint("This node is still being saved.");
    const found = await kernel.neighbour(active.id, direction);
    // The person has gone elsewhere while the kernel looked.
    if (selection.active?.id !== active.id) return;
    if (!found) throw new Hint(ENDS[direction]);
    this.arrive("treenode", found.treenode_id, [found.x, found.y, found.z]);
  }

  /** To an open end: the nearest, the one made last, or the next one after that. */
  async toOpenEnd(which: "nearest" | "newest" | "next"): Promise<void> {
    const { skeleton } = this.context.selection;
    if (which === "next" && this.openEnds && this.openEnds.skeleton === skeleton) {
      this.openEnds.at = (this.openEnds.at + 1) % this.openEnds.ends.length;
    } else {
      this.openEnds = await this.findOpenEnds(which === "newest");
    }
    const end = this.openEnds?.ends[this.openEnds.at];
    if (end) this.arrive("treenode", end.treenode_id, [end.x, end.y, end.z]);
  }

  /** The open ends of the active skeleton; null if the person has gone elsewhere while the kernel looked. */
  private async findOpenEnds(newest: boolean): Promise<OpenEnds | null> {
    const { selection, kernel } = this.context;
    const { active, skeleton } = selection;
    if (!active || active.kind === "connector" || skeleton === null)
      throw new Hint("Select a treenode first.");
    if (active.id < 0 || skeleton < 0) throw new Hint("This neuron is still being saved.");
    const ends = await kernel.openEnds(active.id, skeleton, newest);
    if (selection.active?.id !== active.id) return null;
    if (ends.length === 0) throw new Hint("This neuron has no open ends.");
    const isHere = active.kind === "treenode" && ends[0]?.treenode_id === active.id;
    return { skeleton, ends, at: isHere && ends.length > 1 ? 1 : 0 };
  }

  /** To the next node across a synapse: `onward` with the signal, else against it. */
  cross(onward: boolean): void {
    const { selection } = this.context;
    const graph = this.context.graph();
    const { active } = selection;
    if (!active || active.kind === "virtual") throw new Hint("Select a node or a connector first.");
    const isTreenode = active.kind === "treenode";
    const links = isTreenode ? graph.linksOfTreenode(active.id) : graph.linksOfConnector(active.id);
    // With the signal one leaves a node by its presynaptic link, and a connector by a postsynaptic one.
    const wanted = isTreenode === onward ? Relation.Presynaptic : Relation.Postsynaptic;
    const { relation, connector, treenode } = graph.links.columns;
    const rows = links.sort((a, b) => a - b).map((id) => graph.links.row(id));
    const row = rows.find((at) => relation[at] === wanted) ?? rows[0];
    if (row === undefined)
      throw new Hint(isTreenode ? "No synapse here." : "Nothing is linked to this connector.");
    const id = (isTreenode ? connector[row] : treenode[row]) as number;
    this.arrive(isTreenode ? "connector" : "treenode", id, graph.position(id));
  }

  center(): void {
    const { position } = this.context.selection;
    if (position) this.context.host()?.moveTo(position);
    else throw new Hint("Nothing is active.");
  }

  /** Into the search beside the viewer, or to a neuron by its name. */
  async search(): Promise<void> {
    const { kernel, selection, place } = this.context;
    const host = this.context.host();
    if (!host || focusSearch(place, host.bar)) return;
    let suggestions: string[] = [];
    let prompt = "Go to the neuron named";
    let value = "";
    for (;;) {
      const name = await host.ask(prompt, { value, suggestions });
      if (!name?.trim()) return;
      const { neurons, total, root } = await kernel.named(name.trim());
      if (root) {
        host.moveTo([root.x, root.y, root.z]);
        selection.select({ kind: "treenode", id: root.root_id });
        return;
      }
      suggestions = neurons.map((neuron) => neuron.name);
      if (suggestions.every((one) => one === name.trim()))
        throw new Hint(
          `${total} skeletons have this name: ${neurons.map((one) => one.skeleton_id).join(", ")}.`,
        );
      prompt = `${total} neurons have this in their names; which?`;
      value = name;
    }
  }

  private loadedNeighbour(id: number, direction: Direction): number | undefined {
    const graph = this.context.graph();
    if (direction === "parent") {
      const parent = graph.parent(id);
      return parent !== NO_PARENT && graph.nodes.has(parent) ? parent : undefined;
    }
    return direction === "child" ? graph.children(id).sort((a, b) => a - b)[0] : undefined;
  }

  private arrive(kind: "treenode" | "connector", id: number, position: Point | undefined): void {
    if (position) this.context.host()?.moveTo(position);
    this.context.selection.select({ kind, id });
  }
}
