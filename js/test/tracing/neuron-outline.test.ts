import { expect, test, vi } from "vitest";
import { OutlineReader } from "../../src/tracing-layer/neurons/neuron-outline";

function reader() {
  const asked: number[] = [];
  const state = { skeleton: 5 as number | null, fails: false };
  const changed = vi.fn();
  const of = async (_: string, { skeleton_id }: { skeleton_id: number }) => {
    asked.push(skeleton_id);
    if (state.fails) throw new Error("away");
    return [{ x: skeleton_id, y: 2, z: 3 }];
  };
  const kernel = { of } as unknown as ConstructorParameters<typeof OutlineReader>[0]["kernel"];
  return {
    asked,
    state,
    changed,
    outlines: new OutlineReader({ kernel, skeleton: () => state.skeleton, changed }),
  };
}

test("a neuron is read once it is wanted, and another one when that is active", async () => {
  const { asked, state, changed, outlines } = reader();
  expect(outlines.outline()).toBeNull();
  expect(outlines.outline()).toBeNull();
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
  expect(outlines.outline()?.places).toEqual([{ x: 5, y: 2, z: 3 }]);
  state.skeleton = 6;
  expect(outlines.outline()).toBeNull();
  await vi.waitFor(() => expect(outlines.outline()?.places[0]?.x).toBe(6));
  for (state.skeleton of [null, -1]) expect(outlines.outline()).toBeNull();
  expect(asked).toEqual([5, 6]);
});

test("what was changed is read again, but not at each change, and failures are quiet", async () => {
  const { asked, state, outlines } = reader();
  const now = vi.spyOn(performance, "now").mockReturnValue(0);
  outlines.outline();
  await vi.waitFor(() => expect(outlines.outline()).not.toBeNull());
  outlines.renew();
  now.mockReturnValue(9_000);
  outlines.outline();
  expect(asked).toEqual([5]);
  now.mockReturnValue(11_000);
  state.fails = true;
  outlines.outline();
  await vi.waitFor(() => expect(outlines.outline()?.places).toEqual([]));
  expect(asked).toEqual([5, 5]);
  now.mockRestore();
});
