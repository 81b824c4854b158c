import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { walked } from "../../src/published-page/saved-walks";
import { CONNECTOR_COLUMNS, LINK_COLUMNS, NODE_COLUMNS } from "../../src/wire/facts";

/**
 * A neuron along x with a root at 1, a branch at 3, and ends at 6 and 7, which was tagged at 4; the parent of 20 was not
 * saved.
 */
const PARENTS = new Map([
  [1, -1],
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 4],
  [6, 5],
  [7, 3],
  [20, 19],
  [21, 20],
]);

const ARRAYS: Record<string, { from(values: number[]): { buffer: ArrayBufferLike } }> = {
  "<i4": Int32Array,
  "<f8": Float64Array,
  "<i2": Int16Array,
};

function column(dtype: string, values: number[]) {
  const made = (ARRAYS[dtype] ?? Float64Array).from(values);
  return { dtype, shape: [values.length], data: new Uint8Array(made.buffer) };
}

const ids = [...PARENTS.keys()];
const VALUES: Record<string, number[]> = {
  id: ids,
  parent_id: [...PARENTS.values()],
  x: ids.map((id) => 10 * id),
  skeleton_id: ids.map((id) => (id < 20 ? 100 : 200)),
  confidence: ids.map(() => 5),
};

function columns(dtypes: Record<string, string>, values: Record<string, number[]> | null) {
  return Object.fromEntries(
    Object.entries(dtypes).map(([name, dtype]) => [
      name,
      column(dtype, values ? (values[name] ?? ids.map(() => 0)) : []),
    ]),
  );
}

const saved = encode({
  nodes: columns(NODE_COLUMNS, VALUES),
  connectors: columns(CONNECTOR_COLUMNS, null),
  links: columns(LINK_COLUMNS, null),
  labels: { 4: ["check", "soma"] },
  relations: {},
  limit_reached: false,
});

function answer(method: string, params: object): unknown {
  return walked(method, { result: null, buffers: [saved] }, params as never).result;
}

const node = (id: number) => ({ treenode_id: id, x: 10 * id, y: 0, z: 0 });

describe("ways along nodes that were saved", () => {
  it.each([
    ["parent", 3, 2],
    ["root", 6, 1],
    ["root", 1, null],
    ["previous_branch", 6, 3],
    ["previous_branch", 3, 1],
    ["next_branch", 1, 3],
    ["next_branch", 3, 6],
    ["next_branch", 6, null],
    ["child", 3, 4],
    ["parent", 21, 20],
  ])("leads to the %s of %i", (direction, from, to) => {
    expect(answer("neighbour", { treenode_id: from, direction })).toEqual(to === null ? null : node(to));
  });

  it("says where a way leads out of what was saved", () => {
    expect(() => answer("neighbour", { treenode_id: 21, direction: "root" })).toThrow(
      /out of what was saved/,
    );
    expect(() => answer("distance", { treenode_ids: [6, 21] })).toThrow(/out of what was saved/);
  });

  it("has children, and ways to branches, the largest first", () => {
    expect(answer("children", { treenode_id: 3 })).toEqual([node(4), node(7)]);
    expect(answer("branches", { treenode_id: 3 })).toEqual([
      [node(4), node(4), node(6)],
      [node(7), node(7), node(7)],
    ]);
    expect(answer("noted_before", { treenode_id: 6 })).toEqual(node(4));
    expect(answer("noted_before", { treenode_id: 1 })).toBeNull();
  });

  it("finds nodes by place and by tag", () => {
    const at = { x: 204, y: 0, z: 0 };
    expect(answer("nearest", { ...at, skeleton_id: null })).toEqual({ ...node(20), skeleton_id: 200 });
    expect(answer("nearest", { ...at, skeleton_id: 100 })).toEqual({ ...node(7), skeleton_id: 100 });
    expect(answer("nearest", { ...at, skeleton_id: 300 })).toBeNull();
    expect(answer("tagged", { ...at, pattern: "ch.*k" })).toEqual([
      { ...node(4), distance: 164, labels: ["check"] },
    ]);
  });

  it("measures along a neuron, and shows how it runs", () => {
    expect(answer("distance", { treenode_ids: [6, 7] })).toBe(30 + 40);
    expect(answer("outline", { skeleton_id: 200 })).toEqual([
      { x: 200, y: 0, z: 0 },
      { x: 210, y: 0, z: 0 },
    ]);
  });
});
