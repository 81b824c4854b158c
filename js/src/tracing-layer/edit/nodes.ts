/** Edits of nodes. */
import { type Graph, type Kind, NO_PARENT } from "../data/graph";
import { editKind, SURE, seenAs } from "./edit";
import {
  flag,
  id as idField,
  kind as kindField,
  listOf,
  number,
  optional,
  type Place,
  place as placeField,
  stamp as stampField,
  text,
} from "./fields";

const UNSET_RADIUS = -1;

/** A child of `parent`, or the root of a new skeleton where that is null. */
export const createTreenode = editKind(
  {
    op: "create_treenode",
    purpose: "add the node",
    fields: {
      node: idField,
      skeleton: idField,
      parent: optional(idField),
      seen: optional(stampField),
      place: placeField,
    },
  },
  (graph: Graph, temporary: { node: number; skeleton: number }, parent: number | null, place: Place) => {
    const known = parent === null ? undefined : graph.nodes.value(parent, "skeleton");
    return {
      node: temporary.node,
      skeleton: known ?? temporary.skeleton,
      parent,
      seen: parent === null ? null : seenAs(graph, "node", parent),
      place,
    };
  },
  ({ node, skeleton, parent, seen, place }) => {
    return {
      creates: parent === null ? [node, skeleton] : [node],
      needs: parent === null ? [] : [parent],
      apply(target, id) {
        target.nodes.put(id(node), {
          ...place,
          parent: parent === null ? NO_PARENT : id(parent),
          skeleton: id(skeleton),
          confidence: SURE,
          radius: UNSET_RADIUS,
          time: Number.NaN,
        });
      },
      request: ({ id, stamp }) => ({
        args: {
          ...place,
          parent_id: parent === null ? null : id(parent),
          radius: UNSET_RADIUS,
          confidence: SURE,
        },
        state: seen && { parent: stamp(seen) },
      }),
      learn(answer, learning) {
        learning.id(node, answer.treenode_id);
        if (parent === null) learning.id(skeleton, answer.skeleton_id);
        learning.time("node", answer.treenode_id, answer.edition_time);
      },
    };
  },
);

/** A node on the edge between a parent and its child. */
export const insertTreenode = editKind(
  {
    op: "insert_treenode",
    purpose: "insert the node",
    fields: {
      node: idField,
      skeleton: idField,
      parent: idField,
      child: idField,
      seenParent: stampField,
      seenChild: stampField,
      place: placeField,
    },
  },
  (graph: Graph, node: number, parent: number, child: number, place: Place) => ({
    node,
    skeleton: graph.nodes.value(child, "skeleton") ?? 0,
    parent,
    child,
    seenParent: seenAs(graph, "node", parent),
    seenChild: seenAs(graph, "node", child),
    place,
  }),
  ({ node, skeleton, parent, child, seenParent, seenChild, place }) => {
    return {
      creates: [node],
      needs: [parent, child],
      apply(target, id) {
        target.nodes.put(id(node), {
          ...place,
          parent: id(parent),
          skeleton: id(skeleton),
          confidence: SURE,
          radius: UNSET_RADIUS,
          time: Number.NaN,
        });
        if (target.nodes.has(id(child))) target.nodes.put(id(child), { parent: id(node) });
      },
      request: ({ id, stamp }) => ({
        args: {
          ...place,
          parent_id: id(parent),
          child_id: id(child),
          radius: UNSET_RADIUS,
          confidence: SURE,
        },
        state: { parent: stamp(seenParent), children: [stamp(seenChild)] },
      }),
      learn(answer, learning) {
        learning.id(node, answer.treenode_id);
        learning.time("node", answer.treenode_id, answer.edition_time);
        for (const [id, time] of answer.child_edition_times) learning.time("node", id, time);
      },
    };
  },
);

/** Delete a node; its children become children of its parent. */
export const deleteTreenode = editKind(
  {
    op: "delete_treenode",
    purpose: "delete the node",
    fields: {
      treenode: idField,
      parent: idField,
      seen: stampField,
      parentSeen: stampField,
      children: listOf(stampField),
      links: listOf(stampField),
    },
    hint: "The root cannot be deleted while it has children: make another node the root first.",
  },
  (graph: Graph, treenode: number) => {
    const parent = graph.parent(treenode);
    return {
      treenode,
      parent,
      seen: seenAs(graph, "node", treenode),
      parentSeen: seenAs(graph, "node", parent),
      children: graph.children(treenode).map((id) => seenAs(graph, "node", id)),
      links: graph.linksOfTreenode(treenode).map((id) => seenAs(graph, "link", id)),
    };
  },
  ({ treenode, parent, seen, parentSeen, children, links }) => {
    return {
      needs: [treenode],
      apply(target, id) {
        const node = id(treenode);
        const above = target.parent(node);
        for (const child of target.children(node)) target.nodes.put(child, { parent: above });
        for (const link of target.linksOfTreenode(node)) target.links.remove(link);
        target.labels.delete(node);
        target.nodes.remove(node);
      },
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode) },
        state: {
          edition_time: stamp(seen)[1],
          parent: parent === NO_PARENT ? [NO_PARENT, null] : stamp(parentSeen),
          children: children.map(stamp),
          links: links.map(stamp),
        },
      }),
      learn(answer, learning) {
        for (const [id, time] of answer.children) learning.time("node", id, time);
      },
    };
  },
);

