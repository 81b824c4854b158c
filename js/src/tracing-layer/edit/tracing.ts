/** What a person can do to arbors: each command makes edits from what is drawn and queues them. */
import type { LayerHost, Point } from "../../shared/layer";
import type { ActiveReading } from "../data/active-reading";
import { nearestEdge } from "../data/edges";
import { type Graph, NO_PARENT, Relation } from "../data/graph";
import type { Kernel } from "../data/kernel";
import type { Hit } from "../data/section";
import type { Selection } from "../data/selection";
import type { EditQuestions } from "../dialogs/edit-questions";
import type { Edit } from "./edit";
import * as edits from "./edits";
import type { Place } from "./fields";
import { Hint } from "./hint";
import { LINK_KINDS, nextRelation, requireFree } from "./link-kinds";
import type { EditQueue } from "./queue";
import { Reshaping } from "./reshaping";

export interface TracingContext {
  queue: EditQueue;
  selection: Selection;
  kernel: Kernel;
  host(): LayerHost | null;
  isReadOnly(): boolean;
  questions: EditQuestions;
  /** How well it is known what is active. */
  reading: Pick<ActiveReading, "isFar" | "lacksLinks">;
}

const FAR_CONNECTOR = "The active connector is far from here: A goes to it, to see what it is linked to.";

export class Tracing {
  readonly reshaping: Reshaping;
  private readonly repeatable = new WeakMap<Edit, () => void>();

  constructor(private readonly context: TracingContext) {
    this.reshaping = new Reshaping({
      ...context,
      requireEditable: () => this.requireEditable(),
      activeTreenode: () => this.activeTreenode(),
      treenodeAt: (hit, depth) => this.materialized(this.current(hit), depth),
    });
  }

  private get graph(): Graph {
    return this.context.queue.graph;
  }

  /** Continue from what is active: a child, a partner of a connector, or the root of a new skeleton. */
  addNode(point: Point): void | Promise<void> {
    this.requireEditable();
    const { queue, selection } = this.context;
    const { active, lost } = selection;
    if (!active && lost !== null) return this.beginAfter(lost, point);
    this.requireKnownLinks();
    const parent = active && active.kind !== "connector" ? this.activeTreenode() : null;
    const temporary = { node: queue.temporaryId(), skeleton: queue.temporaryId() };
    queue.add(edits.createTreenode(this.graph, temporary, parent, place(point)));
    if (active?.kind === "connector")
      this.link(temporary.node, active.id, nextRelation(this.graph, active.id));
    selection.select({ kind: "treenode", id: temporary.node });
  }

  /** A synapse there: with a treenode active a connector, with a connector active a treenode of its own. */
  addSynapse(point: Point, isReversed: boolean): void {
    const [before, after] = isReversed
      ? [Relation.Postsynaptic, Relation.Presynaptic]
      : [Relation.Presynaptic, Relation.Postsynaptic];
    if (this.context.selection.active?.kind === "connector") this.addPartner(point, after);
    else this.addConnector(point, before);
  }

  /** A treenode, the root of a new skeleton, that the active connector is linked to. */
  private addPartner(point: Point, relation: Relation): void {
    this.requireEditable();
    const { queue, selection } = this.context;
    const connector = selection.active?.id ?? 0;
    this.requireKnownLinks();
    requireFree(this.graph, connector, relation);
    const temporary = { node: queue.temporaryId(), skeleton: queue.temporaryId() };
    queue.add(edits.createTreenode(this.graph, temporary, null, place(point)));
    this.link(temporary.node, connector, relation);
  }

  /** Ask for the kind of a link between what is active and what was clicked, or is made there. */
  async chooseLink(point: Point, hit: Hit | null): Promise<void> {
    this.requireEditable();
    const host = this.context.host();
    const { active } = this.context.selection;
    if (!active || !host) throw new Hint("Select a node or a connector first, to link it.");
    if (hit && (hit.kind === "connector") === (active.kind === "connector"))
      throw new Hint("Links are between a node and a connector.");
    const choices = LINK_KINDS.map(([title]) => title);
    const chosen = await host.ask("Link by which relation?", { choices });
    const relation = LINK_KINDS.find(([title]) => title === chosen)?.[1];
    if (relation === undefined) return;
    if (this.context.selection.active?.id !== this.context.queue.resolve(active.id))
      throw new Hint("Another node is active now: nothing was linked.");
    if (hit) await this.connect(this.current(hit), point[2], relation);
    else if (active.kind === "connector") this.addPartner(point, relation);
    else this.addConnector(point, relation);
  }

  /** Begin a skeleton where the person meant to continue another one: only if that is wanted. */
  private async beginAfter(lost: string, point: Point): Promise<void> {
    if (!(await this.context.questions.agrees(`${lost} Begin a new neuron here?`, "Begin"))) return;
    this.context.selection.select(null);
    await this.addNode(point);
  }

