import type { AnyModel } from "@anywidget/types";
import { expect, test } from "vitest";
import type { LayerHost } from "../../src/shared/layer";
import type { Graph } from "../../src/tracing-layer/data/graph";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import type { Edit } from "../../src/tracing-layer/edit/edit";
import { NodeEdits } from "../../src/tracing-layer/edit/node-edits";
import type { EditQueue } from "../../src/tracing-layer/edit/queue";
import type { Tracing } from "../../src/tracing-layer/edit/tracing";
import type { Measuring } from "../../src/tracing-layer/input/measuring";
import type { TracingState } from "../../src/tracing-layer/state";
import { withSynapse } from "./fixtures";

/** Edits of the active node on a section 50 nm deep, with the answers that a person gives. */
function bench(active: Active | null, ...answers: string[]) {
  const graph: Graph = withSynapse();
  const asked: Array<[op: string, args: Record<string, unknown>]> = [];
  const same = (id: number): number => id;
  const add = (edit: Edit): void => {
    const { args } = edit.request({ id: same, stamp: ({ id }) => [id, ""] });
    edit.apply(graph, same);
    asked.push([edit.op, args]);
  };
  const state: Record<string, unknown> = { personal_tags: [] };
  const host = {
    ask: () => Promise.resolve(answers.shift() ?? null),
    view: () => ({ center: [0, 0, 50], sectionDepth: 50, sectionThickness: 50 }),
    depthAfter: (sections: number) => 50 + 50 * sections,
    moveTo: () => {},
  } as unknown as LayerHost;
  const tracing = {
    requireEditable: () => {},
    activeTreenode: () => (active?.kind === "treenode" ? active.id : null),
    move: (...given: unknown[]) => asked.push(["move", { given }]),
  } as unknown as Tracing;
  const edits = new NodeEdits({
    model: {
      get: (name: string) => state[name],
      set: (name: string, value: unknown) => Object.assign(state, { [name]: value }),
      save_changes: () => {},
    } as unknown as AnyModel<TracingState>,
    queue: { graph, add, resolve: same } as unknown as EditQueue,
    selection: { active, position: active ? graph.position(active.id) : undefined } as Selection,
    tracing,
    measuring: { radius: () => Promise.resolve(70) } as unknown as Measuring,
    host: () => host,
  });
  return { edits, asked, graph };
}

const SECOND: Active = { kind: "treenode", id: 2 };

test("a tag comes besides the others, and is taken off by itself", () => {
  const { edits, asked, graph } = bench(SECOND);
  graph.labels.set(2, ["ours"]);
  edits.addTags(["TODO"]);
  expect(graph.labels.get(2)).toEqual(["ours", "TODO"]);
  expect(() => edits.addTags(["TODO"])).toThrow("tagged “TODO” already");
  edits.removeTags(["ours"]);
  expect(graph.labels.get(2)).toEqual(["TODO"]);
  expect(() => edits.removeTags(["ends"])).toThrow("not tagged “ends”");
  edits.removeAllTags();
  expect(graph.labels.has(2)).toBe(false);
  expect(asked.map(([op]) => op)).toEqual(["set_labels", "remove_label", "set_labels"]);
});

test("the person's own tags are asked for once", async () => {
  const { edits, graph } = bench(SECOND, "mine, yours");
  await edits.personalTags(false);
  await edits.personalTags(true);
  expect(graph.labels.has(2)).toBe(false);
});

test("a radius is measured or written, for this node or others", async () => {
  const measured = bench(SECOND, "To the root");
  await measured.edits.setRadius({ isMeasured: true, isAsked: true });
  expect(measured.asked).toEqual([["set_radius", { treenode_id: 2, radius: 70, option: 4 }]]);
  const typed = bench(SECOND, "12,5");
  await typed.edits.setRadius({ isMeasured: false, isAsked: false });
  expect(typed.asked[0]?.[1]).toEqual({ treenode_id: 2, radius: 12.5, option: 0 });
  expect(typed.graph.nodes.value(2, "radius")).toBe(12.5);
  const none = bench(SECOND, "thick");
  await expect(none.edits.setRadius({ isMeasured: false, isAsked: false })).rejects.toThrow("is no radius");
});

test("confidence of links is that of all links of the node", () => {
  const { edits, asked, graph } = bench(SECOND);
  edits.setLinkConfidence(3);
  expect(asked).toEqual([["set_confidence", { treenode_id: 2, confidence: 3, to_connector: true }]]);
  expect(graph.links.value(2, "confidence")).toBe(3);
  expect(() => bench({ kind: "treenode", id: 1 }).edits.setLinkConfidence(3)).toThrow("no connector");
});

test("a node of the section shown moves into the next one", () => {
  const { edits, asked } = bench(SECOND);
  edits.moveBySections(1);
  expect(asked).toEqual([["move", { given: [2, [100, 0, 100]] }]]);
  expect(() => bench({ kind: "treenode", id: 3 }).edits.moveBySections(1)).toThrow("another section");
  expect(() => bench(null).edits.moveBySections(1)).toThrow("Select a node");
});
