/** Changes by others that concern what a person is doing: the active node, a dragged node, nodes of an edit. */
import type { LayerHost, Point } from "../shared/layer";
import type { Kernel, LastChange } from "./data/kernel";
import type { Change } from "./data/news";
import type { Hit } from "./data/section";
import type { Active, Selection } from "./data/selection";
import type { Edit } from "./edit/edit";
import type { EditQueue } from "./edit/queue";
import type { Tracing } from "./edit/tracing";
import { deed } from "./wording";

export interface OthersContext {
  kernel: Kernel;
  selection: Selection;
  queue: EditQueue;
  tracing: Tracing;
  host(): LayerHost | null;
  /** Whether this page wrote a version. */
  isOwn(version: number): boolean;
  /** Read the visible part again. */
  refresh(): Promise<void>;
}

/** Nodes of an edit that are asked about when it is refused. */
const ASKED = 5;

export class Others {
  constructor(private readonly context: OthersContext) {}

  /**
   * The active node was deleted: say who deleted it, and offer its nearest remaining ancestor.
   *
   * parent : its parent as it was drawn last; null if it never was drawn.
   */
  async activeGone(active: Active, parent: number | null): Promise<void> {
    const { selection, kernel, queue, isOwn } = this.context;
    selection.lose("The active node was deleted.");
    const change = await kernel.lastChange(active.id).catch(() => null);
    if (selection.lost === null) return; // something else was selected meanwhile
    if (change && !change.is_deleted) return selection.select({ kind: kindOf(active), id: active.id });
    const drawn = parent !== null && queue.graph.nodes.has(parent) ? parent : null;
    const above = change ? (change.ancestor?.id ?? null) : drawn;
    const isOwnDeed = change && (isOwn(change.version) || change.is_own_user === true);
    if (isOwnDeed || (!change && parent === null)) {
      return selection.select(above === null ? null : { kind: "treenode", id: above });
    }
    await this.offer(change, above);
  }

  /** A node was dropped that others changed while it was dragged: ask whether to move it all the same. */
  async dropped(hit: Hit, at: Point, change: Change): Promise<void> {
    const { queue, tracing } = this.context;
    if (queue.graph.kind(queue.resolve(hit.id)) === undefined) return; // it was deleted, which is told as such
    const what = deed(change, "changed this node");
    if (await this.agrees(`${what}, while you dragged it. Move it here all the same?`, "Move it"))
      tracing.move(hit.id, at);
  }

  /**
   * Say who changed or deleted what a refused edit depends on, how and when; a move can be repeated.
   *
   * missing : what is said instead if something that the edit needs is not there, and nobody is known to have deleted it.
   */
  async refused(edit: Edit, also: string, missing: string | null = null): Promise<void> {
    const { queue, kernel, tracing, refresh } = this.context;
    const ids = edit.needs.map(queue.resolve).filter((id) => id > 0);
    const asked = ids.slice(0, ASKED).map(async (id) => {
      const change = await kernel.lastChange(id).catch(() => null);
      return change && { id, change };
    });
    const [newest] = (await Promise.all(asked))
      .filter((found) => found !== null)
      .filter(({ change }) => !this.context.isOwn(change.version))
      .filter(({ change }) => missing === null || change.is_deleted)
      .sort((one, other) => other.change.version - one.change.version);
    if (missing !== null && !newest) {
      this.context.host()?.notify("error", missing);
      return;
    }
    const what = newest ? changeOf(newest.id, newest.change) : "somebody has changed this meanwhile";
    const text = `Could not ${edit.purpose}: ${what}.`;
    const isGone = newest?.change.is_deleted ?? false;
    const again = isGone ? null : tracing.again(edit);
    if (again && (await this.agrees(`${text}${also} Do it all the same?`, "Do it"))) {
      await refresh();
      return again();
    }
    const advice = isGone ? "" : " Look again and repeat it.";
    this.context.host()?.notify("error", `${text}${advice}${also}`, true);
  }

  /** Say that the active node is gone, and offer a node to go on from. */
  private async offer(change: LastChange | null, above: number | null): Promise<void> {
    const { selection } = this.context;
    const what = `${deed(change ?? { username: null, time: null }, "deleted the active node")}.`;
    selection.lose(what);
    if (above === null) {
      this.context.host()?.notify("warning", what, true);
      return;
    }
    const goesOn = await this.agrees(`${what} Go on from the node above it?`, "Go on");
    if (!goesOn || selection.lost === null) return;
    selection.select({ kind: "treenode", id: above });
    const at = change?.ancestor;
    if (at) this.context.host()?.moveTo([at.x, at.y, at.z]);
  }

  private async agrees(question: string, yes: string): Promise<boolean> {
    const host = this.context.host();
    return host !== null && (await host.ask(question, { confirm: yes })) !== null;
  }
}

/** Whether a change lists the node that was hit, or a node of the edge that was hit. */
export function isOf(change: Change, hit: Hit): boolean {
  const ids = hit.kind === "connector" ? change.connector_ids : change.treenode_ids;
  return ids?.includes(hit.id) || (hit.kind === "virtual" && ids?.includes(hit.parent)) || false;
}

/** "ana changed node 17 at 12:03:05 (move 1 node)". */
function changeOf(id: number, change: LastChange): string {
  if (change.is_deleted) return deed(change, `deleted node ${id}`);
  return `${deed(change, `changed node ${id}`)} (${change.words})`;
}

function kindOf(active: Active): "treenode" | "connector" {
  return active.kind === "connector" ? "connector" : "treenode";
}
