/** The segments of a review, and a place in them. */
import type { Point } from "../../shared/layer";

/** Who has reviewed a node, as bits. */
export const REVIEWED = { OWN: 1, TEAM: 2, ANYBODY: 4 } as const;
const DONE = REVIEWED.OWN | REVIEWED.TEAM;

/** Segments one after the other, each from an end towards the root; nm. */
export interface ReviewSegments {
  skeleton: number;
  /** Where the part begins that is reviewed; null for the whole skeleton. */
  root: number | null;
  name: string;
  /** Whether the person may mark nodes. */
  mayMark: boolean;
  /** Whether own reviews are those of the team, too. */
  isOwnInTeam: boolean;
  /** The node that the person reviewed last. */
  last: number | null;
  /** Sections (z) that are skipped, by the node below them. */
  suppressed: Map<number, number[]>;
  /** Steps of each segment. */
  lengths: Int32Array;
  /** Of each step. */
  ids: Int32Array;
  places: Float64Array;
  flags: Uint8Array;
}

/** Nodes, and how many of them are reviewed. */
export interface ReviewCounts {
  nodes: number;
  own: number;
  team: number;
  anybody: number;
}

export class ReviewWalk {
  segment = 0;
  /** In the segment. */
  step = 0;
  private readonly starts: number[] = [0];
  /** The first step of each node: a branch is a step of several segments. */
  private readonly first = new Map<number, number>();
  private readonly before = new Map<number, number>();

  constructor(readonly about: ReviewSegments) {
    for (const length of about.lengths) this.starts.push((this.starts.at(-1) as number) + length);
    about.ids.forEach((id, at) => {
      if (!this.first.has(id)) this.first.set(id, at);
    });
  }

  get segments(): number {
    return this.about.lengths.length;
  }

  /** Steps of the present segment. */
  get length(): number {
    return this.about.lengths[this.segment] ?? 0;
  }

  get node(): number {
    return this.nodeAt(this.segment, this.step);
  }

  get place(): Point {
    return this.placeAt(this.step);
  }

  /** Where a step of the present segment is. */
  placeAt(step: number): Point {
    const at = 3 * ((this.starts[this.segment] ?? 0) + step);
    const { places } = this.about;
    return [places[at] as number, places[at + 1] as number, places[at + 2] as number];
  }

  nodeAt(segment: number, step: number): number {
    return this.about.ids[(this.starts[segment] ?? 0) + step] as number;
  }

  has(node: number): boolean {
    return this.first.has(node);
  }

  /** Whether oneself or the team has reviewed a node. */
  isDone(node: number): boolean {
    return (this.flagsOf(node) & DONE) !== 0;
  }

  flagsOf(node: number): number {
    const at = this.first.get(node);
    return at === undefined ? 0 : (this.about.flags[at] as number);
  }

  /** The person has reviewed a node. */
  mark(node: number): void {
    const at = this.first.get(node);
    if (at === undefined) return;
    const flags = this.about.flags[at] as number;
    if (!this.before.has(node)) this.before.set(node, flags);
    const own = REVIEWED.OWN | REVIEWED.ANYBODY | (this.about.isOwnInTeam ? REVIEWED.TEAM : 0);
    this.about.flags[at] = flags | own;
  }

  /** A mark was refused. */
  unmark(node: number): void {
    const [at, flags] = [this.first.get(node), this.before.get(node)];
    if (at !== undefined && flags !== undefined) this.about.flags[at] = flags;
    this.before.delete(node);
  }

  /** Nodes of a segment that neither oneself nor the team has reviewed. */
  left(segment = this.segment): number {
    let count = 0;
    for (let step = 0; step < (this.about.lengths[segment] ?? 0); step++)
      if (!this.isDone(this.nodeAt(segment, step))) count++;
    return count;
  }

  counts(): ReviewCounts {
    const counts: ReviewCounts = { nodes: this.first.size, own: 0, team: 0, anybody: 0 };
    for (const at of this.first.values()) {
      const flags = this.about.flags[at] as number;
      if (flags & REVIEWED.OWN) counts.own++;
      if (flags & REVIEWED.TEAM) counts.team++;
      if (flags & REVIEWED.ANYBODY) counts.anybody++;
    }
    return counts;
  }

  /** A step on (towards the root) or back; false at the end of the segment. */
  go(by: 1 | -1): boolean {
    const step = this.step + by;
    if (step < 0 || step >= this.length) return false;
    this.step = step;
    return true;
  }

  /** On or back to the next node that is left; false if there is none in that direction. */
  goToLeft(by: 1 | -1): boolean {
    for (let step = this.step + by; step >= 0 && step < this.length; step += by) {
      if (this.isDone(this.nodeAt(this.segment, step))) continue;
      this.step = step;
      return true;
    }
    return false;
  }

  /** To the end of the next segment in which something is left, this one comes last; false if all is done. */
  goToNextSegment(): boolean {
    for (let further = 1; further <= this.segments; further++) {
      const segment = (this.segment + further) % this.segments;
      if (this.left(segment) === 0) continue;
      this.segment = segment;
      this.step = 0;
      return true;
    }
    return false;
  }

  /** To where the person stopped: the first node that is left after the one reviewed last, else in any segment. */
  resume(): boolean {
    const { last } = this.about;
    if (last !== null && this.find(last) && this.goToLeft(1)) return true;
    this.segment = this.segments - 1;
    if (!this.goToNextSegment()) return false;
    if (this.isDone(this.node)) this.goToLeft(1);
    return true;
  }

  /** To a node: in the segment that begins with `end` if it is there, else in the first one that has it. */
  find(node: number, end?: number): boolean {
    let found: [segment: number, step: number] | null = null;
    for (let segment = 0; segment < this.segments; segment++) {
      const isWanted = end === undefined || this.nodeAt(segment, 0) === end;
      if (found && !isWanted) continue;
      const start = this.starts[segment] as number;
      const step = this.about.ids.subarray(start, this.starts[segment + 1]).indexOf(node);
      if (step < 0) continue;
      found = [segment, step];
      if (isWanted) break;
    }
    if (found) [this.segment, this.step] = found;
    return found !== null;
  }

  /** The nodes of the segment: that of the present step, those after it, then those before it. */
  nearby(most: number): number[] {
    const start = this.starts[this.segment] as number;
    const ids = [...this.about.ids.subarray(start, this.starts[this.segment + 1])];
    return [...ids.slice(this.step), ...ids.slice(0, this.step).reverse()].slice(0, most);
  }
}
