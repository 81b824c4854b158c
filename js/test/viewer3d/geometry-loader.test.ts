import { describe, expect, it, vi } from "vitest";
import { type GeometryBatch, GeometryLoader, type GeometryParams } from "../../src/viewer3d/geometry/loader";
import { answerOf, randomArbor } from "./arbors";

/** A service that has skeletons 1 to 400, all of edition 3. */
function service() {
  return vi.fn(async ({ skeleton_ids: ids, known }: GeometryParams): Promise<Uint8Array> => {
    const same = new Set(known.filter(([, version]) => version === 3).map(([id]) => id));
    const there = ids.filter((id) => id <= 400);
    const arbors = there.filter((id) => !same.has(id)).map((id) => randomArbor(id, 3));
    const unchanged = there.filter((id) => same.has(id));
    return answerOf(arbors, { version: 3, unchanged, gone: ids.filter((id) => id > 400) });
  });
}

describe("loader of geometry", () => {
  it("asks for few neurons first, then for many at a time, and says how far it is", async () => {
    const call = service();
    const loader = new GeometryLoader(call);
    const batches: GeometryBatch[] = [];
    const progress: [number, number][] = [];
    await loader.load(
      Array.from({ length: 410 }, (_, at) => at + 1),
      (batch) => batches.push(batch),
      { onProgress: (loaded, total) => progress.push([loaded, total]) },
    );
    expect(call.mock.calls.map(([{ skeleton_ids }]) => skeleton_ids.length)).toEqual([50, 200, 160]);
    expect(batches.map(({ neurons }) => neurons.length)).toEqual([50, 200, 150]);
    expect(batches[2]?.gone).toEqual([401, 402, 403, 404, 405, 406, 407, 408, 409, 410]);
    expect(progress).toEqual([
      [50, 410],
      [250, 410],
      [410, 410],
    ]);
    expect(loader.bytes).toBeGreaterThan(1000);
  });

  it("keeps the first scene's origin, also of loads at the same time", async () => {
    const loader = new GeometryLoader(service());
    const positions = new Map<number, Float32Array>();
    const take = ({ neurons }: GeometryBatch): void => {
      for (const { skeletonId, positions: points } of neurons) positions.set(skeletonId, points);
    };
    await Promise.all([loader.load([1], take), loader.load([2], take)]);
    for (const id of [1, 2]) {
      const [x = 0] = randomArbor(id, 3).positions[0] ?? [];
      expect((positions.get(id)?.[0] ?? 0) + (loader.origin?.[0] ?? 0)).toBeCloseTo(x, 0);
    }
  });

  it("gets overviews of all first, and then only what is missing", async () => {
    const calls: GeometryParams[] = [];
    const whole = [1, 2];
    const loader = new GeometryLoader(async (params) => {
      calls.push(params);
      const version = params.overview ? -1 : 3;
      const small = params.overview ? params.skeleton_ids.filter((id) => whole.includes(id)) : [];
      const ids = small.length > 0 ? small : params.skeleton_ids;
      return answerOf(
        ids.map((id) => randomArbor(id, 3)),
        { version: small.length > 0 ? 3 : version },
      );
    });
    const ids = Array.from({ length: 1300 }, (_, at) => at + 1);
    const progress: number[] = [];
    const batches: GeometryBatch[] = [];
    const onProgress = (done: number) => progress.push(done);
    await loader.load(ids, (batch) => batches.push(batch), { overview: ids, onProgress });
    const overviews = calls.filter(({ overview }) => overview);
    expect(overviews.map(({ skeleton_ids: asked }) => asked.length)).toEqual([200, 1000, 100]);
    const others = calls.filter(({ overview }) => !overview).flatMap(({ skeleton_ids: asked }) => asked);
    expect(others).toEqual(ids.slice(2));
    expect(progress.slice(0, 3)).toEqual([2, 2, 2]);
    expect(progress.at(-1)).toBe(1300);
  });

  it("does without overviews that fail", async () => {
    const call = service();
    const loader = new GeometryLoader(async (params) => {
      if (params.overview) throw new Error("too many treenodes");
      return call(params);
    });
    const batches: GeometryBatch[] = [];
    await loader.load([1, 2], (batch) => batches.push(batch), { overview: [1, 2] });
    expect(batches.map(({ neurons }) => neurons.length)).toEqual([2]);
  });

  it("gets a changed neuron alone", async () => {
    const batches: GeometryBatch[] = [];
    const known = new Map([
      [1, 3],
      [2, 2],
    ]);
    await new GeometryLoader(service()).load([1, 2], (batch) => batches.push(batch), { known });
    expect(batches.map(({ neurons }) => neurons.map(({ skeletonId }) => skeletonId))).toEqual([[2]]);
    expect(batches[0]?.unchanged).toEqual([1]);
  });

  it("asks for nothing where there is nothing to ask for", async () => {
    const call = service();
    await new GeometryLoader(call).load([], () => {});
    expect(call).not.toHaveBeenCalled();
  });

  it("fails with what was wrong, and hands nothing on that is not whole", async () => {
    const whole = answerOf([randomArbor(1, 12)]);
    const onBatch = vi.fn();
    const loader = new GeometryLoader(async () => whole.subarray(0, whole.length - 9));
    await expect(loader.load([1], onBatch)).rejects.toThrow(/incomplete/);
    const refused = new GeometryLoader(() => Promise.reject(new Error("no kernel")), {
      firstBatch: 1,
      batch: 1,
    });
    await expect(refused.load([1, 2, 3], onBatch)).rejects.toThrow("no kernel");
    expect(onBatch).not.toHaveBeenCalled();
  });

  it("stops when it is aborted", async () => {
    const stopping = new AbortController();
    const call = service();
    const loader = new GeometryLoader(call, { firstBatch: 1, batch: 1 });
    const onBatch = vi.fn(() => stopping.abort());
    const loading = loader.load([1, 2, 3, 4, 5], onBatch, { signal: stopping.signal });
    await expect(loading).rejects.toMatchObject({ name: "AbortError" });
    expect(onBatch).toHaveBeenCalledTimes(1);
    expect(call.mock.calls.length).toBeLessThan(5);
  });
});
