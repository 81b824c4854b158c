import { describe, expect, it } from "vitest";
import { PageModel } from "../../src/published-page/page-model";
import { replyTo } from "../../src/published-page/saved-answers";
import type { SavedModel } from "../../src/published-page/saved-page";
import { typed } from "../../src/shared/columns";
import { unpackAnswer } from "../../src/viewer3d/geometry/unpack";
import { answerOf, randomArbor } from "../viewer3d/arbors";

interface Reply {
  rid: number;
  result?: unknown;
  error?: { code: string; message: string };
}

/** What a page answers to a request, of one saved answer. */
async function asked(
  saved: { method: string; params?: object; result?: unknown; buffers?: Uint8Array[] },
  params: object,
  method = saved.method,
): Promise<[Reply, DataView[]]> {
  const { buffers = [] } = saved;
  const answer = { params: {}, result: null, ...saved, buffers: buffers.map((_, at) => [at, 0]) };
  const model = { module: "m", state: {}, answers: [answer] } as unknown as SavedModel;
  const page = {
    bytes: ([at]: [number, number]) => (buffers[at] ?? new Uint8Array()) as Uint8Array<ArrayBuffer>,
  };
  const reply = await replyTo({ rid: 7, method, params }, model, page, () => undefined);
  if (!reply) throw new Error("no reply");
  return [reply.content as Reply, reply.buffers];
}

