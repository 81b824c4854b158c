import { expect, test } from "vitest";
import type { LayerHost, Point } from "../../src/shared/layer";
import { NO_PARENT } from "../../src/tracing-layer/data/graph";
import type { Kernel } from "../../src/tracing-layer/data/kernel";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import { Travel } from "../../src/tracing-layer/input/travel";
import { twoSkeletons } from "./fixtures";

/** Travel in a skeleton whose node 3 has child 4, three sections further, and child 5 in the next one. */
function bench(active: Active) {
  const graph = twoSkeletons();
  const row = { confidence: 5, radius: -1, skeleton: 100, time: 0 };
  graph.nodes.put(4, { ...row, parent: 3, x: 500, y: 0, z: 250 });
  graph.nodes.put(5, { ...row, parent: 3, x: 200, y: 60, z: 150 });
  const state = { active: active as Active | null };
  const selection = {
    get active() {
      return state.active;
    },
    get position(): Point | undefined {
      const { active: now } = state;
      if (!now) return undefined;
      return now.kind === "virtual" ? now.at : graph.position(now.id);
    },
    skeleton: 100,
    select: (now: Active | null) => {
      state.active = now;
    },
  } as unknown as Selection;
  const told: string[] = [];
  const views: Point[] = [];
  const host = {
    view: () => ({ sectionDepth: 100, sectionThickness: 50 }),
    moveTo: (at: Point) => views.push(at),
    notify: (_: string, text: string) => told.push(text),
  } as unknown as LayerHost;
  const placed = (id: number) => {
    const [x, y, z] = graph.position(id) ?? [0, 0, 0];
    return { treenode_id: id, x, y, z };
  };
  const kernel = {
    of: (method: string, { treenode_id: id }: { treenode_id: number }) => {
      if (method === "children") return Promise.resolve(graph.children(id).map(placed));
      if (method === "branches") return Promise.resolve([[3, 4, 4].map(placed), [3, 5, 5].map(placed)]);
      return Promise.resolve(graph.parent(id) === NO_PARENT ? null : placed(graph.parent(id)));
    },
  } as unknown as Kernel;
  return {
    travel: new Travel({ graph: () => graph, selection, kernel, host: () => host, place: "" }),
    state,
    told,
    views,
  };
}

test("a step goes into the next section only, where the edge passes, and back again", async () => {
  const { travel, state, views } = bench({ kind: "treenode", id: 4 });
  await travel.step("parent");
  expect(state.active).toEqual({ kind: "virtual", id: 4, parent: 3, at: [400, 0, 200] });
  await travel.step("parent");
  expect(state.active).toEqual({ kind: "virtual", id: 4, parent: 3, at: [300, 0, 150] });
  await travel.step("parent");
  expect(state.active).toEqual({ kind: "treenode", id: 3 });
  expect(views).toEqual([
    [400, 0, 200],
    [300, 0, 150],
    [200, 0, 100],
  ]);
  await travel.step("child");
  expect(state.active).toEqual({ kind: "virtual", id: 4, parent: 3, at: [300, 0, 150] });
  await travel.go("child");
  expect(state.active).toEqual({ kind: "treenode", id: 4 });
});

test("one goes from child to child of the same parent", async () => {
  const { travel, state, told } = bench({ kind: "treenode", id: 4 });
  await travel.nextChild(false);
  expect([state.active, told]).toEqual([{ kind: "treenode", id: 5 }, ["Child 2 of 2."]]);
  await travel.nextChild(true);
  expect(state.active).toEqual({ kind: "treenode", id: 4 });
  state.active = { kind: "treenode", id: 2 };
  await expect(travel.nextChild(false)).rejects.toThrow("no other child");
  state.active = { kind: "treenode", id: 1 };
  await expect(travel.nextChild(false)).rejects.toThrow("no sibling");
});

test("the next branch is that of the longest way; the others follow", async () => {
  const { travel, state } = bench({ kind: "treenode", id: 2 });
  await travel.toBranch("last");
  expect(state.active?.id).toBe(4);
  await travel.toOtherBranch();
  expect(state.active?.id).toBe(5);
  await travel.toOtherBranch();
  expect(state.active?.id).toBe(4);
  await travel.toNotedBefore();
  expect(state.active?.id).toBe(3);
});
