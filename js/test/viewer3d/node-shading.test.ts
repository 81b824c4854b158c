import { beforeEach, expect, it, vi } from "vitest";
import { Arrivals } from "../../src/viewer3d/arrivals";
import { NodeShading } from "../../src/viewer3d/node-shading";

vi.mock("../../src/viewer3d/helpers/legend", () => ({ legendNodes: () => ["legend"] }));

/** Neurons with two nodes each, and the columns that they are drawn with. */
let visible: number[];
let rows: Map<number, number>;
let drawn: Map<number, number[]>;
let asked: number[][];
let rule: object;
let arrivals: Arrivals;
let shading: NodeShading;
const legend = vi.fn();

beforeEach(() => {
  visible = [1, 2];
  rows = new Map([
    [1, 2],
    [2, 2],
  ]);
  drawn = new Map();
  asked = [];
  rule = { title: "depth", number: 1 };
  arrivals = new Arrivals();
  const lines = {
    setShadingPalette: () => {},
    shade: (id: number, column: Uint8Array | null) => {
      if (column) drawn.set(id, [...column]);
      else drawn.delete(id);
    },
  };
  const call = async (_method: string, { skeleton_ids: ids }: { skeleton_ids: number[] }) => {
    asked.push(ids);
    const counts = ids.map((id) => rows.get(id) ?? 0);
    const columns = new Uint8Array(counts.reduce((sum, count) => sum + count, 0)).fill(7);
    const result = { legend: {}, skeleton_ids: ids, rows: counts };
    return { result, buffers: [columns, new Uint8Array(32)].map(({ buffer }) => new DataView(buffer)) };
  };
  const neurons = { lines, visibleHere: () => visible, rowsOf: (id: number) => rows.get(id) };
  const host = { arrivals, changed: () => {}, legend, failed: vi.fn() };
  shading = new NodeShading({ get: () => rule } as never, { call } as never, neurons as never, host);
});

async function refreshed(): Promise<void> {
  shading.refresh();
  await arrivals.settled();
}

it("gives neurons that are hidden meanwhile their own colours again", async () => {
  await refreshed();
  expect([...drawn.keys()]).toEqual([1, 2]);
  visible = [1];
  await refreshed();
  expect([...drawn.keys()]).toEqual([1]);
  visible = [1, 2];
  await refreshed();
  visible = [];
  await refreshed();
  rule = {};
  await refreshed();
  expect(drawn.size).toBe(0);
  expect(legend).toHaveBeenLastCalledWith([]);
});
