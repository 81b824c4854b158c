/** Edits of connectors and of their links to treenodes. */
import { type Graph, RELATION_NAMES, type Relation } from "../data/graph";
import { type Answers, editKind, type Learning, type Place, SURE, seenAs } from "./edit";

/** A connector, and in the same edit a link to a treenode if one is given. */
export const createConnector = editKind(
  {
    op: "create_connector",
    purpose: "add the connector",
    hint: "Select a node first: a synapse begins at the active node.",
  },
  (
    temporary: { connector: number; link: number },
    place: Place,
    link?: { treenode: number; relation: Relation },
  ) => {
    return {
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
        const connector = answer.connector_id;
        learning.id(temporary.connector, connector);
        learning.time("node", connector, answer.connector_edition_time);
        if (answer.link) learnLink(temporary.link, answer.link, learning);
      },
    };
  },
);

export const deleteConnector = editKind(
  { op: "delete_connector", purpose: "delete the connector" },
  (graph: Graph, connector: number) => {
    const seen = seenAs(graph, "node", connector);
    const links = graph.linksOfConnector(connector).map((id) => seenAs(graph, "link", id));
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
    hint: "This node is linked to this connector already.",
  },
  (graph: Graph, temporary: number, treenode: number, connector: number, relation: Relation) => {
    const seen = [seenAs(graph, "node", treenode), seenAs(graph, "node", connector)];
    return {
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
  },
);

/** Delete the link between a treenode and a connector. */
export const deleteLink = editKind(
  { op: "delete_link", purpose: "remove the link" },
  (graph: Graph, link: number) => {
    const treenode = graph.links.value(link, "treenode") ?? 0;
    const connector = graph.links.value(link, "connector") ?? 0;
    const seen = [seenAs(graph, "node", treenode), seenAs(graph, "node", connector)];
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
