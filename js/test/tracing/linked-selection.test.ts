import type { AnyModel } from "@anywidget/types";
import { expect, test, vi } from "vitest";
import type { DeltaMessage } from "../../src/shared/selection/delta";
import { type SelectionLine, SelectionStore } from "../../src/shared/selection/store";
import { LinkedSelection } from "../../src/tracing-layer/neurons/linked-selection";
import type { TracingState } from "../../src/tracing-layer/state";
import { settle } from "./fixtures";

/** A page's copy of an empty selection, to which the kernel says nothing. */
function emptyStore(): SelectionStore {
  const message: DeltaMessage = { col: "all", from: 0, rev: 0, mask: 63, active: null };
  const line: SelectionLine = { send: () => {}, state: async () => ({ message, buffers: [] }) };
  return new SelectionStore(line);
}

/** A layer that refers to a selection of skeletons 100 and 200, and has `skeleton` active. */
async function linked({
  skeleton = null as number | null,
  reference = "IPY_MODEL_one" as string | null,
} = {}) {
  const store = emptyStore();
  await store.ready;
  store.add([100, 200], [0x112233ff, 0x445566ff]);
  const state: Partial<TracingState> = {
    selection: reference,
    colors: {},
    color_by: "selection",
    shown_neurons: "all",
    visibility_groups: [[100], []],
    hidden_groups: [],
  };
  const context = {
    model: { get: (name: keyof TracingState) => state[name] } as unknown as AnyModel<TracingState>,
    exportsOf: async <T>(asked: string): Promise<T> => {
      if (asked !== "IPY_MODEL_one") throw new Error("timed out");
      return { selection: store } as T;
    },
    skeleton: () => skeleton,
    valueColor: () => undefined,
    lookChanged: vi.fn(),
    activated: vi.fn(),
    failed: vi.fn(),
  };
  const selection = new LinkedSelection(context);
  await selection.update();
  await settle();
  return { store, state, context, selection };
}

test("a colour that a table gives is there at once", async () => {
  const { store, context, selection } = await linked();
  expect(selection.look.colorOf(100, 0)).toBe("#112233ff");
  store.setColors([100], 0x000001ff);
  expect(context.lookChanged).toHaveBeenCalledTimes(2);
  expect(selection.look.colorOf(100, 0)).toBe("#000001ff");
});

test("the active neuron goes both ways, and does not come back", async () => {
  const { store, context, selection } = await linked();
  store.setActive(200);
  expect(context.activated.mock.calls).toEqual([[200]]);
  store.setColors([100], 0x000001ff);
  expect(context.activated).toHaveBeenCalledTimes(1);
  selection.activate(100);
  expect(store.active).toBe(100);
  selection.activate(300);
  expect(store.active).toBeNull();
  store.setActive(200);
  selection.activate(null);
  expect(store.active).toBe(200);
});

test("what is active in the viewer when they are linked stays so", async () => {
  const { store, context } = await linked({ skeleton: 100 });
  expect(store.active).toBe(100);
  expect(context.activated.mock.calls.filter(([id]) => id !== 100)).toEqual([]);
});

test("without a selection all is as it was, and one that does not load is told", async () => {
  const none = await linked({ reference: null });
  expect([none.selection.store, none.selection.look.isShown(7)]).toEqual([null, true]);
  const lost = await linked({ reference: "IPY_MODEL_gone" });
  expect(lost.context.failed).toHaveBeenCalledWith("timed out");
  expect(lost.selection.look.isShown(7)).toBe(true);
});

test("a layer that is let go hears nothing any more", async () => {
  const { store, context, selection } = await linked();
  selection.dispose();
  store.setActive(200);
  expect(context.activated).not.toHaveBeenCalled();
});

test("the neurons of a visibility group are hidden with it, also those of the selection", async () => {
  const { state, selection } = await linked();
  expect([100, 200].map((id) => selection.look.isShown(id))).toEqual([true, true]);
  state.hidden_groups = [1];
  selection.restyle();
  expect([100, 200].map((id) => selection.look.isShown(id))).toEqual([false, true]);
});
