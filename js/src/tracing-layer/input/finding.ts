/** Nodes that keys go to wherever they are: the nearest, the last edited, those with a tag, and bookmarks. */
import type { LayerHost, Point } from "../../shared/layer";
import { localTime } from "../../shared/times";
import type { Graph } from "../data/graph";
import type { Kernel, NodeBookmark, TaggedNode } from "../data/kernel";
import type { Hit } from "../data/section";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import { inWords as lengthInWords, lengthOf } from "./measuring";
import { placeOf, type Travel } from "./travel";

export interface FindingContext {
  readonly selection: Selection;
  readonly kernel: Kernel;
  readonly travel: Travel;
  graph(): Graph;
  host(): LayerHost | null;
  hit(at: Point, reach: number): Hit | null;
}

/** How near to the cursor a node must be, CSS pixels. */
const NEAR_CURSOR = 100;
const NO_CURSOR = "Put the mouse over the picture first.";

export class Finding {
  /** What was looked for by tag, and which of what was found is shown. */
  private tags: { pattern: string; found: TaggedNode[]; at: number } | null = null;
  /** Settles when the tags that were asked for last have come. */
  private looking: Promise<void> = Promise.resolve();
  /** From where a distance along the skeleton is wanted. */
  private measuredFrom: { id: number; skeleton: number; at: Point } | null = null;

  /** How often a person wanted to go somewhere. */
  private turns = 0;

  constructor(private readonly context: FindingContext) {}

  deselect(): void {
    this.context.selection.select(null);
  }

  /** The node of this section that is nearest to the cursor. */
  nearestHere(): void {
    this.turns++;
    const host = this.context.host();
    const at = host?.cursorPoint();
    if (!host || !at) throw new Hint(NO_CURSOR);
    const hit = this.context.hit(at, NEAR_CURSOR * host.view().nmPerPixel);
    if (!hit) throw new Hint("No node of this section is near the cursor.");
    this.context.selection.selectHit(hit, at[2]);
  }

  /** The treenode that is nearest to the cursor in all sections. */
  async nearestAnywhere(): Promise<void> {
    const at = this.context.host()?.cursorPoint();
    if (!at) throw new Hint(NO_CURSOR);
    await this.goNearest(at, null, "Nothing is traced in this project yet.");
  }

  /** The treenode that was edited last: in the active skeleton or anywhere, by the person or by anybody. */
  async editedLast({ anywhere, byAnyone }: { anywhere: boolean; byAnyone: boolean }): Promise<void> {
    const skeleton = this.context.selection.latestSkeleton;
    if (!anywhere && skeleton === null)
      throw new Hint("No neuron is active, nor was one: with Shift the last edit in any neuron is found.");
    if (!anywhere && skeleton !== null && skeleton < 0) throw new Hint("This neuron is still being saved.");
    const asked = this.context.kernel.of("edited_last", {
      skeleton_id: anywhere ? null : skeleton,
      own: !byAnyone,
    });
    const [found, isLate] = await this.inTurn(asked);
    if (isLate) return;
    const who = byAnyone ? "Nobody has" : "You have not";
    if (!found) throw new Hint(`${who} edited a node ${anywhere ? "of this project" : "of this neuron"}.`);
    this.context.travel.arrive("treenode", found.treenode_id, placeOf(found));
  }

  /** The nearest node with a tag, which is asked for, or the same as before from where one is now. */
  async tagged(isRepeated: boolean): Promise<void> {
    const looking = this.findTagged(isRepeated);
    this.looking = looking.catch(() => undefined);
    await looking;
  }

  private async findTagged(isRepeated: boolean): Promise<void> {
    const host = this.context.host();
    if (!host) return;
    let pattern = this.tags?.pattern ?? "";
    if (!isRepeated || !pattern) {
      // Completion is a help; a tag can be looked for without it.
      const suggestions = this.context.kernel.labels().catch(() => []);
      const line = await host.ask("Go to the nearest node with the tag (a regular expression)", {
        value: pattern,
        suggestions,
      });
      if (!line?.trim()) return;
      pattern = line.trim();
    }
    const [x, y, z] = this.context.selection.position ?? host.view().center;
    const [found, isLate] = await this.inTurn(this.context.kernel.of("tagged", { x, y, z, pattern }));
    if (isLate) return;
    this.tags = { pattern, found, at: 0 };
    if (found.length === 0) throw new Hint(`No node has a tag like “${pattern}”.`);
    this.showTagged();
  }

  /** The nearest other node that has a tag; more of them by the key for the next one. */
  async taggedToo(name: string): Promise<void> {
    const { selection, kernel } = this.context;
    const pattern = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
    const { active, position } = selection;
    const [x, y, z] = position ?? this.context.host()?.view().center ?? [0, 0, 0];
    const [nearest, isLate] = await this.inTurn(kernel.of("tagged", { x, y, z, pattern }));
    if (isLate) return;
    const found = nearest.filter((one) => one.treenode_id !== active?.id);
    if (found.length === 0) throw new Hint(`No other node is tagged “${name}”.`);
    this.tags = { pattern, found, at: 0 };
    this.showTagged();
  }

  /** The next nearest of those that were found by tag. */
  async nextTagged(): Promise<unknown> {
    // What was asked for may be on its way.
    await this.looking;
    const { tags } = this;
    if (!tags || tags.found.length === 0) return this.tagged(false);
    tags.at = (tags.at + 1) % tags.found.length;
    return this.showTagged();
  }

