/** From the service's columnar answer about a box to a graph. */
import { array, type Column } from "../../shared/columns";
import type { CONNECTOR_COLUMNS, LINK_COLUMNS, NODE_COLUMNS } from "../../wire/facts";
import { Graph, RELATION_NAMES, Relation } from "./graph";
import { Table } from "./table";

type ColumnsOf<Table> = Record<keyof Table, Column>;

export interface Payload {
  nodes: ColumnsOf<typeof NODE_COLUMNS>;
  connectors: ColumnsOf<typeof CONNECTOR_COLUMNS>;
  links: ColumnsOf<typeof LINK_COLUMNS>;
  /** Names of labels by the text of a node's id. */
  labels: Record<string, string[]>;
  /** Names of relations by the text of their ids. */
  relations: Record<string, string>;
  limit_reached: boolean;
  /** What there would be without a limit; where a server tells it. */
  totals?: { nodes: number; connectors: number; is_exact: boolean } | null;
}

export function graphOf(payload: Payload): Graph {
  const { nodes, connectors, links } = payload;
  return new Graph(
    Table.of({
      id: integers(nodes.id),
      parent: integers(nodes.parent_id),
      x: floats(nodes.x),
      y: floats(nodes.y),
      z: floats(nodes.z),
      confidence: Int16Array.from(array(nodes.confidence)),
      radius: floats(nodes.radius),
      skeleton: integers(nodes.skeleton_id),
      time: floats(nodes.edition_time),
      user: integers(nodes.user_id),
    }),
    Table.of({
      id: integers(connectors.id),
      x: floats(connectors.x),
      y: floats(connectors.y),
      z: floats(connectors.z),
      confidence: Int16Array.from(array(connectors.confidence)),
      time: floats(connectors.edition_time),
      user: integers(connectors.user_id),
    }),
    Table.of({
      id: floats(links.id),
      connector: integers(links.connector_id),
      treenode: integers(links.treenode_id),
      relation: relations(links.relation_id, payload.relations),
      confidence: Int16Array.from(array(links.confidence)),
      time: floats(links.edition_time),
    }),
    new Map(Object.entries(payload.labels).map(([id, names]) => [Number(id), names])),
  );
}

function relations(column: Column, names: Record<string, string>): Uint8Array {
  const kinds = new Map(Object.entries(names).map(([id, name]) => [Number(id), relationNamed(name)]));
  return Uint8Array.from(array(column), (id) => kinds.get(id) ?? Relation.Other);
}

function relationNamed(name: string): Relation {
  const kind = RELATION_NAMES.indexOf(name);
  return kind > 0 ? (kind as Relation) : Relation.Other;
}

function integers(column: Column): Int32Array {
  const values = array(column);
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

function floats(column: Column): Float64Array {
  const values = array(column);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
