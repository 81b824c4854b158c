/** Edits of the active node that one key makes: tags, radius, confidence of links, and a step in depth. */
import type { AnyModel } from "@anywidget/types";
import type { LayerHost } from "../../shared/layer";
import type { Graph, Kind } from "../data/graph";
import type { Selection } from "../data/selection";
import type { Measuring } from "../input/measuring";
import type { TracingState } from "../state";
import * as edits from "./edits";
import { Hint } from "./hint";
import type { EditQueue } from "./queue";
import type { Tracing } from "./tracing";

export interface NodeEditsContext {
  readonly model: AnyModel<TracingState>;
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly tracing: Tracing;
  readonly measuring: Measuring;
  host(): LayerHost | null;
}

/** Which nodes get a radius, in the order in which the service numbers them. */
const RADIUS_SCOPES = [
  "This node",
  "To the next branch or end",
  "To the previous branch",
  "To the previous node with a radius",
  "To the root",
  "All nodes",
] as const;

export class NodeEdits {
  constructor(private readonly context: NodeEditsContext) {}

  private get graph(): Graph {
    return this.context.queue.graph;
  }

  /** Put tags on the active node besides those that it has. */
  addTags(names: readonly string[]): void {
    const { id, kind, labels } = this.tagged();
    const fresh = names.filter((name) => !labels.includes(name));
    if (fresh.length === 0) throw new Hint(`This node is tagged ${inWords(names)} already.`);
    this.context.queue.add(edits.setLabels(kind, id, [...labels, ...fresh]));
  }

  /** Take tags off the active node. */
  removeTags(names: readonly string[]): void {
    const { id, kind, labels } = this.tagged();
    const there = names.filter((name) => labels.includes(name));
    if (there.length === 0) throw new Hint(`This node is not tagged ${inWords(names)}.`);
    for (const name of there) this.context.queue.add(edits.removeLabel(kind, id, name));
  }

  /** Take all own tags off the active node. */
  removeAllTags(): void {
    const { id, kind, labels } = this.tagged();
    if (labels.length === 0) throw new Hint("This node has no tags.");
    this.context.queue.add(edits.setLabels(kind, id, []));
  }

  /** Put the person's own set of tags on the active node, or take it off; the first time it is asked for. */
  async personalTags(isRemoved: boolean): Promise<void> {
    const { model } = this.context;
    let names = model.get("personal_tags");
    if (names.length === 0) {
      const line = await this.context.host()?.ask("Your own tags for this key, separated by commas");
      names = [...new Set((line ?? "").split(",").map((name) => name.trim()))].filter(Boolean);
      if (names.length === 0) return;
      model.set("personal_tags", names);
      model.save_changes();
    }
    if (isRemoved) this.removeTags(names);
    else this.addTags(names);
  }

  /** Confidence of all links of the active treenode to connectors. */
  setLinkConfidence(confidence: number): void {
    const { tracing, queue } = this.context;
    tracing.requireEditable();
    const treenode = tracing.activeTreenode();
    if (treenode === null) throw new Hint("Select a treenode first: confidence is that of its links.");
    if (this.graph.linksOfTreenode(treenode).length === 0)
      throw new Hint("This node is linked to no connector.");
    queue.add(edits.setConfidence(this.graph, treenode, confidence, true));
  }

  /** Move the active node into the section that is so many away; it must be in the one shown. */
  moveBySections(sections: number): void {
    const { tracing, selection } = this.context;
    const host = this.context.host();
    tracing.requireEditable();
    const { active, position } = selection;
    if (!active || !position || !host) throw new Hint("Select a node first, to move it.");
    if (active.kind === "virtual")
      throw new Hint("Only an edge passes here: there is no node that could be moved.");
    const view = host.view();
    if (Math.abs(position[2] - view.sectionDepth) >= view.sectionThickness / 2)
      throw new Hint("The active node is in another section: go there first.");
    const z = host.depthAfter(sections);
    if (z === view.sectionDepth) throw new Hint("The stack ends here.");
    tracing.move(active.id, [position[0], position[1], z]);
    host.moveTo([view.center[0], view.center[1], z]);
  }

  /** The radius of the active treenode: measured by mouse or written, and for which nodes it holds. */
  async setRadius({ isMeasured, isAsked }: { isMeasured: boolean; isAsked: boolean }): Promise<void> {
    const { tracing, queue, selection } = this.context;
    const host = this.context.host();
    tracing.requireEditable();
    const treenode = tracing.activeTreenode();
    const at = selection.position;
    if (treenode === null || !at || !host) throw new Hint("Select a treenode first, to give it a radius.");
    const radius = isMeasured
      ? await this.context.measuring.radius(at)
      : await this.typedRadius(host, this.graph.nodes.value(treenode, "radius") ?? -1);
    if (radius === null) return;
    const scopes = [...RADIUS_SCOPES];
    const question = `A radius of ${radius} nm for which nodes?`;
    const scope = isAsked ? await host.ask(question, { choices: scopes }) : RADIUS_SCOPES[0];
    if (scope === null) return;
    if (selection.active?.id !== queue.resolve(treenode))
      throw new Hint("Another node is active now: no radius was changed.");
    const option = scopes.indexOf(scope as (typeof RADIUS_SCOPES)[number]);
    queue.add(edits.setRadius(this.graph, queue.resolve(treenode), radius, option));
  }

  private async typedRadius(host: LayerHost, now: number): Promise<number | null> {
    const line = await host.ask("Radius in nm; empty for none", { value: now < 0 ? "" : String(now) });
    if (line === null) return null;
    const text = line.trim().replace(",", ".");
    if (text === "") return -1;
    const radius = Number(text);
    if (!(radius >= 0)) throw new Hint(`“${line}” is no radius: write a number of nm, or nothing for none.`);
    return radius;
  }

  private tagged(): { id: number; kind: Kind; labels: readonly string[] } {
    const { tracing, selection } = this.context;
    tracing.requireEditable();
    const { active } = selection;
    if (!active) throw new Hint(edits.setLabels.hint);
    const id = active.kind === "virtual" ? (tracing.activeTreenode() ?? 0) : active.id;
    return { id, kind: this.graph.kind(id) ?? "treenode", labels: this.graph.labels.get(id) ?? [] };
  }
}

function inWords(names: readonly string[]): string {
  return names.map((name) => `“${name}”`).join(" and ");
}
