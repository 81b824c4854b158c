/**
 * Edits: what each does to a graph, what it asks of the service, and what it learns from the answer.
 *
 * An edit is made from what the person saw: ids may be temporary ones of edits before it, and the
 * edition times in its state are those that were on the screen.
 */
import { type Graph, type Kind, NO_PARENT, RELATION_NAMES, type Relation, type Timed } from "../data/graph";

/** A node or link and the edition time (s) it was seen with. */
export interface Stamp {
  of: Timed;
  id: number;
  time: number;
}

export type RealId = (id: number) => number;

/** What is known when an edit is sent: real ids, and own edits' edition times. */
export interface Sending {
  id: RealId;
  /** `[id, ISO time]`, as a state check wants it. */
  stamp(stamp: Stamp): [number, string];
}

/** Where an edit puts what an answer says. */
export interface Learning {
  id(temporary: number, real: number): void;
  time(of: Timed, id: number, iso: string): void;
}

export type Answer = Record<string, unknown>;

export interface Edit {
  /** The operation's name on the wire. */
  readonly op: string;
  /** Completes "Could not …". */
  readonly purpose: string;
  /** Temporary ids that it gives out. */
  readonly creates: readonly number[];
  /** Ids that must exist for it. */
  readonly needs: readonly number[];
  /** It changes edition times that its answer does not tell. */
  readonly restamps?: boolean;
  apply(graph: Graph, id: RealId): void;
  request(sending: Sending): { args: Record<string, unknown>; state: unknown };
  learn(answer: Answer, learning: Learning): void;
}

export interface Place {
  x: number;
  y: number;
  z: number;
}

const UNSET_RADIUS = -1;
const SURE = 5;

function nothing(): void {}

/** A child of `parent`, or the root of a new skeleton where that is null. */
export function createTreenode(
  graph: Graph,
  temporary: { node: number; skeleton: number },
  parent: number | null,
  place: Place,
): Edit {
  const seen = parent === null ? null : seenAs(graph, "node", parent);
  const known = parent === null ? undefined : graph.nodes.value(parent, "skeleton");
  const skeleton = known ?? temporary.skeleton;
  return {
    op: "create_treenode",
    purpose: "add the node",
    creates: parent === null ? [temporary.node, temporary.skeleton] : [temporary.node],
    needs: parent === null ? [] : [parent],
    apply(target, id) {
      target.nodes.put(id(temporary.node), {
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
      const node = answer.treenode_id as number;
      learning.id(temporary.node, node);
      if (parent === null) learning.id(temporary.skeleton, answer.skeleton_id as number);
      learning.time("node", node, answer.edition_time as string);
    },
  };
}

/** A node on the edge between a parent and its child. */
export function insertTreenode(
  graph: Graph,
  temporary: number,
  parent: number,
  child: number,
  place: Place,
): Edit {
  const seenParent = seenAs(graph, "node", parent);
  const seenChild = seenAs(graph, "node", child);
  const skeleton = graph.nodes.value(child, "skeleton") ?? 0;
  return {
    op: "insert_treenode",
    purpose: "insert the node",
    creates: [temporary],
    needs: [parent, child],
    apply(target, id) {
      target.nodes.put(id(temporary), {
        ...place,
        parent: id(parent),
        skeleton: id(skeleton),
        confidence: SURE,
        radius: UNSET_RADIUS,
        time: Number.NaN,
      });
      if (target.nodes.has(id(child))) target.nodes.put(id(child), { parent: id(temporary) });
    },
    request: ({ id, stamp }) => ({
      args: { ...place, parent_id: id(parent), child_id: id(child), radius: UNSET_RADIUS, confidence: SURE },
      state: { parent: stamp(seenParent), children: [stamp(seenChild)] },
    }),
    learn(answer, learning) {
      const node = answer.treenode_id as number;
      learning.id(temporary, node);
      learning.time("node", node, answer.edition_time as string);
      for (const [id, time] of stamps(answer.child_edition_times)) learning.time("node", id, time);
    },
  };
}

/** Take a node away; its children come to hang on its parent. */
export function deleteTreenode(graph: Graph, treenode: number): Edit {
  const parent = graph.parent(treenode);
  const parentSeen = seenAs(graph, "node", parent);
  const children = graph.children(treenode).map((id) => seenAs(graph, "node", id));
  const links = graph.linksOfTreenode(treenode).map((id) => seenAs(graph, "link", id));
  const seen = seenAs(graph, "node", treenode);
  return {
    op: "delete_treenode",
    purpose: "delete the node",
    creates: [],
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
      for (const [id, time] of stamps(answer.children)) learning.time("node", id, time);
    },
  };
}

export function moveNode(graph: Graph, node: number, place: Place): Edit {
  const kind = graph.kind(node);
  const seen = seenAs(graph, "node", node);
  return {
    op: "move_nodes",
    purpose: kind === "connector" ? "move the connector" : "move the node",
    creates: [],
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
      for (const [id, time] of stamps(answer.old_treenodes)) learning.time("node", id, time);
      for (const [id, time] of stamps(answer.old_connectors)) learning.time("node", id, time);
    },
  };
}

