import { Vector3 } from "three";
import { expect, it } from "vitest";
import { edgesAt, type PastEdges, PastNeurons, versionAt } from "../../src/viewer3d/exports/past-growth";

/** Three versions; the second skeleton has an edge only at the second of them. */
const EDGES: PastEdges = {
  corner: [1e6, 0, 0],
  versions: 3,
  skeletonIds: [7, 9],
  counts: [2, 1],
  positions: Float32Array.from({ length: 18 }, (_, place) => place),
  first: Uint32Array.of(0, 2, 1),
  last: Uint32Array.of(3, 3, 2),
};

it("finds the edges of a version, also those that are gone", () => {
  expect([0, 1, 2].map((version) => [...edgesAt(EDGES, version)])).toEqual([[0], [0, 2], [0, 1]]);
});

it.each([
  [5, 10],
  [200, 3],
  [3, 3],
  [1, 4],
])("of %i frames and %i versions ends with the last version and goes back never", (frames, versions) => {
  const shown = Array.from({ length: frames }, (_, frame) => versionAt((frame + 1) / frames, versions));
  expect(shown.at(-1)).toBe(versions - 1);
  expect([...shown].sort((one, other) => one - other)).toEqual(shown);
  if (frames >= versions) expect(new Set(shown).size).toBe(versions);
});

it("draws what was there, where it was, in the neurons' colours", () => {
  const past = new PastNeurons(EDGES, (id) => (id === 7 ? 0xff0000ff : 0x00ff00ff), new Vector3(1e6, 5, 0));
  expect(past.object.position.toArray()).toEqual([0, -5, 0]);
  const { geometry } = past.object;
  past.show(2 / 3);
  expect(geometry.drawRange.count).toBe(4);
  expect([...(geometry.getIndex()?.array ?? [])].slice(0, 4)).toEqual([0, 1, 4, 5]);
  expect([...geometry.getAttribute("color").array]).toEqual([
    ...[255, 0, 0, 255, 0, 0],
    ...[255, 0, 0, 255, 0, 0],
    ...[0, 255, 0, 0, 255, 0],
  ]);
  past.show(1);
  expect([...(geometry.getIndex()?.array ?? [])].slice(0, 4)).toEqual([0, 1, 2, 3]);
  past.dispose();
});

it("says so if there never was an edge", () => {
  const none = { ...EDGES, first: new Uint32Array(), last: new Uint32Array(), counts: [0, 0] };
  expect(() => new PastNeurons(none, () => 0, new Vector3())).toThrow("never had an edge");
});