  /** Keep the active node, or else the place that is looked at, under a name. */
  async bookmark(): Promise<void> {
    const { selection, kernel } = this.context;
    const host = this.context.host();
    if (!host) return;
    const { active, skeleton } = selection;
    if (active && active.id < 0) throw new Hint("This node is still being saved.");
    const [x, y, z] = selection.position ?? host.view().center;
    const what = active ? "the active node" : "this place";
    // Completion is a help; a bookmark can be named without it.
    const suggestions = kernel.of("bookmarks", {}).then(
      (known) => known.map((one) => one.name),
      () => [],
    );
    const name = await host.ask(`Name of a bookmark of ${what}`, { suggestions });
    if (!name?.trim()) return;
    const node = active && active.kind !== "virtual" ? active.id : null;
    const kept = { name: name.trim(), node_id: node, skeleton_id: skeleton, x, y, z };
    await kernel.of("keep_bookmark", kept);
    host.notify("info", `“${kept.name}” is a bookmark of ${what}.`);
  }

  /** Go to the node or the place of a bookmark, or to the node of its skeleton that is nearest. */
  async goToBookmark(isSkeleton: boolean): Promise<void> {
    const host = this.context.host();
    const all = await this.context.kernel.of("bookmarks", {});
    const known = isSkeleton ? all.filter((one) => one.skeleton_id !== null) : all;
    if (!host || known.length === 0) throw new Hint("There is no bookmark yet.");
    const question = isSkeleton ? "Go to the neuron of which bookmark?" : "Go to which bookmark?";
    const name = await host.ask(question, { choices: known.map((one) => one.name) });
    const chosen = known.find((one) => one.name === name);
    if (!chosen) return;
    if (isSkeleton) {
      const gone = `The neuron of “${chosen.name}” does not exist any more.`;
      await this.goNearest(host.view().center, chosen.skeleton_id, gone);
    } else this.showBookmark(host, chosen);
  }

  /** Who made, edited and reviewed the active node, and when. */
  async authors(): Promise<void> {
    const { active } = this.context.selection;
    if (!active) throw new Hint("Select a node first, to know who made it.");
    if (active.id < 0) throw new Hint("This node is still being saved.");
    const found = await this.context.kernel.of("node_authors", { node_id: active.id });
    if (!found) throw new Hint("This node does not exist any more.");
    const of = active.kind === "virtual" ? "The node below this edge" : `Node ${active.id}`;
    const reviewers = [...new Set(found.reviewers)];
    const reviewed = reviewers.length > 0 ? `reviewed by ${reviewers.join(", ")}` : "not reviewed yet";
    const made = `made by ${found.author} on ${localTime(found.created)}`;
    const edited = `edited last by ${found.editor} on ${localTime(found.edited)}`;
    this.context.host()?.notify("info", `${of}: ${made}, ${edited}, ${reviewed}.`);
  }

  /** The distance between the active node and the one that was active when this was asked first. */
  async distanceBetween(): Promise<void> {
    const { selection, kernel } = this.context;
    const { active, skeleton, position } = selection;
    if (active?.kind !== "treenode" || skeleton === null || !position)
      throw new Hint("Select a treenode first, to measure from it.");
    if (active.id < 0 || skeleton < 0) throw new Hint("This node is still being saved.");
    const from = this.measuredFrom;
    if (!from || from.id === active.id || from.skeleton !== skeleton) {
      this.measuredFrom = { id: active.id, skeleton, at: position };
      throw new Hint(
        `Distances are measured from node ${active.id}. Select another one of this neuron and ask again.`,
      );
    }
    this.measuredFrom = null;
    const way = await kernel.of("distance", { skeleton_id: skeleton, treenode_ids: [from.id, active.id] });
    const straight = lengthInWords(lengthOf(from.at, position));
    const text = `From node ${from.id} to ${active.id}: ${lengthInWords(way)} along the neuron, ${straight} straight.`;
    this.context.host()?.notify("info", text, true);
  }

  /** What is answered, and whether the person wants to go elsewhere by then. */
  private async inTurn<T>(asked: Promise<T>): Promise<[found: T, isLate: boolean]> {
    const turn = ++this.turns;
    return [await asked, turn !== this.turns];
  }

  private async goNearest(at: Point, skeleton: number | null, none: string): Promise<void> {
    const [x, y, z] = at;
    const [found, isLate] = await this.inTurn(
      this.context.kernel.of("nearest", { x, y, z, skeleton_id: skeleton }),
    );
    if (isLate) return;
    if (!found) throw new Hint(none);
    this.context.travel.arrive("treenode", found.treenode_id, placeOf(found));
  }

  private showBookmark(host: LayerHost, bookmark: NodeBookmark): void {
    const { node_id, skeleton_id } = bookmark;
    if (node_id === null) host.moveTo(placeOf(bookmark));
    else {
      const kind = skeleton_id === null ? "connector" : "treenode";
      this.context.travel.arrive(kind, node_id, this.context.graph().position(node_id) ?? placeOf(bookmark));
    }
  }

  private showTagged(): void {
    const { found = [], at = 0 } = this.tags ?? {};
    const node = found[at];
    if (!node) return;
    this.context.travel.arrive("treenode", node.treenode_id, placeOf(node));
    const labels = node.labels.map((label) => `“${label}”`).join(", ");
    this.context.host()?.notify("info", `${at + 1} of ${found.length} nodes: ${labels}.`);
  }
}