export const moveNode = editKind(
  {
    op: "move_nodes",
    purpose: "move the node",
    fields: { node: idField, kind: kindField, seen: stampField, place: placeField },
  },
  (graph: Graph, node: number, place: Place) => ({
    node,
    kind: graph.kind(node) ?? "treenode",
    seen: seenAs(graph, "node", node),
    place,
  }),
  ({ node, kind, seen, place }) => {
    return {
      purpose: kind === "connector" ? "move the connector" : "move the node",
      needs: [node],
      apply(target, id) {
        const table = kind === "connector" ? target.connectors : target.nodes;
        if (table.has(id(node))) table.put(id(node), { ...place });
      },
      request: ({ id, stamp }) => {
        const moved = [[id(node), place.x, place.y, place.z]];
        return {
          args: kind === "connector" ? { connectors: moved } : { treenodes: moved },
          state: [stamp(seen)],
        };
      },
      learn(answer, learning) {
        for (const [id, time] of answer.old_treenodes ?? []) learning.time("node", id, time);
        for (const [id, time] of answer.old_connectors ?? []) learning.time("node", id, time);
      },
    };
  },
);

/** Confidence (1 to 5) in the edge from a node to its parent, or in its links to connectors. */
export const setConfidence = editKind(
  {
    op: "set_confidence",
    purpose: "change the confidence",
    fields: { treenode: idField, confidence: number, seen: stampField, ofLinks: flag },
    hint: "Select a treenode first: confidence is that of its edge to the parent.",
  },
  (graph: Graph, treenode: number, confidence: number, ofLinks?: boolean) => ({
    treenode,
    confidence,
    ofLinks: ofLinks ?? false,
    seen: seenAs(graph, "node", treenode),
  }),
  ({ treenode, confidence, seen, ofLinks }) => {
    return {
      needs: [treenode],
      apply(target, id) {
        if (ofLinks)
          for (const link of target.linksOfTreenode(id(treenode))) target.links.put(link, { confidence });
        else if (target.nodes.has(id(treenode))) target.nodes.put(id(treenode), { confidence });
      },
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode), confidence, to_connector: ofLinks },
        state: { edition_time: stamp(seen)[1] },
      }),
      learn(answer, learning) {
        // Times of links come with the next reading.
        if (ofLinks) return;
        // Partners are keyed by the other end of the edge, but the time is that of the node itself.
        for (const { edition_time } of Object.values(answer.updated_partners)) {
          learning.time("node", treenode, edition_time);
        }
      },
    };
  },
);

/** Replace a node's labels. */
export const setLabels = editKind(
  {
    op: "set_labels",
    purpose: "change the tags",
    fields: { kind: kindField, node: idField, labels: listOf(text) },
    hint: "Select a node first, to tag it.",
  },
  (kind: Kind, node: number, labels: string[]) => ({ kind, node, labels }),
  ({ kind, node, labels }) => {
    return {
      needs: [node],
      apply(target, id) {
        if (labels.length > 0) target.labels.set(id(node), labels);
        else target.labels.delete(id(node));
      },
      request: ({ id }) => ({ args: { kind, node_id: id(node), labels }, state: null }),
    };
  },
);

/** Take one label off a node, also one that somebody else gave it, if that is allowed. */
export const removeLabel = editKind(
  {
    op: "remove_label",
    purpose: "take the tag off",
    fields: { kind: kindField, node: idField, label: text },
  },
  (kind: Kind, node: number, label: string) => ({ kind, node, label }),
  ({ kind, node, label }) => {
    return {
      needs: [node],
      apply(target, id) {
        const left = (target.labels.get(id(node)) ?? []).filter((name) => name !== label);
        if (left.length > 0) target.labels.set(id(node), left);
        else target.labels.delete(id(node));
      },
      request: ({ id }) => ({ args: { kind, node_id: id(node), label }, state: null }),
    };
  },
);

/** The radius (nm, below 0 for none) of a treenode, and of those that `option` says (see `SetRadius` in Python). */
export const setRadius = editKind(
  {
    op: "set_radius",
    purpose: "change the radius",
    fields: { treenode: idField, radius: number, option: number, seen: stampField },
    restamps: true,
  },
  (graph: Graph, treenode: number, radius: number, option: number) => ({
    treenode,
    radius,
    option,
    seen: seenAs(graph, "node", treenode),
  }),
  ({ treenode, radius, option, seen }) => {
    return {
      needs: [treenode],
      apply(target, id) {
        if (target.nodes.has(id(treenode))) target.nodes.put(id(treenode), { radius });
      },
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode), radius, option },
        state: { edition_time: stamp(seen)[1] },
      }),
    };
  },
);
