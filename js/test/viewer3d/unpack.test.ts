import { describe, expect, it } from "vitest";
import { BadGeometry, unpackAnswer } from "../../src/viewer3d/geometry/unpack";
import { type Arbor, answerOf, randomArbor, shuffled } from "./arbors";
import geometryUrl from "./fixtures/geometry.bin?inline";
import content from "./fixtures/geometry.json";

const WRITTEN = Uint8Array.from(atob(geometryUrl.split(",")[1] ?? ""), (letter) => letter.charCodeAt(0));

function greatestError(arbor: Arbor, body: Uint8Array): number {
  const { origin, neurons } = unpackAnswer(body, null);
  const found = neurons.find(({ skeletonId }) => skeletonId === arbor.skeletonId);
  if (!origin || !found) throw new Error("the neuron is not there");
  expect(Array.from(found.parents)).toEqual(arbor.parents);
  const errors = arbor.positions.flatMap((point, row) =>
    point.map((value, axis) =>
      Math.abs(value - (origin[axis] ?? 0) - (found.positions[3 * row + axis] ?? 0)),
    ),
  );
  return errors.reduce((one, other) => Math.max(one, other), 0);
}

describe("geometry of neurons over the wire", () => {
  it("gives positions to half a step of the box, and the parents", () => {
    const arbors = [randomArbor(1, 500), randomArbor(2, 900)];
    for (const arbor of arbors) expect(greatestError(arbor, answerOf(arbors))).toBeLessThan(0.3);
  });

  it("gives positions to half a nm", () => {
    const arbor = randomArbor(5, 400);
    expect(greatestError(arbor, answerOf([arbor], { encoding: 2 }))).toBeLessThan(0.51);
  });

  it("reads parents that stand after their children", () => {
    const arbor = shuffled(randomArbor(3, 400));
    expect(greatestError(arbor, answerOf([arbor]))).toBeLessThan(0.3);
  });

  it("reads floats of wide skeletons, at coordinates of 10^9 nm too", () => {
    const arbor = randomArbor(4, 300);
    const far = {
      ...arbor,
      positions: arbor.positions.map((point) => point.map((value) => value * 50 + 1e9)),
    };
    expect(greatestError(far, answerOf([far], { encoding: 1 }))).toBeLessThan(1);
  });

  it("reads what the service wrote", () => {
    const { neurons, unchanged, gone } = unpackAnswer(WRITTEN, [0, 0, 0]);
    expect({ unchanged, gone }).toEqual({ unchanged: content.unchanged, gone: content.gone });
    expect(neurons.map(({ skeletonId, version, rows }) => [skeletonId, version, rows])).toEqual(
      content.skeletons.map(({ skeleton_id, version, parents }) => [skeleton_id, version, parents.length]),
    );
    for (const [at, { positions, parents }] of neurons.entries()) {
      const skeleton = content.skeletons[at];
      expect(Array.from(parents)).toEqual(skeleton?.parents);
      const wanted = Float32Array.from(skeleton?.positions.flat() ?? []);
      const errors = wanted.map((value, place) => Math.abs((positions[place] ?? 0) - value));
      // Steps of float32 are 64 at 1e9.
      expect(Math.max(0, ...errors)).toBeLessThanOrEqual(Math.max(1e-3, ...wanted.map(Math.abs)) * 2 ** -23);
    }
  });

  it("takes the scene's origin that it is given", () => {
    const { neurons } = unpackAnswer(
      answerOf([{ skeletonId: 1, positions: [[10, 20, 30]], parents: [-1] }]),
      [0, 0, 0],
    );
    expect(neurons[0]).toMatchObject({ box: [10, 20, 30, 10, 20, 30], rows: 1 });
    expect(Array.from(neurons[0]?.positions ?? [])).toEqual([10, 20, 30]);
  });

  it("takes answers without neurons, and neurons without nodes", () => {
    expect(unpackAnswer(answerOf([], { gone: [5] }), null)).toEqual({
      origin: null,
      neurons: [],
      unchanged: [],
      gone: [5],
    });
    const { neurons } = unpackAnswer(answerOf([{ skeletonId: 1, positions: [], parents: [] }]), [1e9, 0, 0]);
    expect(neurons[0]).toMatchObject({ rows: 0, box: [0, 0, 0, 0, 0, 0] });
  });

  it("takes coincident nodes", () => {
    const arbor = {
      skeletonId: 1,
      positions: [
        [5, 5, 5],
        [5, 5, 5],
        [5, 5, 5],
      ],
      parents: [-1, 0, 0],
    };
    expect(greatestError(arbor, answerOf([arbor]))).toBe(0);
  });

  it("says of every truncated answer that it is incomplete", () => {
    const body = answerOf([randomArbor(1, 60), randomArbor(2, 3)]);
    for (let length = 0; length < body.length; length += 7)
      expect(() => unpackAnswer(body.subarray(0, length), null)).toThrow(/incomplete/);
  });

  it("says of other answers what is wrong", () => {
    const circle = {
      skeletonId: 6,
      positions: [
        [0, 0, 0],
        [1, 0, 0],
      ],
      parents: [1, 0],
    };
    expect(() => unpackAnswer(answerOf([circle]), null)).toThrow(/skeleton 6 are their own ancestors/);
    const alien = { skeletonId: 6, positions: [[0, 0, 0]], parents: [5] };
    expect(() => unpackAnswer(answerOf([alien]), null)).toThrow(/parent in skeleton 6/);
    expect(() => unpackAnswer(Uint8Array.of(0x81, 0xa1, 0x61, 1), null)).toThrow(BadGeometry);
  });
});
