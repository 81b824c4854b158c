/** The tags of the active node, and what the mouse does with them below the picture. */
import type { LayerHost } from "../../shared/layer";
import type { Graph } from "../data/graph";
import type { Selection } from "../data/selection";
import type { NodeEdits } from "../edit/node-edits";
import type { Tracing } from "../edit/tracing";
import type { Finding } from "./finding";

export interface ActiveTagsContext {
  readonly selection: Pick<Selection, "active">;
  readonly nodes: Pick<NodeEdits, "removeTags">;
  readonly finding: Pick<Finding, "taggedToo">;
  readonly tracing: Pick<Tracing, "tag">;
  graph(): Graph;
  isReadOnly(): boolean;
  perform(command: () => unknown): unknown;
}

export class ActiveTags {
  constructor(private readonly context: ActiveTagsContext) {}

  /** null: there is no node that could have some. */
  get names(): readonly string[] | null {
    const { active } = this.context.selection;
    return active && active.kind !== "virtual" ? (this.context.graph().labels.get(active.id) ?? []) : null;
  }

  get mayEdit(): boolean {
    return !this.context.isReadOnly();
  }

  /** Go to the nearest other node with a tag. */
  find(name: string, host: LayerHost): void {
    this.perform(() => this.context.finding.taggedToo(name), host);
  }

  remove(name: string, host: LayerHost): void {
    this.perform(() => this.context.nodes.removeTags([name]), host);
  }

  /** Ask for all tags, as a key does. */
  edit(host: LayerHost): void {
    this.perform(() => this.context.tracing.tag(), host);
  }

  /** The buttons may be gone afterwards: keys go to the picture again. */
  private perform(command: () => unknown, host: LayerHost): void {
    host.focus();
    this.context.perform(command);
  }
}
