/** Split, join and reroot: each asks first, and what was asked about is done only if it is still meant. */

import { type Graph, NO_PARENT } from "../data/graph";
import type { Hit } from "../data/section";
import type { Selection } from "../data/selection";
import type { EditQuestions } from "../dialogs/edit-questions";
import * as edits from "./edits";
import { Hint } from "./hint";
import type { EditQueue } from "./queue";

export interface ReshapingContext {
  queue: EditQueue;
  selection: Selection;
  questions: EditQuestions;
  requireEditable(): void;
  /** The active treenode; an active virtual node becomes one. */
  activeTreenode(): number | null;
  /** The treenode that was clicked; a virtual node becomes one. */
  treenodeAt(hit: Hit & { kind: "treenode" | "virtual" }, depth: number): number;
}

export class Reshaping {
  constructor(private readonly context: ReshapingContext) {}

  private get graph(): Graph {
    return this.context.queue.graph;
  }

  async reroot(): Promise<void> {
    const { queue, selection, questions } = this.context;
    this.context.requireEditable();
    const { active, skeleton } = selection;
    if (!active || active.kind === "connector" || skeleton === null)
      throw new Hint(edits.rerootSkeleton.hint);
    if (active.kind === "treenode" && this.graph.parent(active.id) === NO_PARENT)
      throw new Hint("This is the root.");
    const root = active.kind === "treenode" ? active.id : null;
    if (!(await questions.reroot(skeleton, root))) return;
    if (selection.active?.id !== queue.resolve(active.id))
      throw new Hint("Another node is active now: the root stays.");
    const treenode = this.context.activeTreenode();
    if (treenode !== null) queue.add(edits.rerootSkeleton(this.graph, treenode));
  }

  async split(): Promise<void> {
    const { active } = this.context.selection;
    if (active?.kind !== "treenode") throw new Hint(edits.splitSkeleton.hint);
    await this.splitAt(active.id);
  }

  /** Ask whether to split a skeleton between a treenode and its parent. */
  async splitAt(treenode: number): Promise<void> {
    const { queue, selection, questions } = this.context;
    this.context.requireEditable();
    const skeleton = this.graph.nodes.value(treenode, "skeleton");
    if (skeleton === undefined) throw new Hint(edits.splitSkeleton.hint);
    if (this.graph.parent(treenode) === NO_PARENT)
      throw new Hint("There is nothing above the root to split from.");
    const what = selection.active?.id === treenode ? "The active node" : `Node ${treenode}`;
    const plan = await questions.split(skeleton, treenode, what);
    if (!plan) return;
    queue.add(edits.splitSkeleton(this.graph, queue.temporaryId(), queue.resolve(treenode), plan));
    selection.follow(queue.resolve);
  }

  /** Ask whether to join the active skeleton with that of a node. */
  async join(hit: Hit & { kind: "treenode" | "virtual" }, depth: number): Promise<void> {
    const { queue, selection, questions } = this.context;
    const other = this.graph.nodes.value(hit.id, "skeleton");
    const own = selection.skeleton;
    if (other === undefined || own === null) return;
    if (other === own) throw new Hint("Both nodes belong to the same skeleton already.");
    const from = selection.active?.id ?? 0;
    const plan = await questions.join([own, other], [from, hit.id]);
    if (!plan) return;
    if (selection.active?.id !== queue.resolve(from))
      throw new Hint("Another node is active now: nothing was joined.");
    queue.together(() => {
      const near = this.context.activeTreenode();
      if (near === null) return;
      const far = this.context.treenodeAt(hit, depth);
      const [kept, gone] = plan.isReversed ? [far, near] : [near, far];
      queue.add(edits.joinSkeletons(this.graph, kept, gone, plan));
      // Who joins goes on from there.
      selection.select({ kind: "treenode", id: far });
    });
  }
}