const int32 = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
const float32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe("answers of a published page", () => {
  it("holds an answer for requests with its own parameters", async () => {
    const saved = { method: "volume", params: { volume_id: 3 }, result: "three" };
    expect((await asked(saved, { volume_id: 3, more: 1 }))[0]).toEqual({ rid: 7, result: "three" });
    expect((await asked(saved, { volume_id: 4 }))[0].error?.message).toMatch(/nothing can be changed/);
    expect((await asked(saved, { volume_id: 3 }, "save_volume"))[0].error?.code).toBe("not_allowed");
  });

  it("gives the geometry of the skeletons that are asked for, and tells who is not there", async () => {
    const arbors = [randomArbor(1, 50), randomArbor(2, 60), randomArbor(3, 70)];
    const [, [body]] = await asked(
      { method: "geometry", buffers: [answerOf(arbors)] },
      { skeleton_ids: [3, 1, 99], known: [], overview: true },
    );
    const { neurons, gone } = unpackAnswer(typed(Uint8Array, body), null);
    expect(neurons.map(({ skeletonId, parents }) => [skeletonId, parents.length])).toEqual([
      [1, 50],
      [3, 70],
    ]);
    expect(Array.from(neurons[1]?.parents ?? [])).toEqual(arbors[2]?.parents);
    expect([...gone]).toEqual([99]);
  });

  it("gives links of these skeletons, relative to the origin that is asked for", async () => {
    const saved = {
      method: "synapses",
      result: { skeleton_ids: [5, 6], relations: ["presynaptic_to"], origin: [0, 0, 0] },
      buffers: [
        int32(0, 1, 1),
        int32(10, 11, 12),
        Uint8Array.of(0, 0, 0),
        int32(1, 2, 3),
        int32(-1, 5, -1),
        float32(1, 2, 3, 4, 5, 6, 7, 8, 9),
      ],
    };
    const [, buffers] = await asked(saved, { skeleton_ids: [6], origin: [1, 1, 1] });
    expect([...typed(Int32Array, buffers[1])]).toEqual([11, 12]);
    expect([...typed(Float32Array, buffers[5])]).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it("gives marks with their labels, and values of nodes, of these skeletons", async () => {
    const special = {
      method: "special",
      result: { skeleton_ids: [5, 6], kinds: { soma: 1 }, labels: ["soma", "end"] },
      buffers: [
        int32(0, 1),
        int32(3, 4),
        Uint8Array.of(1, 0),
        Uint8Array.of(5, 4),
        float32(-1, 20),
        int32(30, 40),
        int32(0, 1, 1),
        int32(0, 0, 1),
      ],
    };
    const [, marks] = await asked(special, { skeleton_ids: [6] });
    expect([...typed(Int32Array, marks[1])]).toEqual([4]);
    expect([...typed(Int32Array, marks[6])]).toEqual([0, 0]);
    expect([...typed(Int32Array, marks[7])]).toEqual([0, 1]);

    const radii = {
      method: "radii",
      result: { skeleton_ids: [5, 6], rows: [1, 2] },
      buffers: [float32(1, 2, 3)],
    };
    const [reply, [values]] = await asked(radii, { skeleton_ids: [6, 7] });
    expect(reply.result).toMatchObject({ skeleton_ids: [6], rows: [2] });
    expect([...typed(Float32Array, values)]).toEqual([2, 3]);
  });

  it("gives tiles that were saved, and says of others that there are none", async () => {
    const saved = {
      method: "tiles",
      result: { media_type: "image/png", zoom_levels: 1, zoom_factors: [[1, 1]], tiles: { "0/4/2/3": 0 } },
      buffers: [Uint8Array.of(9)],
    };
    const [reply, buffers] = await asked(saved, {
      zoom: 0,
      z: 4,
      tiles: [
        [2, 3],
        [2, 4],
      ],
    });
    expect(reply.result).toEqual({ media_type: "image/png", ok: [true, false] });
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([1, 0]);
  });

  it("gives outlines of these volumes at these depths, and none of others", async () => {
    const points = Float64Array.from({ length: 12 }, (_, at) => at);
    const saved = {
      method: "outlines",
      result: {
        keys: [7, 8],
        depths: [50, 100],
        rings: [
          [[1], [1, 1]],
          [[], [3]],
        ],
        gaps: [8],
      },
      buffers: [new Uint8Array(points.buffer)],
    };
    const [reply, [found]] = await asked(saved, { keys: [8, 9], depths: [100, 50, 75] });
    expect(reply.result).toEqual({
      rings: [
        [[3], []],
        [[1, 1], []],
        [[], []],
      ],
      gaps: [8],
    });
    expect([...typed(Float64Array, found)]).toEqual([6, 7, 8, 9, 10, 11, 2, 3, 4, 5]);
  });

  it("names skeletons, also such as were not saved", async () => {
    const saved = { method: "neuron_facts", result: { "5": ["DA1", 40] } };
    expect((await asked(saved, { skeleton_id: 5 }))[0].result).toEqual({ name: "DA1", nodes: 40 });
    expect((await asked(saved, { skeleton_id: 6 }))[0].result).toEqual({ name: "skeleton 6", nodes: null });
  });
});

describe("a model of a published page", () => {
  it("tells of changes once, and of answers a moment later", async () => {
    const model = new PageModel(
      "a",
      { height: 1 },
      async () => ({ content: { rid: 1 }, buffers: [] }),
      () => Promise.reject(new Error("none")),
    );
    const heard: unknown[] = [];
    const listener = (): number => heard.push(model.get("height"));
    model.on("change:height", listener);
    model.set("height", 2);
    model.set("height", 2);
    model.off("change:height", listener);
    model.set("height", 3);
    expect(heard).toEqual([2]);
    model.on("msg:custom", (content: unknown) => heard.push(content));
    model.send({});
    expect(heard).toHaveLength(1);
    await Promise.resolve();
    expect(heard[1]).toEqual({ rid: 1 });
  });

  it("takes what it does to a selection as done", async () => {
    const model: SavedModel = { module: "m", state: {}, answers: [] };
    const page = { bytes: () => new Uint8Array() };
    const reply = await replyTo({ delta: {}, page: "p", seq: 3 }, model, page, () => undefined);
    expect(reply?.content).toEqual({ unchanged: { page: "p", seq: 3 } });
    expect(await replyTo({ export_piece: 1 }, model, page, () => undefined)).toBeNull();
  });
});