  /** A connector that the active treenode is linked to. */
  private addConnector(point: Point, relation: Relation): void {
    this.requireEditable();
    const { queue, selection } = this.context;
    const treenode = this.activeTreenode();
    if (treenode === null) throw new Hint(edits.createConnector.hint);
    const temporary = { connector: queue.temporaryId(), link: queue.temporaryId() };
    queue.add(edits.createConnector(temporary, place(point), { treenode, relation }));
    selection.select({ kind: "connector", id: temporary.connector });
  }

  /** Join the active node with the one that was clicked, or link a node and a connector by this relation. */
  async connect(hit: Hit, depth: number, relation: Relation): Promise<void> {
    this.requireEditable();
    const { active } = this.context.selection;
    if (!active) throw new Hint("Select a node first: it is joined or linked with the one you click.");
    if (hit.kind === "connector") {
      if (active.kind === "connector") throw new Hint("Connectors are linked to nodes, not to each other.");
      requireFree(this.graph, hit.id, relation);
      const treenode = this.activeTreenode();
      if (treenode !== null) this.link(treenode, hit.id, relation);
    } else if (active.kind === "connector") {
      this.requireKnownLinks();
      requireFree(this.graph, active.id, relation);
      this.link(this.materialized(hit, depth), active.id, relation);
    } else {
      await this.reshaping.join(hit, depth);
    }
  }

  move(node: number, point: Point): void {
    this.requireEditable();
    const { queue } = this.context;
    const edit = edits.moveNode(this.graph, queue.resolve(node), place(point));
    this.repeatable.set(edit, () => this.move(node, point));
    queue.add(edit);
  }

  /** What repeats an edit that was refused, from the newest state; null if it cannot be repeated as it was. */
  again(edit: Edit): (() => void) | null {
    return this.repeatable.get(edit) ?? null;
  }

  /** A treenode on the edge of the active skeleton that is nearest to a place. */
  insertNearest(point: Point): void {
    this.requireEditable();
    const { selection } = this.context;
    if (selection.skeleton === null)
      throw new Hint("Select a node first: one is inserted into its skeleton.");
    const child = nearestEdge(this.graph, selection.skeleton, point);
    if (child === null) throw new Hint("No edge of the active skeleton is near.");
    selection.select({ kind: "treenode", id: this.insertOn(this.graph.parent(child), child, point) });
  }

  /** Turn a virtual node that is dragged into a treenode at its new place. */
  insert(hit: Hit & { kind: "virtual" }, point: Point): void {
    this.requireEditable();
    const { parent, id: child } = this.current(hit);
    const id = this.insertOn(parent, child, point);
    this.context.selection.select({ kind: "treenode", id });
  }

  /** Delete what was clicked; a question comes first if more goes than that. */
  remove(hit: Exclude<Hit, { kind: "virtual" }>): void | Promise<void> {
    this.requireEditable();
    const isRoot = hit.kind === "treenode" && this.graph.parent(hit.id) === NO_PARENT;
    if (isRoot && this.graph.children(hit.id).length > 0) throw new Hint(edits.deleteTreenode.hint);
    const what = goesWith(this.graph, hit);
    if (!what) return this.removeNow(hit);
    return this.context.questions.remove(what).then((isWanted) => {
      if (isWanted) this.removeNow(this.current(hit));
    });
  }

  private removeNow({ kind, id }: Hit): void {
    const { queue, selection } = this.context;
    if (this.graph.kind(id) === undefined) return; // it was deleted meanwhile
    const isConnector = kind === "connector";
    const parent = isConnector ? NO_PARENT : this.graph.parent(id);
    const { deleteConnector, deleteTreenode } = edits;
    queue.add(isConnector ? deleteConnector(this.graph, id) : deleteTreenode(this.graph, id));
    if (selection.active?.id === id)
      selection.select(parent === NO_PARENT ? null : { kind: "treenode", id: parent });
  }

  removeActive(): void | Promise<void> {
    const { active } = this.context.selection;
    if (active && this.context.reading.isFar())
      throw new Hint("What is active is far from here: A goes to it, to see what is deleted.");
    if (active?.kind === "virtual") this.suppress(active.id, active.at);
    else if (active) return this.remove(active);
  }

  /** There is no node to delete where an edge only passes: reviewers skip the section instead. */
  private suppress(child: number, [, , depth]: Point): void {
    this.requireEditable();
    const { queue } = this.context;
    const host = this.context.host();
    if (!host) return;
    queue.add(edits.suppressVirtualNode(queue.resolve(child), depth, host.view().plane));
    host.notify("info", edits.suppressVirtualNode.hint);
  }

  unlink(link: number): void {
    this.requireEditable();
    this.context.queue.add(edits.deleteLink(this.graph, link));
  }

  setConfidence(confidence: number): void {
    this.requireEditable();
    const treenode = this.activeTreenode();
    if (treenode === null) throw new Hint(edits.setConfidence.hint);
    if (this.graph.parent(treenode) === NO_PARENT) throw new Hint("A root has no edge to a parent.");
    this.context.queue.add(edits.setConfidence(this.graph, treenode, confidence));
  }

