import { expect, it } from "vitest";
import { Arrivals } from "../../src/viewer3d/arrivals";
import { requireAll, settled } from "../../src/viewer3d/settled";

/** Neurons that come one after the other, each with something that comes after it. */
function comingOf(batches: number, missing = 0) {
  const arrivals = new Arrivals();
  const seen: string[] = [];
  const neurons = {
    isLoading: batches > 0,
    missing,
    arrived: async () => {
      if (!neurons.isLoading) return;
      seen.push("neurons");
      neurons.isLoading = false;
      const marks = arrivals.begin();
      setTimeout(() => {
        seen.push("marks");
        batches--;
        neurons.isLoading = batches > 0;
        marks();
      });
    },
  };
  return { ready: Promise.resolve(), neurons, arrivals, seen };
}

it("waits for neurons, for what they bring, and for neurons that are added meanwhile", async () => {
  const coming = comingOf(2);
  await settled(coming);
  expect(coming.seen).toEqual(["neurons", "marks", "neurons", "marks"]);
});

it("says how many neurons could not be read", async () => {
  await requireAll(comingOf(1));
  await expect(requireAll(comingOf(0, 1))).rejects.toThrow("1 visible neuron could not be read");
  await expect(requireAll(comingOf(0, 1200))).rejects.toThrow("1,200 visible neurons could not be read");
});
