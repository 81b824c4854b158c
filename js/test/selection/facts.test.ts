import { describe, expect, it } from "vitest";
import { Facts } from "../../src/selection-table/facts";
import { nameBy } from "../../src/selection-table/forms";
import { FactLoader } from "../../src/selection-table/loader";
import type { FactColumns } from "../../src/selection-table/state";
import type { Column } from "../../src/shared/columns";
import type { Rpc } from "../../src/shared/rpc";

function numbers(...values: number[]): Column {
  return { dtype: "<i4", shape: [values.length], data: new Uint8Array(Int32Array.from(values).buffer) };
}

function sizes(ids: number[], exists: number[]): FactColumns {
  const flags: Column = { dtype: "|u1", shape: [ids.length], data: Uint8Array.from(exists) };
  return {
    skeleton_id: numbers(...ids),
    names: ids.map((id, row) => (exists[row] ? `PN ${id}` : "")).join("\0"),
    nodes: numbers(...ids),
    exists: flags,
  };
}

class FakeRpc {
  asked: Array<[method: string, params: { group?: string; skeleton_ids: number[] | null }]> = [];
  isAway = false;

  async callBinary(
    method: string,
    params: { group: string; skeleton_ids: number[] | null },
  ): Promise<FactColumns> {
    this.asked.push([method, params]);
    if (this.isAway) throw new Error("No answer.");
    const ids = params.skeleton_ids ?? [17, 18];
    return params.group === "size"
      ? sizes(
          ids,
          ids.map((id) => (id === 99 ? 0 : 1)),
        )
      : { skeleton_id: numbers(...ids) };
  }

  async call(method: string, params: { skeleton_ids: number[] }): Promise<unknown> {
    this.asked.push([method, params]);
    return {
      result: params.skeleton_ids.map((skeleton_id) => ({
        skeleton_id,
        sentence: "Deleted.",
        successor: null,
      })),
    };
  }
}

function loading(ids: number[]) {
  const rpc = new FakeRpc();
  const facts = new Facts();
  const failures: unknown[] = [];
  const loader = new FactLoader(rpc as unknown as Rpc, facts, {
    ids: () => Int32Array.from(ids),
    loaded: () => {},
    failed: (error) => failures.push(error),
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { rpc, facts, loader, failures, settled };
}

describe("what the table knows of skeletons", () => {
  it("is read in groups, once, and says what became of those that are gone", async () => {
    const { rpc, facts, loader, settled } = loading([17, 99]);
    loader.start();
    await settled();
    expect(rpc.asked.map(([method, { group }]) => group ?? method)).toEqual([
      "size",
      "synapses",
      "review",
      "annotations",
      "fates",
    ]);
    expect([facts.of(17).name, facts.of(17).nodes, facts.of(99).fate?.sentence]).toEqual([
      "PN 17",
      17,
      "Deleted.",
    ]);
    loader.start();
    loader.want("synapses", [17]);
    await settled();
    expect(rpc.asked).toHaveLength(5);
    facts.forget([17]);
    loader.start();
    await settled();
    expect(rpc.asked.slice(5).map(([, { skeleton_ids }]) => skeleton_ids)).toEqual([[17], [17], [17], [17]]);
  });

  it("keeps the name that a skeleton had before it was gone", () => {
    const facts = new Facts();
    facts.received("size", sizes([17], [1]));
    expect(facts.received("size", sizes([17], [0]))).toEqual([17]);
    expect([facts.of(17).name, facts.of(17).exists]).toEqual(["PN 17", false]);
  });

  it("rests after a failure, until it is asked to start", async () => {
    const { rpc, loader, failures, settled } = loading([17]);
    rpc.isAway = true;
    loader.want("size", [17]);
    await settled();
    loader.want("size", [17]);
    await settled();
    expect([rpc.asked.length, failures.length]).toEqual([1, 1]);
    rpc.isAway = false;
    loader.start();
    await settled();
    expect(rpc.asked.length).toBeGreaterThan(1);
  });

  it("is asked for at once where there are very many, and the rest only of what is seen", async () => {
    const { rpc, loader, settled } = loading(Array.from({ length: 6000 }, (_, at) => at + 1));
    loader.start();
    await settled();
    const rows = rpc.asked.filter(([method]) => method === "rows").map(([, params]) => params);
    expect(rows[0]?.skeleton_ids).toHaveLength(200);
    expect(rows[1]).toEqual({ group: "size", skeleton_ids: null });
    expect(rows).toHaveLength(2);
    loader.dispose();
  });
});

describe("new names", () => {
  it("have each neuron's own values", () => {
    const row = { id: 17, name: "PN $&", nodes: 3 };
    expect(nameBy("{name} ({n}) {id} {nodes} {other}", row, 4)).toBe("PN $& (5) 17 3 {other}");
  });
});
