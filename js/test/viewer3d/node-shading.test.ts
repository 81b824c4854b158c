import { beforeEach, describe, expect, it, vi } from "vitest";
import { Arrivals } from "../../src/viewer3d/arrivals";
import { SAME_PLACES, type ShadeScale, scaleBetween, shadeOf } from "../../src/viewer3d/neurons/shade-scales";
import { NodeShading } from "../../src/viewer3d/node-shading";

vi.mock("../../src/viewer3d/helpers/legend", () => ({ legendNodes: () => ["legend"] }));

interface Asked {
  skeleton_ids: number[];
  known: number[];
}

/** Of three neurons: the places that the kernel has for their nodes, and how many nodes are here. */
let places: Map<number, number[]>;
let rows: Map<number, number>;
let visible: number[];
let limits: [number, number] | null;
let rule: object;
/** What was asked, and of which neurons columns were sent and given to the lines. */
let asked: Asked[];
let sent: number[][];
let shaded: number[];
let drawn: Map<number, ShadeScale>;
let arrivals: Arrivals;
let shading: NodeShading;
const legend = vi.fn();

beforeEach(() => {
  places = new Map([1, 2, 3].map((id) => [id, [id, 255]]));
  rows = new Map([1, 2, 3].map((id) => [id, 2]));
  visible = [1, 2, 3];
  limits = [0, 10];
  rule = { title: "depth", number: 1 };
  [asked, sent, shaded] = [[], [], []];
  drawn = new Map();
  arrivals = new Arrivals();
  const lines = {
    setShadingPalette: () => {},
    isShaded: (id: number) => drawn.has(id),
    rescale: (id: number, scale: ShadeScale) => drawn.set(id, scale),
    shade: (id: number, column: Uint8Array | null, scale: ShadeScale) => {
      if (!column) drawn.delete(id);
      else {
        drawn.set(id, scale);
        shaded.push(id);
      }
    },
  };
  const neurons = { lines, visibleHere: () => visible, rowsOf: (id: number) => rows.get(id) };
  const host = { arrivals, changed: () => {}, legend, failed: vi.fn() };
  shading = new NodeShading({ get: () => rule } as never, { call: answer } as never, neurons as never, host);
});

/** As the kernel answers: a digest is the sum of the places. */
async function answer(_method: string, params: Asked) {
  asked.push(params);
  const digest = (id: number): number => (places.get(id) ?? []).reduce((sum, one) => sum + one, 0);
  const known = new Map(params.skeleton_ids.map((id, at) => [id, params.known[at]]));
  const ids = params.skeleton_ids.filter((id) => places.has(id) && known.get(id) !== digest(id));
  sent.push(ids);
  const result = {
    legend: {},
    limits,
    gone: params.skeleton_ids.filter((id) => !places.has(id)),
    skeleton_ids: ids,
    digests: ids.map(digest),
    rows: ids.map((id) => places.get(id)?.length),
    lows: ids.map(() => 0),
    steps: ids.map(() => 1),
  };
  const columns = Uint8Array.from(ids.flatMap((id) => places.get(id) ?? []));
  const palette = Uint8Array.from({ length: 1024 }, (_, at) => at >> 2);
  return { result, buffers: [columns, palette].map(({ buffer }) => new DataView(buffer)) };
}

async function refreshed(): Promise<void> {
  shading.refresh();
  await arrivals.settled();
}

it("gives neurons that are hidden meanwhile their own colours again", async () => {
  await refreshed();
  expect([...drawn.keys()]).toEqual([1, 2, 3]);
  visible = [1];
  await refreshed();
  expect([...drawn.keys()]).toEqual([1]);
  visible = [1, 2, 3];
  await refreshed();
  expect([...drawn.keys()]).toEqual([1, 2, 3]);
  expect(sent).toEqual([[1, 2, 3], [], []]);
  visible = [];
  await refreshed();
  rule = {};
  await refreshed();
  expect(drawn.size).toBe(0);
  expect(legend).toHaveBeenLastCalledWith([]);
});

it("has only the column of what was edited sent, and others get what their places mean now", async () => {
  await refreshed();
  expect([asked[0]?.known, sent]).toEqual([[0, 0, 0], [[1, 2, 3]]]);
  shaded.length = 0;
  // Neuron 2 grows, and has the highest value of all.
  places.set(2, [2, 255, 20]);
  rows.set(2, 3);
  drawn.delete(2);
  limits = [0, 20];
  await refreshed();
  expect([asked[1]?.known, sent[1], shaded]).toEqual([[256, 257, 258], [2], [2]]);
  for (const { start, step } of drawn.values()) expect([start, step]).toEqual([0, expect.closeTo(12.7)]);
  // Neuron 3 moves: its nodes are put anew, and have the places that they had.
  shaded.length = 0;
  drawn.delete(3);
  await refreshed();
  expect([sent[2], shaded]).toEqual([[], [3]]);
  expect(shading.colorsOf(2)?.column).toEqual(Uint8Array.of(25, 255, 254));
});

it("does not colour nodes by a column of another number of them, nor neurons that are gone", async () => {
  await refreshed();
  places.set(1, [1, 2, 3]);
  places.delete(3);
  await refreshed();
  expect([shading.colorsOf(1), shading.colorsOf(3)]).toEqual([undefined, undefined]);
  expect([...drawn.keys()]).toEqual([1, 2]);
  rows.set(1, 3);
  drawn.delete(1);
  await refreshed();
  expect([sent.at(-1), shading.colorsOf(1)?.column.length]).toEqual([[], 3]);
});

describe("places on a scale", () => {
  it("are the colours between two values, and 255 is none of them", () => {
    const scale = scaleBetween([10, 20], 12, 0.01);
    expect([0, 100, 255].map((place) => shadeOf(scale, place))).toEqual([51, 76, 255]);
    const beyond = scaleBetween([10, 20], 5, 1);
    expect([0, 15, 16, 254].map((place) => shadeOf(beyond, place))).toEqual([0, 254, 254, 254]);
    expect(shadeOf(scaleBetween([3, 3], 3, 1), 0)).toBe(127);
    expect([0, 254, 255].map((place) => shadeOf(SAME_PLACES, place))).toEqual([0, 254, 255]);
  });
});
