/** Ways from the active node to others: along the arbor, and across synapses. */
import type { LayerHost, Point } from "../../shared/layer";
import { type Graph, NO_PARENT, Relation } from "../data/graph";
import type { Direction, Kernel, Neighbour } from "../data/kernel";
import type { Active, Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import { focusSearch } from "./page-widgets";

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
  /** The treenode from which one has switched to its connector. */
  private switchedFrom: number | null = null;
  /** Where the ways to the next branches led, and which of them was gone last. */
  private ways: { stops: Neighbour[]; at: number } | null = null;

  constructor(private readonly context: TravelContext) {}

  /** Go along the arbor; what is not loaded the kernel looks up. */
  async go(direction: Direction): Promise<void> {
    const target = await this.target(direction);
    if (target) this.arrive("treenode", target.id, target.position);
  }

  /** Towards the parent or a child, at most into the next section: where only an edge passes, to a virtual node. */
  async step(direction: "parent" | "child"): Promise<void> {
    const active = this.requireTreenode();
    const from = this.context.selection.position;
    const target = await this.target(direction);
    if (!target) return;
    const { id, position } = target;
    const isUp = direction === "parent";
    const edge =
      active.kind === "virtual"
        ? { id: active.id, parent: active.parent }
        : { id: isUp ? active.id : id, parent: isUp ? id : active.id };
    if (!(from && position && this.stopBetween(edge, from, position))) this.arrive("treenode", id, position);
  }

  /** The node in a direction; null if the person has gone elsewhere while the kernel looked. */
  private async target(direction: Direction): Promise<{ id: number; position: Point | undefined } | null> {
    const { selection, kernel } = this.context;
    const active = this.requireTreenode();
    const loaded = (id: number) => ({ id, position: this.context.graph().position(id) });
    if (active.kind === "virtual" && (direction === "parent" || direction === "child"))
      return loaded(direction === "parent" ? active.parent : active.id);
    const near = this.loadedNeighbour(active.id, direction);
    if (near !== undefined) return loaded(near);
    requireSaved(active.id);
    const found = await kernel.neighbour(active.id, direction);
    if (selection.active?.id !== active.id) return null;
    if (!found) throw new Hint(ENDS[direction]);
    return { id: found.treenode_id, position: placeOf(found) };
  }

  /** To the next child of the same parent; into the next section only, unless real nodes are wanted. */
  async nextChild(isReal: boolean): Promise<void> {
    const { selection, kernel } = this.context;
    const active = this.requireTreenode();
    const parent = active.kind === "virtual" ? active.parent : this.context.graph().parent(active.id);
    if (parent === NO_PARENT) throw new Hint("This is the root, which has no sibling.");
    requireSaved(active.id, parent);
    const children = await kernel.of("children", { treenode_id: parent });
    if (selection.active?.id !== active.id) return;
    const at = children.findIndex(({ treenode_id }) => treenode_id === active.id) + 1;
    const next = children[at % children.length];
    if (!next || children.length === 1) throw new Hint("Its parent has no other child.");
    const from = isReal ? undefined : this.context.graph().position(parent);
    if (!(from && this.stopBetween({ id: next.treenode_id, parent }, from, placeOf(next))))
      this.arrive("treenode", next.treenode_id, placeOf(next));
    const nth = (at % children.length) + 1;
    this.context.host()?.notify("info", `Child ${nth} of ${children.length}.`);
  }

  /** To the end of the longest way on, or to what is noted on it: a tag, a link or a low confidence. */
  async toBranch(stop: "last" | "noted"): Promise<void> {
    const { selection, kernel } = this.context;
    const active = this.requireTreenode();
    requireSaved(active.id);
    const ways = await kernel.of("branches", { treenode_id: active.id });
    if (selection.active?.id !== active.id) return;
    if (ways.length === 0) throw new Hint(ENDS.next_branch);
    this.ways = { stops: ways.map(([, noted, last]) => (stop === "noted" ? noted : last)), at: 0 };
    this.showWay();
  }

  /** To the same on the next of the ways that there were. */
  async toOtherBranch(): Promise<void> {
    const { ways } = this;
    const here = this.context.selection.active?.id;
    if (!ways || ways.stops[ways.at]?.treenode_id !== here) return this.toBranch("last");
    if (ways.stops.length === 1) throw new Hint("There was no other way to go.");
    ways.at = (ways.at + 1) % ways.stops.length;
    this.showWay();
  }

  /** Towards the root, to what is noted on the way, at most to the previous branch. */
  async toNotedBefore(): Promise<void> {
    const { selection, kernel } = this.context;
    const active = this.requireTreenode();
    requireSaved(active.id);
    const found = await kernel.of("noted_before", { treenode_id: active.id });
    if (selection.active?.id !== active.id) return;
    if (!found) throw new Hint(ENDS.root);
    this.arrive("treenode", found.treenode_id, placeOf(found));
  }

  private showWay(): void {
    const stop = this.ways?.stops[this.ways.at];
    if (stop) this.arrive("treenode", stop.treenode_id, placeOf(stop));
  }

  /** To an open end: the nearest, the one made last, or the one after or before that. */
  async toOpenEnd(which: "nearest" | "newest" | "next" | "last"): Promise<void> {
    const { skeleton } = this.context.selection;
    const step = { nearest: 0, newest: 0, next: 1, last: -1 }[which];
    if (step !== 0 && this.openEnds && this.openEnds.skeleton === skeleton) {
      const { ends, at } = this.openEnds;
      this.openEnds.at = (at + step + ends.length) % ends.length;
    } else {
      this.openEnds = await this.findOpenEnds(which === "newest");
    }
    const end = this.openEnds?.ends[this.openEnds.at];
    if (end) this.arrive("treenode", end.treenode_id, placeOf(end));
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

  /** From a connector to the node that one came from, or its presynaptic one; from a node to its connector. */
  switch(): void {
    const { selection } = this.context;
    const graph = this.context.graph();
    const { active } = selection;
    if (!active || active.kind === "virtual") throw new Hint("Select a node or a connector first.");
    if (active.kind === "treenode") {
      this.switchedFrom = active.id;
      this.cross(true);
      return;
    }
    const { treenode } = graph.links.columns;
    const linked = graph.linksOfConnector(active.id).map((id) => treenode[graph.links.row(id)] as number);
    const from = this.switchedFrom;
    if (from !== null && linked.includes(from)) this.arrive("treenode", from, graph.position(from));
    else this.cross(false);
  }

  center(): void {
    const { active, position } = this.context.selection;
    if (position) this.context.host()?.moveTo(position);
    else throw new Hint(active ? "Where it is could not be read: try again." : "Nothing is active.");
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

  /** To a node of an arbor or a connector; the view follows if its place is known. */
  arrive(kind: "treenode" | "connector", id: number, position: Point | undefined): void {
    if (position) this.context.host()?.moveTo(position);
    this.context.selection.select({ kind, id });
  }

  /** On the way along an edge, go into the next section only; false if that is where the other end is. */
  private stopBetween(edge: { id: number; parent: number }, from: Point, to: Point): boolean {
    const host = this.context.host();
    const view = host?.view();
    if (!host || !view) return false;
    const sectionOf = (z: number): number => Math.round((z - view.sectionDepth) / view.sectionThickness);
    const sections = sectionOf(to[2]) - sectionOf(from[2]);
    if (Math.abs(sections) <= 1) return false;
    const z = view.sectionDepth + (sectionOf(from[2]) + Math.sign(sections)) * view.sectionThickness;
    const share = (z - from[2]) / (to[2] - from[2]);
    const at: Point = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), z];
    host.moveTo(at);
    this.context.selection.select({ kind: "virtual", ...edge, at });
    return true;
  }

  private requireTreenode(): Exclude<Active, { kind: "connector" }> {
    const { active } = this.context.selection;
    if (!active || active.kind === "connector") throw new Hint("Select a treenode first.");
    return active;
  }
}

export function placeOf({ x, y, z }: { x: number; y: number; z: number }): Point {
  return [x, y, z];
}

function requireSaved(...ids: number[]): void {
  if (ids.some((id) => id < 0)) throw new Hint("This node is still being saved.");
}
