/** Marks of nodes as reviewed, from when they are made until the service has them. */
import type { Edit } from "../edit/edit";
import type { EditQueue } from "../edit/queue";
import { marked, reviewTreenodes } from "../edit/reviews";
import type { ReviewWalk } from "./walk";

export class Marks {
  /** Not answered yet. */
  private readonly pending = new Set<number>();
  /** Made in this page, and not changed since. */
  private readonly made = new Set<number>();

  constructor(private readonly queue: Pick<EditQueue, "add">) {}

  /** Mark the node of a walk, unless that was done here already. */
  add(walk: ReviewWalk): void {
    const { node } = walk;
    if (this.made.has(node) && walk.isDone(node)) return;
    walk.mark(node);
    this.pending.add(node);
    this.made.add(node);
    this.queue.add(reviewTreenodes([node]));
  }

  /** Put marks that are on their way into a walk that was read anew; what it does not know was changed since. */
  apply(walk: ReviewWalk): void {
    for (const node of this.pending) walk.mark(node);
    for (const node of [...this.made]) if (!walk.isDone(node)) this.made.delete(node);
  }

  /** An edit is done; whether all its nodes were there. */
  confirmed(edit: Edit, there: readonly number[]): boolean {
    const nodes = marked(edit.values);
    for (const node of nodes) this.pending.delete(node);
    return nodes.every((node) => there.includes(node));
  }

  /** Edits were refused. */
  refused(dropped: readonly Edit[], walk: ReviewWalk | null): void {
    for (const node of dropped
      .filter(({ op }) => op === "review_treenodes")
      .flatMap((one) => marked(one.values))) {
      this.pending.delete(node);
      this.made.delete(node);
      walk?.unmark(node);
    }
  }
}
