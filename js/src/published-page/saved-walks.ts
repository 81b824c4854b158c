/** Ways from node to node, as far as nodes were saved with a page. */
import { decode } from "@msgpack/msgpack";
import { bytes } from "../shared/rpc";
import { type Graph, NO_PARENT } from "../tracing-layer/data/graph";
import type { Direction, Neighbour, NodeQuestions } from "../tracing-layer/data/kernel";
import { graphOf, type Payload } from "../tracing-layer/data/payload";
import type { AnswerPart, Params } from "./saved-page";

/** What is answered of the saved nodes. */
export const NODES = "nodes";

const BEYOND = "The way leads out of what was saved with this page.";
/** Confidence of who is sure. */
const SURE = 5;

type Walk = (saved: Graph, params: never) => unknown;

export const WALKS: Readonly<Record<string, Walk>> = {
  neighbour,
  children: (saved, { treenode_id }: { treenode_id: number }) =>
    childrenOf(saved, treenode_id).map((id) => placed(saved, id)),
  branches: (saved, { treenode_id }: { treenode_id: number }) =>
    waysFrom(saved, treenode_id).map((way) => {
      const noted = way.find((id) => isNoted(saved, id)) ?? (way.at(-1) as number);
      return [way[0], noted, way.at(-1)].map((id) => placed(saved, id as number));
    }),
  noted_before: (saved, { treenode_id }: { treenode_id: number }) => {
    const found = upTo(saved, treenode_id, (id) => isNoted(saved, id) || childrenOf(saved, id).length > 1);
    return found === treenode_id ? null : placed(saved, found);
  },
  nearest,
  tagged,
  distance,
  outline: (saved, { skeleton_id }: { skeleton_id: number }) =>
    saved.nodes.where("skeleton", skeleton_id).map((id) => placeOf(saved, id)),
};

/** Graphs by the bytes of a page, and by where their nodes begin in these: each key asks of the same one. */
const graphs = new WeakMap<ArrayBufferLike, Map<number, Graph>>();

/** The answer to a question about nodes, of all nodes that were saved. */
export function walked(method: string, whole: AnswerPart, params: Params): AnswerPart {
  const walk = WALKS[method] as Walk;
  return { result: walk(savedGraph(whole.buffers[0] ?? new Uint8Array()), params as never), buffers: [] };
}

function savedGraph(nodes: Uint8Array): Graph {
  const known = graphs.get(nodes.buffer) ?? new Map<number, Graph>();
  graphs.set(nodes.buffer, known);
  const graph = known.get(nodes.byteOffset) ?? graphOf(decode(bytes(nodes)) as Payload);
  known.set(nodes.byteOffset, graph);
  return graph;
}

interface AskedNeighbour {
  treenode_id: number;
  direction: Direction;
}

function neighbour(saved: Graph, { treenode_id: from, direction }: AskedNeighbour): Neighbour | null {
  const found = {
    parent: () => upTo(saved, from, () => true),
    child: () => childrenOf(saved, from)[0] ?? from,
    root: () => upTo(saved, from, () => false),
    previous_branch: () => upTo(saved, from, (id) => childrenOf(saved, id).length > 1),
    next_branch: () => waysFrom(saved, from)[0]?.at(-1) ?? from,
  }[direction]();
  return found === from ? null : placed(saved, found);
}

/** The first node towards the root that is wanted, or the root. */
function upTo(saved: Graph, from: number, isWanted: (id: number) => boolean): number {
  let at = from;
  do {
    const parent = saved.parent(at);
    if (parent === NO_PARENT) return at;
    if (!saved.nodes.has(parent)) throw new Error(BEYOND);
    at = parent;
  } while (!isWanted(at));
  return at;
}

/** The nodes on each way from a node to the next branch or end, that to the largest part first. */
function waysFrom(saved: Graph, from: number): number[][] {
  const size = new Map(childrenOf(saved, from).map((id) => [id, saved.distal(id).size]));
  const firsts = [...size.keys()].sort((a, b) => (size.get(b) ?? 0) - (size.get(a) ?? 0));
  return firsts.map((first) => {
    const way = [first];
    for (const id of way) {
      const next = childrenOf(saved, id);
      if (next.length === 1) way.push(next[0] as number);
    }
    return way;
  });
}

function childrenOf(saved: Graph, id: number): number[] {
  return saved.children(id).sort((a, b) => a - b);
}

function isNoted(saved: Graph, id: number): boolean {
  const confidence = saved.nodes.value(id, "confidence") ?? SURE;
  return confidence < SURE || saved.labels.has(id) || saved.linksOfTreenode(id).length > 0;
}

function nearest(saved: Graph, asked: NodeQuestions["nearest"][0]): NodeQuestions["nearest"][1] {
  const { id, skeleton } = saved.nodes.columns;
  let found: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < saved.nodes.count; row++) {
    if (asked.skeleton_id !== null && skeleton[row] !== asked.skeleton_id) continue;
    const away = awayFrom(saved, id[row] as number, asked);
    if (away < least) [found, least] = [id[row] as number, away];
  }
  return found === null
    ? null
    : { ...placed(saved, found), skeleton_id: saved.nodes.value(found, "skeleton") as number };
}

function tagged(saved: Graph, asked: NodeQuestions["tagged"][0]): NodeQuestions["tagged"][1] {
  const pattern = new RegExp(asked.pattern);
  const found = [...saved.labels].flatMap(([id, names]) => {
    const labels = names.filter((name) => pattern.test(name));
    if (labels.length === 0 || !saved.nodes.has(id)) return [];
    return [{ ...placed(saved, id), distance: awayFrom(saved, id, asked), labels }];
  });
  return found.sort((a, b) => a.distance - b.distance);
}

function distance(saved: Graph, { treenode_ids: [one, other] }: NodeQuestions["distance"][0]): number {
  const upward = new Map<number, number>();
  let length = 0;
  for (let at = one; saved.nodes.has(at); at = saved.parent(at)) {
    upward.set(at, length);
    length += edgeLength(saved, at);
  }
  length = 0;
  for (let at = other; saved.nodes.has(at); at = saved.parent(at)) {
    const met = upward.get(at);
    if (met !== undefined) return met + length;
    length += edgeLength(saved, at);
  }
  throw new Error(BEYOND);
}

/** Of the edge to the parent; 0 at a root. */
function edgeLength(saved: Graph, id: number): number {
  const parent = saved.position(saved.parent(id));
  return parent ? Math.hypot(...placeOf3(saved, id).map((value, axis) => value - (parent[axis] ?? 0))) : 0;
}

function awayFrom(saved: Graph, id: number, { x, y, z }: { x: number; y: number; z: number }): number {
  const [px, py, pz] = placeOf3(saved, id);
  return Math.hypot(px - x, py - y, pz - z);
}

function placed(saved: Graph, id: number): Neighbour {
  return { treenode_id: id, ...placeOf(saved, id) };
}

function placeOf(saved: Graph, id: number): { x: number; y: number; z: number } {
  const [x, y, z] = placeOf3(saved, id);
  return { x, y, z };
}

function placeOf3(saved: Graph, id: number): [number, number, number] {
  const place = saved.position(id);
  if (!place) throw new Error(BEYOND);
  return place;
}
