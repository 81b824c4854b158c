/** A person walks through the segments of a neuron, and marks what they have looked at as reviewed. */
import type { LayerHost, Point } from "../../shared/layer";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import type { EditQueue } from "../edit/queue";
import { Marks } from "./marks";
import { beyondEnd, nextSection } from "./steps";
import { ReviewWalk } from "./walk";

export interface ReviewContext {
  kernel: Pick<Kernel, "review">;
  queue: EditQueue;
  selection: Selection;
  host(): LayerHost | null;
  isReadOnly(): boolean;
  /** Another place is reviewed, or more is. */
  changed(): void;
}

/** A section on the way from the present step to the one before or after it. */
interface Between {
  at: Point;
  by: 1 | -1;
}

const NO_NEURON = "Select a node of the neuron first, to review it.";
const NOT_MARKED = "You can look through this neuron, but may not mark its nodes as reviewed.";
/** Nodes around the present one, of which one is looked for after a change. */
const NEARBY = 100;

export class Review {
  readonly marks: Marks;
  private walkNow: ReviewWalk | null = null;
  private between: Between | null = null;
  private isBeyond = false;
  private turn = 0;
  private beginning: Promise<void> | null = null;

  constructor(private readonly context: ReviewContext) {
    this.marks = new Marks(context.queue);
  }

  /** Null while nothing is reviewed. */
  get walk(): ReviewWalk | null {
    return this.walkNow;
  }

  get canMark(): boolean {
    return !this.context.isReadOnly() && this.walkNow?.about.mayMark === true;
  }

  /** Towards the root, or back: to the next section, node, or node that is left. */
  async go(by: 1 | -1, toLeft = false): Promise<void> {
    const walk = this.walkNow;
    if (!walk) return this.beginOnce();
    if (this.hasStrayed(walk)) {
      this.notify("info", `Back to the review of “${walk.about.name}”. E reviews the neuron that is active.`);
      return this.show();
    }
    if (this.isBeyond) return this.show();
    if (!this.between && this.canMark) this.marks.add(walk);
    if (this.between ? this.goFromBetween(walk, by) : this.goFromNode(walk, by, toLeft)) this.show();
    this.context.changed();
  }

  /** To the next segment in which something is left; of another neuron, if that is active. */
  async goToNextSegment(): Promise<void> {
    const walk = this.walkNow;
    const { skeleton } = this.context.selection;
    const isElsewhere = walk && skeleton !== walk.about.skeleton && this.hasStrayed(walk);
    if (!walk || (isElsewhere && skeleton !== null)) return this.beginOnce();
    if (!walk.goToNextSegment()) throw new Hint(allDone(walk));
    this.between = null;
    this.show();
    this.context.changed();
  }

  /** Review what is distal to the active node. */
  async beginSubarbor(): Promise<void> {
    const { active, skeleton } = this.context.selection;
    if (!active || active.kind === "connector" || skeleton === null) throw new Hint(NO_NEURON);
    if (active.id < 0) throw new Hint("This node is still being saved.");
    await this.begin(skeleton, active.id);
  }

  /** Begin, if that is not under way: a key may be held. */
  private beginOnce(): Promise<void> {
    this.beginning ??= this.begin().finally(() => {
      this.beginning = null;
    });
    return this.beginning;
  }

  /** Begin, or resume, where something is left. */
  async begin(skeleton = this.context.selection.skeleton, root: number | null = null): Promise<void> {
    if (skeleton === null) throw new Hint(NO_NEURON);
    if (skeleton < 0) throw new Hint("This neuron is still being saved.");
    const turn = ++this.turn;
    const about = await this.context.kernel.review(skeleton, root, []);
    if (turn !== this.turn) return;
    if (about.ids.length === 0) throw new Hint(`Skeleton ${skeleton} does not exist any more.`);
    const walk = new ReviewWalk(about);
    this.marks.apply(walk);
    this.walkNow = walk;
    this.between = null;
    if (!walk.resume()) {
      walk.find(walk.nodeAt(0, 0));
      this.notify("info", `${allDone(walk)} W goes through them again.`);
    }
    if (!this.canMark) this.notify("warning", NOT_MARKED, true);
    this.show();
    this.context.changed();
  }

  end(): void {
    this.turn++;
    this.walkNow = null;
    this.between = null;
    this.isBeyond = false;
    this.context.changed();
  }

  /** Read the segments again, because something of the neuron changed, and stay at the node. */
  async renew(): Promise<void> {
    const old = this.walkNow;
    if (!old) return;
    const turn = ++this.turn;
    const { skeleton, root, name } = old.about;
    const about = await this.context.kernel.review(skeleton, root, old.nearby(NEARBY)).catch(() => null);
    // Meanwhile the person may have gone on, but not to another neuron.
    if (turn !== this.turn || !about) return;
    if (about.ids.length === 0) {
      this.end();
      this.notify("warning", `“${name}” does not exist any more: its review has ended.`, true);
      return;
    }
    const walk = new ReviewWalk(about);
    this.marks.apply(walk);
    this.walkNow = walk;
    this.stay(old, walk);
    this.context.changed();
  }

