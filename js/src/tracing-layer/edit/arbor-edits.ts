/** Edits of whole arbors. Neither state nor answer tells edition times, so all of them restamp. */

import { type Graph, NO_PARENT } from "../data/graph";
import type { Edit } from "./edits";

function nothing(): void {}

/** Hang the arbor of `to`, rerooted there, on `from`; the skeleton of `from` lives on. */
export function joinSkeletons(graph: Graph, from: number, to: number): Edit {
  const survivor = graph.nodes.value(from, "skeleton") ?? 0;
  const joined = graph.nodes.value(to, "skeleton") ?? 0;
  return {
    op: "join_skeletons",
    purpose: "join the skeletons",
    creates: [],
    needs: [from, to],
    restamps: true,
    apply(target, id) {
      reroot(target, id(to));
      for (const node of target.nodes.where("skeleton", id(joined))) {
        target.nodes.put(node, { skeleton: id(survivor) });
      }
      if (target.nodes.has(id(to))) target.nodes.put(id(to), { parent: id(from) });
    },
    request: ({ id }) => ({ args: { from_id: id(from), to_id: id(to) }, state: null }),
    learn: nothing,
  };
}

/** Cut the edge to a node's parent: the node becomes the root of a new skeleton. */
export function splitSkeleton(temporarySkeleton: number, treenode: number): Edit {
  return {
    op: "split_skeleton",
    purpose: "split the skeleton",
    creates: [temporarySkeleton],
    needs: [treenode],
    restamps: true,
    apply(target, id) {
      const node = id(treenode);
      if (!target.nodes.has(node)) return;
      for (const part of target.distal(node)) target.nodes.put(part, { skeleton: id(temporarySkeleton) });
      target.nodes.put(node, { parent: NO_PARENT });
    },
    request: ({ id }) => ({ args: { treenode_id: id(treenode) }, state: null }),
    learn(answer, learning) {
      learning.id(temporarySkeleton, answer.new_skeleton_id as number);
    },
  };
}

export function rerootSkeleton(treenode: number): Edit {
  return {
    op: "reroot_skeleton",
    purpose: "make the node the root",
    creates: [],
    needs: [treenode],
    restamps: true,
    apply: (target, id) => reroot(target, id(treenode)),
    request: ({ id }) => ({ args: { treenode_id: id(treenode) }, state: null }),
    learn: nothing,
  };
}

/** Take the last own edit back, once those before it are through. */
export function undoLast(): Edit {
  return {
    op: "undo",
    purpose: "undo",
    creates: [],
    needs: [],
    restamps: true,
    apply: nothing,
    request: () => ({ args: {}, state: null }),
    learn: nothing,
  };
}

/** Turn the edges between a node and its root around, as far as they are here. */
function reroot(graph: Graph, treenode: number): void {
  let parent: number = NO_PARENT;
  let node = treenode;
  while (graph.nodes.has(node)) {
    const next = graph.parent(node);
    graph.nodes.put(node, { parent });
    parent = node;
    node = next;
  }
}
