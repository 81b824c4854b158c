/** Edits of connectors and of their links to treenodes. */
import { type Graph, RELATION_NAMES, type Relation } from "../data/graph";
import { type Answers, editKind, type Learning, SURE, seenAs } from "./edit";
import {
  id as idField,
  listOf,
  optional,
  type Place,
  place as placeField,
  readFields,
  relation as relationField,
  stamp as stampField,
} from "./fields";

const linkFields = { id: idField, treenode: idField, relation: relationField };

/** A connector, and in the same edit a link to a treenode if one is given. */
export const createConnector = editKind(
  {
    op: "create_connector",
    purpose: "add the connector",
    fields: {
      connector: idField,
      place: placeField,
      link: optional((value, translation) => readFields(linkFields, value, translation)),
    },
    hint: "Select a node first: a synapse begins at the active node.",
  },
  (
    temporary: { connector: number; link: number },
    place: Place,
    link?: { treenode: number; relation: Relation },
  ) => ({ connector: temporary.connector, place, link: link ? { id: temporary.link, ...link } : null }),
  ({ connector, place, link }) => {
    return {
      creates: link ? [connector, link.id] : [connector],
      needs: link ? [link.treenode] : [],
      apply(target, id) {
        target.connectors.put(id(connector), { ...place, confidence: SURE, time: Number.NaN });
        if (link) putLink(target, id(link.id), id(link.treenode), id(connector), link.relation);
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
        learning.id(connector, answer.connector_id);
        learning.time("node", answer.connector_id, answer.connector_edition_time);
        if (link && answer.link) learnLink(link.id, answer.link, learning);
      },
    };
  },
);

export const deleteConnector = editKind(
  {
    op: "delete_connector",
    purpose: "delete the connector",
    fields: { connector: idField, seen: stampField, links: listOf(stampField) },
  },
  (graph: Graph, connector: number) => ({
    connector,
    seen: seenAs(graph, "node", connector),
    links: graph.linksOfConnector(connector).map((id) => seenAs(graph, "link", id)),
  }),
  ({ connector, seen, links }) => {
    return {
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
    };
  },
);

export const createLink = editKind(
  {
    op: "create_link",
    purpose: "link the node to the connector",
    fields: {
      link: idField,
      treenode: idField,
      connector: idField,
      relation: relationField,
      seen: listOf(stampField),
    },
    hint: "This node is linked to this connector already.",
  },
  (graph: Graph, link: number, treenode: number, connector: number, relation: Relation) => ({
    link,
    treenode,
    connector,
    relation,
    seen: [treenode, connector].map((node) => seenAs(graph, "node", node)),
  }),
  ({ link, treenode, connector, relation, seen }) => {
    return {
      creates: [link],
      needs: [treenode, connector],
      apply(target, id) {
        putLink(target, id(link), id(treenode), id(connector), relation);
      },
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode), connector_id: id(connector), relation: RELATION_NAMES[relation] },
        state: seen.map(stamp),
      }),
      learn: (answer, learning) => learnLink(link, answer, learning),
    };
  },
);

/** Delete the link between a treenode and a connector. */
export const deleteLink = editKind(
  {
    op: "delete_link",
    purpose: "remove the link",
    fields: { link: idField, treenode: idField, connector: idField, seen: listOf(stampField) },
  },
  (graph: Graph, link: number) => {
    const treenode = graph.links.value(link, "treenode") ?? 0;
    const connector = graph.links.value(link, "connector") ?? 0;
    return {
      link,
      treenode,
      connector,
      seen: [treenode, connector].map((node) => seenAs(graph, "node", node)),
    };
  },
  ({ link, treenode, connector, seen }) => {
    return {
      needs: [treenode, connector],
      apply: (target, id) => target.links.remove(id(link)),
      request: ({ id, stamp }) => ({
        args: { treenode_id: id(treenode), connector_id: id(connector) },
        state: seen.map(stamp),
      }),
    };
  },
);

function putLink(graph: Graph, link: number, treenode: number, connector: number, relation: Relation): void {
  graph.links.put(link, { treenode, connector, relation, confidence: SURE, time: Number.NaN });
}

function learnLink(temporary: number, answer: Answers["create_link"], learning: Learning): void {
  learning.id(temporary, answer.link_id);
  learning.time("link", answer.link_id, answer.link_edition_time);
}
