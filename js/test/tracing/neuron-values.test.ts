import { expect, test, vi } from "vitest";
import { categoryColor, shareColor } from "../../src/tracing-layer/draw/palette";
import { partOf } from "../../src/tracing-layer/neurons/color-legend";
import { NeuronValues } from "../../src/tracing-layer/neurons/neuron-values";
import type { ColorBy } from "../../src/tracing-layer/state";

function made(colorBy: ColorBy) {
  const values: Record<string, string | number> = { 1: "PN", 2: "LN, left", 3: "", 4: "PN" };
  const state = { colorBy, skeletons: [1, 2, 3], changed: vi.fn() };
  const neuronValues = vi.fn(async (of: string, ids: number[]) =>
    ids.map((id) => (of === "review" ? 10 * id : (values[id] ?? ""))),
  );
  const found = new NeuronValues({
    kernel: { neuronValues },
    colorBy: () => state.colorBy,
    skeletons: () => state.skeletons,
    changed: state.changed,
  });
  return { found, state, neuronValues, values };
}

test("each annotation has a colour, and each neuron is asked for once", async () => {
  const { found, state, neuronValues } = made("annotation");
  await found.update();
  expect([1, 2].map((id) => found.colorOf(id))).toEqual([categoryColor(0), categoryColor(1)]);
  expect(found.legend().map(({ text }) => text)).toEqual(["PN", "LN, left", "no annotation"]);
  state.skeletons = [1, 2, 3, 4, -5];
  await found.update();
  await found.update();
  expect(neuronValues.mock.calls.map(([, ids]) => ids)).toEqual([[1, 2, 3], [4]]);
  expect(found.colorOf(4)).toBe(categoryColor(0));
});

test("what changed is read anew, and another choice begins anew", async () => {
  const { found, state, neuronValues, values } = made("annotation");
  await found.update();
  values[1] = "LN, left";
  found.forget([1]);
  await vi.waitFor(() => expect(found.colorOf(1)).toBe(categoryColor(1)));
  state.colorBy = "review";
  await found.update();
  expect(found.colorOf(2)).toBe(shareColor(0.2));
  state.colorBy = "selection";
  await found.update();
  expect(found.colorOf(2)).toBeUndefined();
  expect(found.legend()).toEqual([]);
  found.forget(null);
  expect(neuronValues).toHaveBeenCalledTimes(3);
});

test("a legend has the first entries, and offers the others", () => {
  const entries = Array.from({ length: 9 }, (_, at) => ({ color: categoryColor(at), text: `type ${at}` }));
  const some = entries.slice(0, 6);
  expect(partOf(entries, false)).toEqual({ shown: some, offer: "3 more" });
  expect(partOf(entries, true)).toEqual({ shown: entries, offer: "fewer" });
  expect(partOf(some, true)).toEqual({ shown: some, offer: "" });
});

test("a service that is gone leaves the colours as they are", async () => {
  const { found, state, neuronValues } = made("review");
  await found.update();
  neuronValues.mockRejectedValueOnce(new Error("away"));
  state.skeletons = [1, 9];
  await found.update();
  expect(found.colorOf(1)).toBe(shareColor(0.1));
  expect(state.changed).toHaveBeenCalledTimes(1);
});