/** Confidence (1 to 5) in the edge from a node to its parent. */
export function setConfidence(graph: Graph, treenode: number, confidence: number): Edit {
  const seen = seenAs(graph, "node", treenode);
  return {
    op: "set_confidence",
    purpose: "change the confidence",
    creates: [],
    needs: [treenode],
    apply(target, id) {
      if (target.nodes.has(id(treenode))) target.nodes.put(id(treenode), { confidence });
    },
    request: ({ id, stamp }) => ({
      args: { treenode_id: id(treenode), confidence },
      state: { edition_time: stamp(seen)[1] },
    }),
    learn(answer, learning) {
      // Partners are keyed by the other end of the edge, but the time is that of the node itself.
      const partners = (answer.updated_partners ?? {}) as Record<string, { edition_time?: string }>;
      for (const { edition_time } of Object.values(partners)) {
        if (edition_time) learning.time("node", treenode, edition_time);
      }
    },
  };
}

/** A connector, with a link to a treenode in the same breath if one is given. */
export function createConnector(
  temporary: { connector: number; link: number },
  place: Place,
  link?: { treenode: number; relation: Relation },
): Edit {
  return {
    op: "create_connector",
    purpose: "add the connector",
    creates: link ? [temporary.connector, temporary.link] : [temporary.connector],
    needs: link ? [link.treenode] : [],
    apply(target, id) {
      const connector = id(temporary.connector);
      target.connectors.put(connector, { ...place, confidence: SURE, time: Number.NaN });
      if (link) putLink(target, id(temporary.link), id(link.treenode), connector, link.relation);
    },
    request: ({ id }) => ({
      args: {
        ...place,
        confidence: SURE,
        ...(link && { treenode_id: id(link.treenode), relation: RELATION_NAMES[link.relation] }),
      },
      state: null,
    }),
    learn(answer, learning) {
      const connector = answer.connector_id as number;
      learning.id(temporary.connector, connector);
      learning.time("node", connector, answer.connector_edition_time as string);
      if (link) learnLink(temporary.link, answer.link as Answer, learning);
    },
  };
}

export function deleteConnector(graph: Graph, connector: number): Edit {
  const seen = seenAs(graph, "node", connector);
  const links = graph.linksOfConnector(connector).map((id) => seenAs(graph, "link", id));
  return {
    op: "delete_connector",
    purpose: "delete the connector",
    creates: [],
    needs: [connector],
    apply(target, id) {
      for (const link of target.linksOfConnector(id(connector))) target.links.remove(link);
      target.labels.delete(id(connector));
      target.connectors.remove(id(connector));
    },
    request: ({ id, stamp }) => ({
      args: { connector_id: id(connector) },
      state: { edition_time: stamp(seen)[1], c_links: links.map(stamp) },
    }),
    learn: nothing,
  };
}

export function createLink(
  graph: Graph,
  temporary: number,
  treenode: number,
  connector: number,
  relation: Relation,
): Edit {
  const seen = [seenAs(graph, "node", treenode), seenAs(graph, "node", connector)];
  return {
    op: "create_link",
    purpose: "link the node to the connector",
    creates: [temporary],
    needs: [treenode, connector],
    apply(target, id) {
      putLink(target, id(temporary), id(treenode), id(connector), relation);
    },
    request: ({ id, stamp }) => ({
      args: { treenode_id: id(treenode), connector_id: id(connector), relation: RELATION_NAMES[relation] },
      state: seen.map(stamp),
    }),
    learn: (answer, learning) => learnLink(temporary, answer, learning),
  };
}

/** Take the link between a treenode and a connector away. */
export function deleteLink(graph: Graph, link: number): Edit {
  const treenode = graph.links.value(link, "treenode") ?? 0;
  const connector = graph.links.value(link, "connector") ?? 0;
  const seen = [seenAs(graph, "node", treenode), seenAs(graph, "node", connector)];
  return {
    op: "delete_link",
    purpose: "remove the link",
    creates: [],
    needs: [treenode, connector],
    apply: (target, id) => target.links.remove(id(link)),
    request: ({ id, stamp }) => ({
      args: { treenode_id: id(treenode), connector_id: id(connector) },
      state: seen.map(stamp),
    }),
    learn: nothing,
  };
}

/** Replace a node's labels. */
export function setLabels(kind: Kind, node: number, labels: string[]): Edit {
  return {
    op: "set_labels",
    purpose: "change the tags",
    creates: [],
    needs: [node],
    apply(target, id) {
      if (labels.length > 0) target.labels.set(id(node), labels);
      else target.labels.delete(id(node));
    },
    request: ({ id }) => ({ args: { kind, node_id: id(node), labels }, state: null }),
    learn: nothing,
  };
}

function seenAs(graph: Graph, of: Timed, id: number): Stamp {
  return { of, id, time: graph.time(of, id) };
}

function putLink(graph: Graph, link: number, treenode: number, connector: number, relation: Relation): void {
  graph.links.put(link, { treenode, connector, relation, confidence: SURE, time: Number.NaN });
}

function learnLink(temporary: number, answer: Answer, learning: Learning): void {
  const link = answer.link_id as number;
  learning.id(temporary, link);
  learning.time("link", link, answer.link_edition_time as string);
}

/** Edition times in answers: rows that begin with an id and a time. */
function stamps(value: unknown): Array<[number, string]> {
  return Array.isArray(value) ? (value as Array<[number, string]>) : [];
}
