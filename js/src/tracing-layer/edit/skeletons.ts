/** Edits of whole skeletons. Their answers have no edition times, so that the graph is read again after each. */
import { type Graph, NO_PARENT } from "../data/graph";
import { editKind, seenAs } from "./edit";
import {
  type AnnotationMap,
  annotations as annotationsField,
  flag,
  id as idField,
  listOf,
  stamp as stampField,
  textOrNone,
} from "./fields";

/** What a person wants of a split: annotations of the parts, null for all, and whether the name goes to the new one. */
export interface SplitPlan {
  nameGoes: boolean;
  upstream: AnnotationMap | null;
  downstream: AnnotationMap | null;
}

/** What a person wants of a join. */
export interface JoinPlan {
  /** The skeleton that was clicked keeps name and ids, and not the active one. */
  isReversed: boolean;
  /** Of the result; null for those of both. */
  annotations: AnnotationMap | null;
  /** What becomes of samplers' domains, if there are samplers. */
  samplers: string | null;
  /** What becomes of samplers of the skeleton that ends, if they are not kept. */
  lostSamplers: string | null;
}

export const PLAIN_SPLIT: SplitPlan = { nameGoes: false, upstream: null, downstream: null };
export const PLAIN_JOIN: JoinPlan = {
  isReversed: false,
  annotations: null,
  samplers: null,
  lostSamplers: null,
};

/** Reroot the arbor of `to` there and make it a child of `from`; the skeleton of `from` stays. */
export const joinSkeletons = editKind(
  {
    op: "join_skeletons",
    purpose: "join the skeletons",
    fields: {
      from: idField,
      to: idField,
      survivor: idField,
      joined: idField,
      annotations: annotationsField,
      samplers: textOrNone,
      lostSamplers: textOrNone,
      seen: listOf(stampField),
    },
    restamps: true,
  },
  (graph: Graph, from: number, to: number, plan: JoinPlan = PLAIN_JOIN) => ({
    annotations: plan.annotations,
    samplers: plan.samplers,
    lostSamplers: plan.lostSamplers,
    from,
    to,
    survivor: graph.nodes.value(from, "skeleton") ?? 0,
    joined: graph.nodes.value(to, "skeleton") ?? 0,
    seen: [from, to].map((node) => seenAs(graph, "node", node)),
  }),
  ({ from, to, survivor, joined, annotations, samplers, lostSamplers, seen }) => {
    return {
      needs: [from, to],
      apply(target, id) {
        reroot(target, id(to));
        for (const node of target.nodes.where("skeleton", id(joined))) {
          target.nodes.put(node, { skeleton: id(survivor) });
        }
        if (target.nodes.has(id(to))) target.nodes.put(id(to), { parent: id(from) });
      },
      request: ({ id, stamp }) => ({
        args: {
          from_id: id(from),
          to_id: id(to),
          annotation_set: annotations,
          sampler_handling: samplers,
          lose_sampler_handling: lostSamplers,
          seen: known(seen.map(stamp)),
        },
        state: null,
      }),
    };
  },
);

/** Cut the edge to a node's parent: the node becomes the root of a new skeleton. */
export const splitSkeleton = editKind(
  {
    op: "split_skeleton",
    purpose: "split the skeleton",
    fields: {
      skeleton: idField,
      treenode: idField,
      nameGoes: flag,
      upstream: annotationsField,
      downstream: annotationsField,
      seen: stampField,
    },
    restamps: true,
    hint: "Select the node to split at.",
  },
  (graph: Graph, skeleton: number, treenode: number, plan: SplitPlan = PLAIN_SPLIT) => ({
    ...plan,
    skeleton,
    treenode,
    seen: seenAs(graph, "node", treenode),
  }),
  ({ skeleton, treenode, nameGoes, upstream, downstream, seen }) => {
    return {
      creates: [skeleton],
      needs: [treenode],
      apply(target, id) {
        const node = id(treenode);
        if (!target.nodes.has(node)) return;
        for (const part of target.distal(node)) target.nodes.put(part, { skeleton: id(skeleton) });
        target.nodes.put(node, { parent: NO_PARENT });
      },
      request: ({ id, stamp }) => ({
        args: {
          treenode_id: id(treenode),
          upstream_annotations: upstream,
          downstream_annotations: downstream,
          name_goes: nameGoes,
          seen: known([stamp(seen)]),
        },
        state: null,
      }),
      learn(answer, learning) {
        learning.id(skeleton, answer.new_skeleton_id);
      },
    };
  },
);

export const rerootSkeleton = editKind(
  {
    op: "reroot_skeleton",
    purpose: "make the node the root",
    fields: { treenode: idField, seen: stampField },
    restamps: true,
    hint: "Select the node that is to become the root.",
  },
  (graph: Graph, treenode: number) => ({ treenode, seen: seenAs(graph, "node", treenode) }),
  ({ treenode, seen }) => {
    return {
      needs: [treenode],
      apply: (target, id) => reroot(target, id(treenode)),
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode), seen: known([stamp(seen)]) },
        state: null,
      }),
    };
  },
);

/** Undo the last own edit, after the edits before it are written. */
export const undoLast = editKind(
  {
    op: "undo",
    purpose: "undo",
    fields: {},
    restamps: true,
  },
  () => ({}),
  () => ({ apply: () => {}, request: () => ({ args: {}, state: null }) }),
);

/** Bring back the edit that was undone last. */
export const redoLast = editKind(
  {
    op: "redo",
    purpose: "redo",
    fields: {},
    restamps: true,
  },
  () => ({}),
  () => ({ apply: () => {}, request: () => ({ args: {}, state: null }) }),
);

/** Of what was seen, the nodes whose edition times are known. */
function known(stamps: Array<[number, string]>): Array<[number, string]> {
  return stamps.filter(([, time]) => time !== "");
}

/** Reverse the edges between a node and its root, as far as they are loaded. */
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
