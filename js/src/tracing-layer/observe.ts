/** A tracing layer's hook for tests and benchmarks. */
import type { View } from "../shared/layer";
import { type Graph, RELATION_NAMES } from "./data/graph";
import type { Selection } from "./data/selection";
import type { Painter } from "./draw/painter";
import type { EditQueue } from "./edit/queue";
import type { TracingHook } from "./hook";
import type { EditMeter } from "./meter";
import type { Reviewing } from "./review/reviewing";

/** What the hook shows of a layer. */
export interface ObservedLayer {
  readonly meter: EditMeter;
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly painter: Painter;
  readonly reviewing: Reviewing;
  view(): View | null;
  /** Read the visible part again. */
  refresh(): Promise<void>;
}

export function hookOf(layer: ObservedLayer): TracingHook {
  const graph = (): Graph => layer.queue.graph;
  return {
    get counts() {
      const { nodes, connectors, links } = graph();
      return { treenodes: nodes.count, connectors: connectors.count, links: links.count };
    },
    get section() {
      const view = layer.view();
      if (!view) return { treenodes: 0, virtual: 0, connectors: 0 };
      const { nodes, virtual, connectors } = layer.painter.sectionOf(view);
      return { treenodes: nodes.length, virtual: virtual.child.length, connectors: connectors.length };
    },
    get readings() {
      return layer.meter.readings;
    },
    get pending() {
      return layer.queue.length;
    },
    get active() {
      return layer.selection.active;
    },
    get activeSkeleton() {
      return layer.selection.skeleton;
    },
    get clickToDrawn() {
      return layer.meter.drawn;
    },
    get clickToConfirmed() {
      return layer.meter.confirmed;
    },
    get paintTime() {
      return layer.painter.lastPaint;
    },
    get review() {
      const { walk } = layer.reviewing.review;
      if (!walk) return null;
      const { segment, segments, step, node } = walk;
      return { skeleton: walk.about.skeleton, segment, segments, step, node, left: walk.left() };
    },
    locate(id) {
      const view = layer.view();
      const position = graph().position(id);
      if (!view || !position) return null;
      const [px, py] = view.toScreen(position[0], position[1]);
      return { px, py, z: position[2] };
    },
    node(id) {
      const { nodes } = graph();
      const row = nodes.row(id);
      if (row < 0) return null;
      return Object.fromEntries(
        Object.entries(nodes.columns).map(([name, column]) => [name, column[row] as number]),
      );
    },
    labels: (id) => graph().labels.get(id) ?? [],
    links(connectorId) {
      const { links } = graph();
      const { treenode, relation } = links.columns;
      return graph()
        .linksOfConnector(connectorId)
        .map((id) => links.row(id))
        .map((row) => [treenode[row] as number, RELATION_NAMES[relation[row] as number] ?? ""]);
    },
    async settled() {
      await layer.queue.idle();
      await layer.refresh();
    },
  };
}
