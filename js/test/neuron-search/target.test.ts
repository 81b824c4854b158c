import { expect, test, vi } from "vitest";
import { columnsOf, IN_TARGET } from "../../src/neuron-search/columns";
import type { FoundRow } from "../../src/neuron-search/state";
import { TargetSelection } from "../../src/neuron-search/target";
import type { DeltaMessage } from "../../src/shared/selection/delta";
import { SelectionStore } from "../../src/shared/selection/store";

async function followed() {
  const message: DeltaMessage = { col: "all", from: 0, rev: 0, mask: 63, active: null };
  const store = new SelectionStore({ send: () => {}, state: async () => ({ message, buffers: [] }) });
  await store.ready;
  store.add([17], [0xff8800ff]);
  const host = {
    exportsOf: async (reference: string) => {
      if (reference !== "one") throw new Error("timed out");
      return { selection: store };
    },
    changed: vi.fn(),
    activated: vi.fn(),
    failed: vi.fn(),
  };
  const target = new TargetSelection(host);
  await target.follow("one");
  host.changed.mockClear();
  return { store, host, target };
}

test("rows say whether they are in the selection, and a click puts them there", async () => {
  const { store, host, target } = await followed();
  const column = columnsOf(target).find(({ name }) => name === IN_TARGET);
  const [inside, outside] = [{ skeleton_id: 17 }, { skeleton_id: 18 }] as FoundRow[] as [FoundRow, FoundRow];
  expect(column?.text(inside)).toBe("");
  expect(column?.label?.(inside)).toBe("in the selection, colour #ff8800");
  expect(column?.text(outside)).toBe("+");
  column?.press?.(outside);
  column?.press?.(inside);
  expect([...store.ids]).toEqual([18]);
  expect(store.active).toBe(18);
  expect(host.changed).toHaveBeenCalledTimes(2);
});

test("colours and the active neuron are followed, until another selection is", async () => {
  const { store, host, target } = await followed();
  store.setColors([17], 0x000001ff);
  expect(host.changed).toHaveBeenCalledTimes(1);
  expect(target.colorOf(17)).toBe("#000001");
  store.select([17]);
  expect(host.changed).toHaveBeenCalledTimes(1);
  target.activate(99);
  expect(store.active).toBeNull();
  target.activate(17);
  expect([store.active, host.activated.mock.calls]).toEqual([17, [[17]]]);
  await target.follow("");
  expect(target.store).toBeNull();
  host.changed.mockClear();
  store.remove([17]);
  expect(host.changed).not.toHaveBeenCalled();
  await target.follow("another");
  expect(host.failed).toHaveBeenCalledTimes(1);
});
