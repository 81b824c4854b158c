import type { AnyModel } from "@anywidget/types";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Rpc } from "../../src/shared/rpc";
import { SelectionStore } from "../../src/shared/selection/store";
import { Arrivals } from "../../src/viewer3d/arrivals";
import type { NeuronScene } from "../../src/viewer3d/neuron-scene";
import type { NeuronLink } from "../../src/viewer3d/things/links";
import { NeuronReader } from "../../src/viewer3d/things/neuron-reader";
import { Synapses, type SynapsesState } from "../../src/viewer3d/things/synapses";

/** Legends as texts: there is no page here. */
vi.mock("../../src/viewer3d/helpers/legend", () => ({
  emptyLegend: (title: string) => [title, "none"],
  swatchLegend: (title: string, swatches: Array<{ name: string; color: string }>) => [
    title,
    ...swatches.map(({ name, color }) => `${name} ${color}`),
  ],
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function shown(colors: SynapsesState["synapse_colors"], areThere = true) {
  const store = new SelectionStore({
    send: () => {},
    state: async () => ({ message: { col: "all", from: 0, rev: 0, mask: 63, active: null }, buffers: [] }),
  });
  await store.ready;
  store.add([1], [0x112233ff]);
  const state: SynapsesState = { synapses: true, synapse_colors: colors, synapse_radius: 10 };
  const reactions = new Map<string, () => void>();
  const model = {
    get: (name: keyof SynapsesState) => state[name],
    on: (event: string, react: () => void) => reactions.set(event, react),
    off: () => {},
  } as unknown as AnyModel<SynapsesState>;
  const change = (part: Partial<SynapsesState>): void => {
    Object.assign(state, part);
    for (const name of Object.keys(part)) reactions.get(`change:${name}`)?.();
  };
  const names = new Map([[7, "seven"]]);
  const call = vi.fn(async (_method: string, { skeleton_ids: ids }: { skeleton_ids: number[] }) => ({
    result: ids.flatMap((id) => (names.has(id) ? [[id, names.get(id)]] : [])),
    buffers: [],
  }));
  const arrivals = new Arrivals();
  const failed = vi.fn();
  const link: NeuronLink = { row: 0, relation: "presynaptic_to", partner: 7, place: [1, 2, 3] };
  const links = areThere ? [link, { ...link, partner: 8 }] : [];
  const ask = vi.fn(async (ids: number[]) => new Map(ids.map((id) => [id, links])));
  const reader = new NeuronReader<NeuronLink[]>({ arrivals, visible: () => [1], failed }, ask);
  const legends: string[][] = [];
  const arrived = vi.fn();
  reader.onArrival(arrived);
  const synapses = new Synapses(
    model,
    { call } as unknown as Rpc,
    store,
    { visibleHere: () => [1] } as unknown as NeuronScene,
    reader,
    {
      arrivals,
      changed: () => {},
      legend: (parts) => legends.push(parts.map(String)),
      failed,
    },
  );
  await vi.advanceTimersByTimeAsync(1000);
  return { synapses, store, change, names, call, arrived, failed, legends };
}

it("partners are named once, and again after an edit; until then they have the names that they had", async () => {
  const { synapses, change, names, call, failed, legends } = await shown("partner");
  const text = (): string => legends.at(-1)?.join(", ") ?? "";
  expect(synapses.count).toBe(2);
  expect([legends[0]?.[1]?.slice(0, 10), text().includes("seven"), text().includes("skeleton 8")]).toEqual([
    "skeleton 7",
    true,
    true,
  ]);
  change({ synapse_radius: 20 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(call.mock.calls.map(([, params]) => params.skeleton_ids)).toEqual([[7, 8]]);
  names.set(7, "other");
  const before = legends.length;
  synapses.edited([7]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(legends.slice(before).filter((one) => one.join().includes("skeleton 7"))).toEqual([]);
  expect([text().includes("other"), call.mock.calls.at(-1)?.[1].skeleton_ids]).toEqual([true, [7]]);
  synapses.dispose();
  expect(failed).not.toHaveBeenCalled();
});

it("partners have no names where another colouring is wanted", async () => {
  const { change, call, legends } = await shown("relation");
  expect([call.mock.calls.length, legends.at(-1)?.[0]]).toEqual([0, "synapses"]);
  change({ synapse_colors: "neuron" });
  expect(legends.at(-1)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(call).not.toHaveBeenCalled();
});

it("that are wanted where there are none have a legend that says so, once that is known", async () => {
  const { synapses, change, legends } = await shown("relation", false);
  expect(legends).toEqual([["synapses", "none"]]);
  synapses.edited([1]);
  change({ synapse_radius: 20 });
  expect(legends.at(-1)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(legends.at(-1)).toEqual(["synapses", "none"]);
  change({ synapses: false });
  await vi.advanceTimersByTimeAsync(1000);
  expect([synapses.count, legends.at(-1)]).toEqual([0, []]);
});

it("other colours of neurons are shown at once, without links being read again", async () => {
  const { store, change, arrived, legends } = await shown("partner");
  const times = arrived.mock.calls.length;
  store.add([7], [0xabcdefff]);
  store.setColors([7], 0xff0000ff);
  expect(legends.at(-1)?.[1]).toBe("seven #ff0000");
  change({ synapse_colors: "relation" });
  const count = legends.length;
  store.setColors([7], 0x00ff00ff);
  await vi.advanceTimersByTimeAsync(1000);
  expect([legends.length, arrived.mock.calls.length]).toEqual([count, times]);
});
