import { describe, expect, test } from "vitest";
import { type Graph, Relation } from "../../src/tracing-layer/data/graph";
import type { Edit, Learning, Sending } from "../../src/tracing-layer/edit/edit";
import * as edits from "../../src/tracing-layer/edit/edits";
import { isoTime } from "../../src/tracing-layer/edit/queue";
import { iso, NOON, twoSkeletons, withSynapse } from "./fixtures";

const asSeen: Sending = {
  id: (id) => id,
  stamp: ({ id, time }) => [id, isoTime(time)],
};
const same = (id: number): number => id;

function at(id: number): [number, string] {
  return [id, isoTime(NOON + id)];
}

describe("state is what was seen", () => {
  test("a child names its parent, a root nothing", () => {
    const temporary = { node: -2, skeleton: -3 };
    const child = edits.createTreenode(twoSkeletons(), temporary, 3, { x: 1, y: 2, z: 3 });
    expect(child.request(asSeen)).toEqual({
      args: { x: 1, y: 2, z: 3, parent_id: 3, radius: -1, confidence: 5 },
      state: { parent: at(3) },
    });
    const root = edits.createTreenode(twoSkeletons(), temporary, null, { x: 1, y: 2, z: 3 });
    expect(root.request(asSeen).state).toBeNull();
  });

  test("an inserted node names both ends of the edge", () => {
    const { args, state } = edits
      .insertTreenode(twoSkeletons(), -2, 1, 2, { x: 0, y: 0, z: 25 })
      .request(asSeen);
    expect(args).toMatchObject({ parent_id: 1, child_id: 2 });
    expect(state).toEqual({ parent: at(1), children: [at(2)] });
  });

  test("a deletion names parent, all children and all links", () => {
    expect(edits.deleteTreenode(withSynapse(), 2).request(asSeen)).toEqual({
      args: { treenode_id: 2 },
      state: { edition_time: at(2)[1], parent: at(1), children: [at(3)], links: [[2, isoTime(NOON + 900)]] },
    });
  });

  test("a root has no parent to name", () => {
    const { state } = edits.deleteTreenode(twoSkeletons(), 1).request(asSeen);
    expect(state).toMatchObject({ parent: [-1, null], children: [at(2)], links: [] });
  });

  test("moves and links name each node, a connector's deletion its links", () => {
    const graph = withSynapse();
    const moved = edits.moveNode(graph, 20, { x: 1, y: 2, z: 3 }).request(asSeen);
    expect(moved).toEqual({ args: { connectors: [[20, 1, 2, 3]] }, state: [at(20)] });
    const linked = edits.createLink(graph, -2, 11, 20, Relation.Postsynaptic).request(asSeen);
    expect(linked.args).toEqual({ treenode_id: 11, connector_id: 20, relation: "postsynaptic_to" });
    expect(linked.state).toEqual([at(11), at(20)]);
    const joined = edits.joinSkeletons(twoSkeletons(), 3, 11).request(asSeen);
    expect(joined.args.seen).toEqual([at(3), at(11)]);
    expect(edits.splitSkeleton(twoSkeletons(), -5, 2).request(asSeen).args.seen).toEqual([at(2)]);
    expect(edits.rerootSkeleton(twoSkeletons(), 3).request(asSeen).args.seen).toEqual([at(3)]);
    const unlinked = edits.deleteLink(graph, 2).request(asSeen);
    expect(unlinked).toEqual({ args: { treenode_id: 2, connector_id: 20 }, state: [at(2), at(20)] });
    const deleted = edits.deleteConnector(graph, 20).request(asSeen);
    expect(deleted.state).toEqual({ edition_time: at(20)[1], c_links: [[2, isoTime(NOON + 900)]] });
  });
});

describe("what is drawn", () => {
  function applied(graph: Graph, edit: Edit): Graph {
    edit.apply(graph, same);
    return graph;
  }

  test("children of a deleted node hang on its parent, its links are gone", () => {
    const graph = applied(withSynapse(), edits.deleteTreenode(withSynapse(), 2));
    expect(graph.parent(3)).toBe(1);
    expect(graph.nodes.has(2)).toBe(false);
    expect(graph.links.count).toBe(0);
  });

  test("an inserted node stands between its parent and child", () => {
    const graph = applied(
      twoSkeletons(),
      edits.insertTreenode(twoSkeletons(), -2, 1, 2, { x: 5, y: 5, z: 25 }),
    );
    expect([graph.parent(2), graph.parent(-2)]).toEqual([-2, 1]);
    expect(graph.nodes.value(-2, "skeleton")).toBe(100);
  });

  test("a joined skeleton is rerooted where it joins and has the other's id", () => {
    const graph = applied(twoSkeletons(), edits.joinSkeletons(twoSkeletons(), 3, 11));
    expect([graph.parent(11), graph.parent(10)]).toEqual([3, 11]);
    expect(graph.nodes.where("skeleton", 200)).toEqual([]);
  });

  test("a split takes what is distal along", () => {
    const graph = applied(twoSkeletons(), edits.splitSkeleton(twoSkeletons(), -5, 2));
    expect(graph.nodes.where("skeleton", -5).sort()).toEqual([2, 3]);
    expect(graph.parent(2)).toBe(-1);
    expect(graph.nodes.value(1, "skeleton")).toBe(100);
  });

  test("rerooting turns the way to the root around", () => {
    const graph = applied(twoSkeletons(), edits.rerootSkeleton(twoSkeletons(), 3));
    expect([graph.parent(3), graph.parent(2), graph.parent(1)]).toEqual([-1, 3, 2]);
  });

  test("nothing happens to what is not loaded any more", () => {
    const graph = twoSkeletons();
    const later = [
      edits.moveNode(graph, 2, { x: 9, y: 9, z: 9 }),
      edits.setConfidence(graph, 2, 1),
      edits.deleteTreenode(graph, 2),
      edits.splitSkeleton(graph, -5, 2),
      edits.rerootSkeleton(graph, 2),
    ];
    graph.nodes.remove(2);
    for (const edit of later) edit.apply(graph, same);
    expect(graph.nodes.has(2)).toBe(false);
    expect(graph.nodes.count).toBe(4);
  });
});

test("answers teach ids and times", () => {
  const learned: unknown[] = [];
  const learning: Learning = {
    id: (temporary, real) => learned.push([temporary, real]),
    time: (of, id, time) => learned.push([of, id, time]),
  };
  const link = { treenode: 2, relation: Relation.Presynaptic };
  edits.createConnector({ connector: -2, link: -3 }, { x: 0, y: 0, z: 0 }, link).learn(
    {
      connector_id: 21,
      connector_edition_time: iso(NOON),
      created_links: [[2, iso(NOON + 1), 2, 9]],
      link: { message: "", link_id: 2, link_edition_time: iso(NOON + 1), relation_id: 9 },
    },
    learning,
  );
  edits
    .setConfidence(twoSkeletons(), 2, 3)
    .learn(
      { message: "", updated_partners: { "1": { edition_time: iso(NOON + 2), old_confidence: 5 } } },
      learning,
    );
  expect(learned).toEqual([
    [-2, 21],
    ["node", 21, iso(NOON)],
    [-3, 2],
    ["link", 2, iso(NOON + 1)],
    ["node", 2, iso(NOON + 2)],
  ]);
});
