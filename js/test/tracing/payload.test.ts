import { decode, encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { Relation } from "../../src/tracing-layer/data/graph";
import { graphOf, type Payload } from "../../src/tracing-layer/data/payload";

function column(values: Int32Array | Int16Array | Float64Array): object {
  const dtype = values instanceof Float64Array ? "<f8" : values instanceof Int16Array ? "<i2" : "<i4";
  return { dtype, shape: [values.length], data: new Uint8Array(values.buffer) };
}

const i4 = (...values: number[]): object => column(Int32Array.from(values));
const i2 = (...values: number[]): object => column(Int16Array.from(values));
const f8 = (...values: number[]): object => column(Float64Array.from(values));

const ANSWER = {
  nodes: {
    id: i4(5, 6),
    parent_id: i4(-1, 5),
    x: f8(1.5, 2.5),
    y: f8(3, 4),
    z: f8(50, 100),
    confidence: i2(5, 3),
    radius: f8(-1, 20),
    skeleton_id: i4(9, 9),
    edition_time: f8(1.25, 2.5),
    user_id: i4(2, 2),
  },
  connectors: {
    id: i4(7),
    x: f8(0),
    y: f8(0),
    z: f8(50),
    confidence: i2(5),
    edition_time: f8(3),
    user_id: i4(2),
  },
  links: {
    id: i4(1, 2, 3),
    connector_id: i4(7, 7, 7),
    treenode_id: i4(5, 6, 6),
    relation_id: i4(31, 32, 33),
    confidence: i2(5, 5, 5),
    edition_time: f8(4, 5, 6),
  },
  labels: { "6": ["ends", "soma"] },
  relations: { "31": "presynaptic_to", "32": "postsynaptic_to", "33": "near_to" },
  limit_reached: false,
};

test("a columnar answer becomes a graph, however its bytes are aligned", () => {
  const packed = encode(ANSWER);
  for (let offset = 0; offset < 8; offset++) {
    const shifted = new Uint8Array(packed.length + offset);
    shifted.set(packed, offset);
    const graph = graphOf(decode(shifted.subarray(offset)) as Payload);
    expect(graph.nodes.count).toBe(2);
    expect(graph.parent(6)).toBe(5);
    expect(graph.parent(5)).toBe(-1);
    expect(graph.position(6)).toEqual([2.5, 4, 100]);
    expect(graph.nodes.value(6, "confidence")).toBe(3);
    expect([graph.time("node", 6), graph.time("node", 7), graph.time("link", 2)]).toEqual([2.5, 3, 5]);
    expect(graph.labels.get(6)).toEqual(["ends", "soma"]);
  }
});

test("relations are known by name, not by their ids, which differ between projects", () => {
  const { links } = graphOf(decode(encode(ANSWER)) as Payload);
  const relations = [1, 2, 3].map((id) => links.value(id, "relation"));
  expect(relations).toEqual([Relation.Presynaptic, Relation.Postsynaptic, Relation.Other]);
});

test("an empty box is an empty graph", () => {
  const empty = (table: object): object =>
    Object.fromEntries(
      Object.keys(table).map((name) => [name, { dtype: "<f8", shape: [0], data: new Uint8Array(0) }]),
    );
  const answer = {
    ...ANSWER,
    nodes: empty(ANSWER.nodes),
    connectors: empty(ANSWER.connectors),
    links: empty(ANSWER.links),
    labels: {},
  };
  const graph = graphOf(decode(encode(answer)) as Payload);
  expect([graph.nodes.count, graph.connectors.count, graph.links.count]).toEqual([0, 0, 0]);
});
