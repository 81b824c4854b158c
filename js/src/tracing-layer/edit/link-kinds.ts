/** Kinds of links between treenodes and connectors, and which of them a connector wants next. */
import { type Graph, Relation } from "../data/graph";
import { Hint } from "./hint";

/** Those that a person can choose, as they are called, in the order of the menu. */
export const LINK_KINDS: ReadonlyArray<[title: string, relation: Relation]> = [
  ["Presynaptic", Relation.Presynaptic],
  ["Postsynaptic", Relation.Postsynaptic],
  ["Gap junction", Relation.GapJunction],
  ["Tight junction", Relation.TightJunction],
  ["Desmosome", Relation.Desmosome],
  ["Abutting", Relation.Abutting],
  ["Attachment", Relation.Attached],
  ["Close object", Relation.Close],
];

/** How a new treenode is linked to a connector: as its others if it is no synapse, else first before, then after it. */
export function nextRelation(graph: Graph, connector: number): Relation {
  const taken = relationsOf(graph, connector);
  const undirected = taken.find((relation) => relation > Relation.Postsynaptic);
  if (undirected !== undefined) return undirected;
  return taken.includes(Relation.Presynaptic) ? Relation.Postsynaptic : Relation.Presynaptic;
}

/** A connector has one presynaptic treenode at most. */
export function requireFree(graph: Graph, connector: number, relation: Relation): void {
  if (relation === Relation.Presynaptic && relationsOf(graph, connector).includes(relation)) {
    throw new Hint(
      "This connector has a presynaptic node already. Shift Alt click on it makes the active node postsynaptic.",
    );
  }
}

function relationsOf(graph: Graph, connector: number): Relation[] {
  const { relation } = graph.links.columns;
  return graph.linksOfConnector(connector).map((id) => relation[graph.links.row(id)] as Relation);
}
