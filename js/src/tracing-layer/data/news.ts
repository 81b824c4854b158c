/** Changes of the project that a page must load: those of others, in the part that it shows. */
import type { Point } from "../../shared/layer";
import type { Active } from "./selection";

export type Corners = [lower: Point, upper: Point];

/** A committed version, and what it changed. */
export interface Change {
  version: number;
  label: string;
  user_id: number | null;
  username: string | null;
  /** ISO 8601. */
  time: string | null;
  /** Whether the user of this page made it, here or elsewhere; null if that is not known. */
  is_own_user: boolean | null;
  /** Whether ids and boxes are known. */
  is_detailed: boolean;
  /** null: too many. */
  treenode_ids: number[] | null;
  connector_ids: number[] | null;
  skeleton_ids: number[] | null;
  /** Around the changed places, before and after, nm; null if there are none. */
  old_box: Corners | null;
  new_box: Corners | null;
}

export interface NewsHost {
  /** Whether an edit of this page is not answered yet. */
  isWriting(): boolean;
  /** A change that this page did not make. */
  changed(change: Change): void;
}

/** Own versions that are remembered; a change is told soon after its edit is answered. */
const REMEMBERED = 1000;

/** Leaves out the changes that this page made, reported before or after the answers to its edits. */
export class News {
  private readonly own = new Set<number>();
  /** Reported while an edit was pending whose version is not known yet. */
  private held: Change[] = [];

  constructor(private readonly host: NewsHost) {}

  received(change: Change): void {
    if (this.own.has(change.version)) return;
    if (change.is_own_user !== false && this.host.isWriting()) this.held.push(change);
    else this.host.changed(change);
  }

  /** An edit was answered: with the versions that it wrote, or refused. */
  answered(versions: readonly number[] = []): void {
    for (const version of versions) this.own.add(version);
    for (const version of this.own) {
      if (this.own.size <= REMEMBERED) break;
      this.own.delete(version);
    }
    const held = this.held;
    this.held = [];
    for (const change of held) {
      if (!this.own.has(change.version)) this.host.changed(change);
    }
  }

  isOwn(version: number): boolean {
    return this.own.has(version);
  }
}

/** Whether a change concerns the active node or its skeleton. */
export function touches(
  change: Change,
  active: Active | null,
  skeleton: number | null,
  position: Point | undefined,
): boolean {
  if (skeleton !== null && change.skeleton_ids?.includes(skeleton)) return true;
  if (!active) return false;
  const ids = active.kind === "connector" ? change.connector_ids : change.treenode_ids;
  if (ids) return ids.includes(active.id) || (active.kind === "virtual" && ids.includes(active.parent));
  return (
    position !== undefined && [change.old_box, change.new_box].some((box) => box && holds(box, position))
  );
}

function holds([lower, upper]: Corners, position: Point): boolean {
  return position.every((value, axis) => (lower[axis] ?? 0) <= value && value <= (upper[axis] ?? 0));
}
