/** The active node, synced with the model's traits. */
import type { AnyModel } from "@anywidget/types";
import type { Point } from "../../shared/layer";
import { setShared } from "../../shared/shared-traits";
import type { TracingState } from "../state";
import type { Graph } from "./graph";
import type { Hit } from "./section";

/** A virtual node is active with its place; its id is that of the edge's child. */
export type Active =
  | { kind: "treenode"; id: number }
  | { kind: "connector"; id: number }
  | { kind: "virtual"; id: number; parent: number; at: Point };

/** Ids that are wanted wherever they are. */
export interface IdsToRead {
  treenode_ids: number[];
  connector_ids: number[];
}

export class Selection {
  private now: Active | null = null;
  private skeletonNow: number | null = null;
  private skeletonBefore: number | null = null;
  private lostNow: string | null = null;
  /** Each trait that is set here reports a change before the next one is set. */
  private writing = false;

  constructor(
    private readonly model: AnyModel<TracingState>,
    private readonly graph: () => Graph,
    private readonly changed: () => void,
  ) {
    this.now = this.read();
    this.skeletonNow = model.get("active_skeleton");
  }

  get active(): Active | null {
    return this.now;
  }

  get skeleton(): number | null {
    return this.skeletonNow;
  }

  /** The skeleton that is active, or was last. */
  get latestSkeleton(): number | null {
    return this.skeletonNow ?? this.skeletonBefore;
  }

  /** Where the active node is; undefined while that is not loaded. */
  get position(): Point | undefined {
    if (!this.now) return undefined;
    return this.now.kind === "virtual" ? this.now.at : this.graph().position(this.now.id);
  }

  /** A sentence that says why the active node was lost; null if the person chose what is active now. */
  get lost(): string | null {
    return this.lostNow;
  }

  /** Make nothing active, for a reason that the person must know before going on. */
  lose(reason: string): void {
    this.select(null);
    this.lostNow = reason;
  }

  select(active: Active | null): void {
    this.lostNow = null;
    this.skeletonBefore = this.latestSkeleton;
    this.now = active;
    this.skeletonNow = active ? this.skeletonOf(active) : null;
    this.write();
    this.changed();
  }

  /** Make a skeleton active, and none of its nodes, because it was chosen elsewhere. */
  mark(skeleton: number): void {
    if (skeleton === this.skeletonNow) return;
    if (this.now) this.lostNow = "Another neuron was chosen elsewhere, and none of its nodes is active.";
    this.now = null;
    this.skeletonNow = skeleton;
    this.write();
    this.changed();
  }

  isActive({ kind, id }: Hit): boolean {
    return this.now?.kind === kind && this.now.id === id;
  }

  selectHit(hit: Hit, depth: number): void {
    if (hit.kind !== "virtual") this.select(hit);
    else this.select({ kind: "virtual", id: hit.id, parent: hit.parent, at: [hit.x, hit.y, depth] });
  }

  /** What is read wherever it is: the active node, as treenode and as connector if it is not known what it is. */
  idsToRead(): IdsToRead {
    const { now } = this;
    const ids = now?.kind === "virtual" ? [now.id, now.parent] : now ? [now.id] : [];
    const saved = ids.filter((id) => id > 0);
    const kind = now?.kind === "virtual" ? "treenode" : now && this.graph().kind(now.id);
    return {
      treenode_ids: kind === "connector" ? [] : saved,
      connector_ids: kind === "treenode" ? [] : saved,
    };
  }

  /** After a change of the graph: take over the new ids of node and skeleton. */
  follow(resolve: (id: number) => number): void {
    const { now } = this;
    if (now) {
      const id = resolve(now.id);
      const followed: Active =
        now.kind === "virtual"
          ? { ...now, id, parent: resolve(now.parent) }
          : { kind: this.graph().kind(id) ?? now.kind, id };
      this.now = followed;
      this.skeletonNow = this.skeletonOf(followed);
    } else if (this.skeletonNow !== null) {
      this.skeletonNow = resolve(this.skeletonNow);
    }
    this.write();
  }

  /** The model's traits were set, here or in Python. */
  modelChanged(): void {
    const node = this.model.get("active_node");
    const skeleton = this.model.get("active_skeleton");
    if (this.writing || (node === (this.now?.id ?? null) && skeleton === this.skeletonNow)) return;
    this.skeletonNow = skeleton;
    this.lostNow = null;
    if (node !== (this.now?.id ?? null)) {
      this.now = this.read();
      if (this.now) this.skeletonNow = this.skeletonOf(this.now);
    } else if (this.now && this.skeletonOf(this.now) !== skeleton) {
      this.now = null;
    }
    this.write();
    this.changed();
  }

  private skeletonOf(active: Active): number | null {
    if (active.kind === "connector") return null;
    return this.graph().nodes.value(active.id, "skeleton") ?? this.skeletonNow;
  }

  private read(): Active | null {
    const id = this.model.get("active_node");
    if (id === null) return null;
    const known = this.graph().kind(id);
    return { kind: known ?? (this.model.get("active_kind") === "connector" ? "connector" : "treenode"), id };
  }

  private write(): void {
    // Python sees an id when it is final.
    if (isTemporary(this.now?.id) || isTemporary(this.skeletonNow)) return;
    const state = {
      active_node: this.now?.id ?? null,
      active_skeleton: this.skeletonNow,
      active_kind: this.now?.kind ?? null,
    };
    const names = Object.keys(state) as Array<keyof typeof state>;
    const moved = names.filter((name) => this.model.get(name) !== state[name]);
    if (moved.length === 0) return;
    this.writing = true;
    setShared(this.model, Object.fromEntries(moved.map((name) => [name, state[name]])));
    this.writing = false;
    this.model.save_changes();
  }
}

function isTemporary(id: number | null | undefined): boolean {
  return id !== null && id !== undefined && id < -1;
}