  /** Go where the person was before the segments changed, or as near as there is something. */
  private stay(old: ReviewWalk, walk: ReviewWalk): void {
    const { skeleton, root, name } = walk.about;
    const near = old.nearby(NEARBY).find((node) => walk.has(node));
    const next = this.between ? old.nodeAt(old.segment, old.step + this.between.by) : null;
    if (near === undefined || !walk.find(near, old.nodeAt(old.segment, 0))) walk.resume();
    const isSame = walk.node === old.node;
    const isOnEdge = this.between && walk.nodeAt(walk.segment, walk.step + this.between.by) === next;
    if (!isSame || !isOnEdge) this.between = null;
    if (skeleton !== old.about.skeleton)
      this.notify("warning", `“${old.about.name}” changed: the review goes on in “${name}”.`, true);
    else if (root !== old.about.root)
      this.notify("warning", "The node where this part began is gone: all of the neuron is reviewed.", true);
    if (isSame) return;
    this.notify("warning", "The node under review is gone: the review goes on beside it.", true);
    this.show();
  }

  private goFromNode(walk: ReviewWalk, by: 1 | -1, toLeft: boolean): boolean {
    if (!(toLeft ? walk.goToLeft(by) : walk.go(by))) return this.atEnd(walk, by, toLeft);
    const target = walk.step;
    walk.step = target - by;
    this.approach(walk, walk.place, target, by);
    return true;
  }

  private goFromBetween(walk: ReviewWalk, by: 1 | -1): boolean {
    const { at, by: ahead } = this.between as Between;
    this.approach(walk, at, by === ahead ? walk.step + ahead : walk.step, ahead);
    return true;
  }

  /** Look at the next section on the way to a step, or at that step. */
  private approach(walk: ReviewWalk, here: Point, target: number, ahead: 1 | -1): void {
    const host = this.context.host();
    // The suppressed sections of an edge are those of the node that is farther from the root.
    const child = walk.nodeAt(walk.segment, Math.min(walk.step, walk.step + ahead));
    const skipped = [...(walk.about.suppressed.get(child) ?? []), ...(host?.brokenDepths() ?? [])];
    const at = host && nextSection(here, walk.placeAt(target), host.view().sectionThickness, skipped);
    this.between = at && { at, by: ahead };
    if (!at) walk.step = target;
  }

  /** Say what was reached; a look beyond the end of the neuron shows whether it ends there. */
  private atEnd(walk: ReviewWalk, by: 1 | -1, toLeft: boolean): boolean {
    const left = walk.left();
    const segment = `egment ${walk.segment + 1} of ${walk.segments}`;
    if (by < 0 && !toLeft) this.lookBeyond(walk);
    else if (!hasMore(walk)) this.notify("info", allDone(walk));
    else if (left === 0) this.notify("info", `S${segment} is reviewed. E goes to the next one.`);
    else {
      const where = by > 0 ? `S${segment} ends here` : `Here s${segment} begins`;
      const other = by > 0 ? "Shift Q goes back to them" : "Shift W goes on to them";
      const what = toLeft ? `Nothing is left on this side of s${segment}` : where;
      this.notify("info", `${what}; of the others, ${nodes(left)} not reviewed yet: ${other}.`);
    }
    return false;
  }

  private lookBeyond(walk: ReviewWalk): void {
    const host = this.context.host();
    const rest = Array.from({ length: walk.length }, (_, step) => walk.placeAt(step)).slice(1);
    const point = host && beyondEnd(walk.place, rest, host.view().sectionThickness);
    if (!point) {
      this.notify("info", "The segment ends here, and all of it is in one section.");
      return;
    }
    host.moveTo(point);
    this.isBeyond = true;
    this.notify("info", "One section beyond the end: look whether the neuron goes on. W or Q goes back.");
  }

  private show(): void {
    const walk = this.walkNow;
    if (!walk) return;
    this.isBeyond = false;
    const { selection } = this.context;
    const { at, by } = this.between ?? { at: walk.place, by: 1 };
    this.context.host()?.moveTo(at);
    if (this.between) {
      const ends = [walk.step, walk.step + by].sort((a, b) => a - b);
      const [id, parent] = ends.map((step) => walk.nodeAt(walk.segment, step)) as [number, number];
      selection.select({ kind: "virtual", id, parent, at });
    } else selection.select({ kind: "treenode", id: walk.node });
  }

  /** Whether something else is active than what is reviewed. */
  private hasStrayed(walk: ReviewWalk): boolean {
    const { active } = this.context.selection;
    const step = this.between ? Math.min(walk.step, walk.step + this.between.by) : walk.step;
    return active?.id !== walk.nodeAt(walk.segment, step) || active.kind === "connector";
  }

  private notify(level: "info" | "warning", text: string, sticky = false): void {
    this.context.host()?.notify(level, text, sticky);
  }
}

function hasMore(walk: ReviewWalk): boolean {
  return Array.from({ length: walk.segments }, (_, segment) => walk.left(segment)).some((left) => left > 0);
}

function allDone({ segments, about: { name } }: ReviewWalk): string {
  return segments === 1
    ? `All of “${name}” is reviewed.`
    : `All ${segments} segments of “${name}” are reviewed.`;
}

function nodes(count: number): string {
  return count === 1 ? "a node is" : `${count} nodes are`;
}
