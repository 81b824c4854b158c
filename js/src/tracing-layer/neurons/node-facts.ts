/** What is said of the active node: its id, who made, edited and reviewed it, and how long ago. */
import { throttle } from "../../shared/throttle";
import { timeAgo } from "../../shared/times";
import type { Kernel, NodeAuthors } from "../data/kernel";
import type { Active } from "../data/selection";

/** ms between two readings while somebody traces. */
const INTERVAL_MS = 500;

/** `id` is null where there is none to copy. */
export interface NodeWords {
  name: string;
  id: number | null;
  text: string;
}

export interface NodeFactsContext {
  kernel: Pick<Kernel, "of">;
  active(): Active | null;
  show(words: NodeWords | null): void;
}

export class NodeFacts {
  /** Kind and id of the node that is told of. */
  private shown = "";
  private readonly read = throttle<Active>((active) => void this.ask(active), INTERVAL_MS);

  constructor(private readonly context: NodeFactsContext) {}

  /** Another node may be active. */
  activeChanged(): void {
    const active = this.context.active();
    const key = active ? `${active.kind} ${active.id}` : "";
    if (key === this.shown) return;
    this.shown = key;
    this.read.cancel();
    if (!active) this.context.show(null);
    else if (active.id < 0) this.context.show({ name: "a new node", id: null, text: "being saved…" });
    else {
      this.context.show({ ...named(active), text: "" });
      this.renew();
    }
  }

  /** It may have been changed. */
  renew(): void {
    const active = this.context.active();
    if (active && active.id > 0) this.read(active);
  }

  dispose(): void {
    this.read.cancel();
  }

  private async ask(active: Active): Promise<void> {
    const { kernel, show } = this.context;
    // Without an answer the id stands there alone.
    const found = await kernel.of("node_authors", { node_id: active.id }).catch(() => null);
    if (found && this.shown === `${active.kind} ${active.id}`)
      show({ ...named(active), text: inWords(found, active.kind !== "connector") });
  }
}

function named({ kind, id }: Active): { name: string; id: number } {
  const name = kind === "virtual" ? `edge above node ${id}` : `${kind === "connector" ? kind : "node"} ${id}`;
  return { name, id };
}

/** isReviewed: whether things of its kind are; connectors are not. */
export function inWords(found: NodeAuthors, isReviewed: boolean, now: number = Date.now()): string {
  const { author, created, editor, edited } = found;
  const parts = [`by ${author}, ${timeAgo(created, now)}`];
  const later = new Date(edited).getTime() - new Date(created).getTime();
  if (editor !== author || later > 1000) parts.push(`edited by ${editor}, ${timeAgo(edited, now)}`);
  const reviewers = [...new Set(found.reviewers)];
  if (isReviewed) parts.push(reviewers.length > 0 ? `reviewed by ${reviewers.join(", ")}` : "not reviewed");
  return parts.join(" · ");
}
