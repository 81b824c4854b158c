/** Small graphs to trace in. */

import { Graph, type LinkColumns, type NodeColumns, Relation } from "../../src/tracing-layer/data/graph";
import type { Row } from "../../src/tracing-layer/data/table";
import type { Answer } from "../../src/tracing-layer/edit/edit";

export const NOON = Date.parse("2026-03-01T12:00:00.000Z") / 1000;

type NodeRow = Row<NodeColumns> & { id: number };

/** Treenodes 1 (root) – 2 – 3 on sections 50 nm apart, and 10 – 11 of another skeleton on the first. */
export function twoSkeletons(): Graph {
  const graph = Graph.empty();
  const rows: NodeRow[] = [
    { id: 1, parent: -1, x: 0, y: 0, z: 0, skeleton: 100 },
    { id: 2, parent: 1, x: 100, y: 0, z: 50, skeleton: 100 },
    { id: 3, parent: 2, x: 200, y: 0, z: 100, skeleton: 100 },
    { id: 10, parent: -1, x: 0, y: 500, z: 0, skeleton: 200 },
    { id: 11, parent: 10, x: 100, y: 500, z: 0, skeleton: 200 },
  ];
  for (const { id, ...row } of rows) {
    graph.nodes.put(id, { confidence: 5, radius: -1, time: NOON + id, ...row });
  }
  return graph;
}

/** The same with connector 20, to which 2 is presynaptic; link 2 has the number of a treenode. */
export function withSynapse(): Graph {
  const graph = twoSkeletons();
  graph.connectors.put(20, { x: 150, y: 50, z: 50, confidence: 5, time: NOON + 20 });
  const link: Row<LinkColumns> = {
    connector: 20,
    treenode: 2,
    relation: Relation.Presynaptic,
    time: NOON + 900,
  };
  graph.links.put(2, link);
  return graph;
}

/** An ISO time as answers to edits have it. */
export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

export function createdNode(id: number, seconds: number, skeleton = 100): Answer {
  return {
    treenode_id: id,
    skeleton_id: skeleton,
    edition_time: iso(seconds),
    parent_edition_time: null,
    created_links: [],
  };
}

/** Let all promises that can settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