  /** Ask for the tags of the active node, all in one line. */
  async tag(): Promise<void> {
    this.requireEditable();
    const { queue, selection, kernel } = this.context;
    const host = this.context.host();
    if (!selection.active || !host) throw new Hint(edits.setLabels.hint);
    const seen = selection.active.kind === "virtual" ? this.activeTreenode() : selection.active.id;
    if (seen === null) return;
    // Completion is a help; tags can be given without it.
    const suggestions = kernel.labels().catch(() => []);
    const value = (this.graph.labels.get(seen) ?? []).join(", ");
    const line = await host.ask("Tags, separated by commas", { value, suggestions });
    if (line === null || line === value) return;
    const labels = [...new Set(line.split(",").map((name) => name.trim()))].filter(Boolean);
    const id = queue.resolve(seen);
    queue.add(edits.setLabels(this.graph.kind(id) ?? "treenode", id, labels));
  }

  /** Ask for annotations of the active neuron, all in one line. */
  async annotate(): Promise<void> {
    this.requireEditable();
    const { queue, selection, kernel } = this.context;
    const host = this.context.host();
    const { skeleton } = selection;
    if (skeleton === null || !host) throw new Hint(edits.annotateNeuron.hint);
    // Completion is a help; annotations can be given without it.
    const suggestions = kernel.annotationNames().catch(() => []);
    const line = await host.ask("Annotations, separated by commas", { suggestions });
    const names = [...new Set((line ?? "").split(",").map((name) => name.trim()))].filter(Boolean);
    if (names.length > 0) queue.add(edits.annotateNeuron(queue.resolve(skeleton), names));
  }

  /** Ask for another name of the active neuron. */
  async rename(): Promise<void> {
    this.requireEditable();
    const { queue, selection, kernel } = this.context;
    const host = this.context.host();
    const { skeleton } = selection;
    if (skeleton === null || !host) throw new Hint(edits.renameNeuron.hint);
    if (skeleton < 0) throw new Hint("This neuron is still being saved.");
    const reading = kernel.neuron(skeleton);
    const value = reading.then((found) => found?.name ?? "");
    const name = (await host.ask("Name of the neuron", { value }))?.trim();
    if (!name) return;
    const neuron = await reading;
    if (!neuron) throw new Hint(`Skeleton ${skeleton} does not exist any more.`);
    if (name !== neuron.name) queue.add(edits.renameNeuron(neuron.neuron_id, name));
  }

  undo(): void {
    this.requireEditable();
    this.context.queue.add(edits.undoLast());
  }

  redo(): void {
    this.requireEditable();
    this.context.queue.add(edits.redoLast());
  }

  private link(treenode: number, connector: number, relation: Relation): void {
    const { queue } = this.context;
    const { treenode: nodes } = this.graph.links.columns;
    const linked = this.graph.linksOfConnector(connector);
    if (linked.some((id) => nodes[this.graph.links.row(id)] === treenode)) {
      throw new Hint(edits.createLink.hint);
    }
    queue.add(edits.createLink(this.graph, queue.temporaryId(), treenode, connector, relation));
  }

  /** The active treenode; an active virtual node becomes one. */
  activeTreenode(): number | null {
    const { active } = this.context.selection;
    if (!active || active.kind === "connector") return null;
    if (active.kind === "treenode") return active.id;
    const id = this.insertOn(active.parent, active.id, active.at);
    this.context.selection.select({ kind: "treenode", id });
    return id;
  }

  /** What was clicked, with its present ids. */
  private current<H extends Hit>(hit: H): H {
    const { resolve } = this.context.queue;
    return hit.kind === "virtual"
      ? { ...hit, id: resolve(hit.id), parent: resolve(hit.parent) }
      : { ...hit, id: resolve(hit.id) };
  }

  private materialized(hit: Hit & { kind: "treenode" | "virtual" }, depth: number): number {
    return hit.kind === "treenode" ? hit.id : this.insertOn(hit.parent, hit.id, [hit.x, hit.y, depth]);
  }

  private insertOn(parent: number, child: number, point: Point): number {
    const { queue } = this.context;
    const id = queue.temporaryId();
    queue.add(edits.insertTreenode(this.graph, id, parent, child, place(point)));
    return id;
  }

  private requireKnownLinks(): void {
    if (this.context.reading.lacksLinks) throw new Hint(FAR_CONNECTOR);
  }

  requireEditable(): void {
    if (this.context.isReadOnly()) throw new Hint("You can look here but not edit.");
  }
}

/** What is asked if more goes than a node, or a connector with a link; empty if that is all. */
function goesWith(graph: Graph, { kind, id }: Hit): string {
  const isConnector = kind === "connector";
  const { length } = isConnector ? graph.linksOfConnector(id) : graph.linksOfTreenode(id);
  if (length <= (isConnector ? 1 : 0)) return "";
  const links = length === 1 ? "its link to a connector" : `its ${length} links`;
  return isConnector ? `Delete the connector with ${links}?` : `Delete the node with ${links}?`;
}

function place([x, y, z]: Point): Place {
  return { x, y, z };
}
