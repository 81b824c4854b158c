/** The review in a tracing layer: its lines, and how it follows what happens to the neuron. */
import { isWidget } from "../../shared/keyboard";
import type { LayerHost } from "../../shared/layer";
import { throttle } from "../../shared/throttle";
import type { ReviewOrder } from "../data/kernel";
import type { Change } from "../data/news";
import type { Answer, Answers, Edit, Op } from "../edit/edit";
import { Review, type ReviewContext } from "./review";
import { ReviewBar } from "./review-bar";

export interface ReviewingContext extends Omit<ReviewContext, "changed"> {
  /** Draw again. */
  invalidate(): void;
  /** Run what a button stands for, and tell the person why it failed if it does. */
  perform(command: () => unknown): void;
}

/** ms between two readings of the segments while somebody edits the neuron. */
const INTERVAL_MS = 1000;

/** Edits that may change reviews of nodes that they do not name. */
const FAR_REACHING: ReadonlySet<Op> = new Set(["undo", "redo", "move_nodes", "delete_connector"]);

export class Reviewing {
  readonly review: Review;
  private readonly bars = new Map<LayerHost, ReviewBar>();
  private readonly renewSoon = throttle<void>(() => void this.review.renew(), INTERVAL_MS);

  constructor(private readonly context: ReviewingContext) {
    const changed = (): void => {
      for (const bar of this.bars.values()) this.show(bar);
      context.invalidate();
    };
    this.review = new Review({ ...context, changed });
  }

  attach(host: LayerHost): void {
    const command = (run: (review: Review) => unknown) => () => {
      this.context.perform(() => run(this.review));
      host.focus();
    };
    const bar = new ReviewBar({
      back: command((review) => review.go(-1)),
      on: command((review) => review.go(1)),
      onToLeft: command((review) => review.go(1, true)),
      nextSegment: command((review) => review.goToNextSegment()),
      end: command((review) => review.end()),
    });
    this.detach(host);
    this.bars.set(host, bar);
    host.bar.append(bar.node);
    this.show(bar);
  }

  detach(host: LayerHost): void {
    this.bars.get(host)?.node.remove();
    this.bars.delete(host);
  }

  /** Begin what Python, or a table, asked for. */
  async begin({ skeleton_id: skeleton, treenode_id: root }: ReviewOrder): Promise<void> {
    await this.review.begin(skeleton, root);
    // A table passes the keys on; a cell of the notebook keeps them.
    if (isWidget(document.activeElement)) this.context.host()?.focus();
  }

  /** Whether the review is at a node, and finds another one when that is gone. */
  leads(node: number): boolean {
    const isHere = this.review.walk?.node === node;
    if (isHere) this.renewSoon();
    return isHere;
  }

  confirmed(edit: Edit, answer: Answer): void {
    if (edit.op === "review_treenodes") {
      const { treenode_ids: there } = answer as Answers["review_treenodes"];
      if (!this.review.marks.confirmed(edit, there)) this.renewSoon();
    } else if (FAR_REACHING.has(edit.op) || edit.needs.some((id) => this.has(id))) this.renewSoon();
  }

  refused(dropped: readonly Edit[]): void {
    this.review.marks.refused(dropped, this.review.walk);
    for (const bar of this.bars.values()) this.show(bar);
  }

  /** Somebody else changed something, or the same person elsewhere. */
  changed({ skeleton_ids: skeletons }: Change): void {
    const about = this.review.walk?.about;
    if (about && (!skeletons || skeletons.includes(about.skeleton))) this.renewSoon();
  }

  dispose(): void {
    this.renewSoon.cancel();
    this.review.end();
    for (const host of [...this.bars.keys()]) this.detach(host);
  }

  private has(id: number): boolean {
    return this.review.walk?.has(this.context.queue.resolve(id)) ?? false;
  }

  private show(bar: ReviewBar): void {
    bar.show(this.review.walk, this.review.canMark);
  }
}
