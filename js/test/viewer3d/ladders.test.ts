import { Line3, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import {
  edgeCount,
  edgeLevels,
  LEVELS,
  orderFromRoots,
  TWIGLESS,
  writeEdges,
} from "../../src/viewer3d/geometry/ladders";
import { neuronOf, randomArbor, shuffled } from "./arbors";

/** Nodes lie one nm apart along x, in the order of their rows. */
function levelsOf(parents: Int32Array) {
  const order = orderFromRoots(parents);
  if (order === "circle") throw new Error("a circle");
  return edgeLevels(
    Float32Array.from({ length: 3 * parents.length }, (_, at) => (at % 3 === 0 ? at / 3 : 0)),
    parents,
    order,
  );
}

/** Pairs (towards the root, away from it) of a level. */
function pairsOf(parents: Int32Array, level: number): [number, number][] {
  const levels = levelsOf(parents);
  const out = new Uint32Array(2 * edgeCount(levels, level));
  expect(writeEdges(parents, levels, level, 0, out, 0)).toBe(out.length);
  return Array.from({ length: out.length / 2 }, (_, at) => [out[2 * at] ?? 0, out[2 * at + 1] ?? 0]);
}

function keptRows(parents: Int32Array, level: number): Set<number> {
  return new Set(pairsOf(parents, level).flat());
}

/** Roots, branch points and ends. */
function cornersOf(parents: Int32Array): number[] {
  const children = new Map<number, number>();
  for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  return Array.from(parents.keys()).filter((row) => (parents[row] ?? -1) < 0 || children.get(row) !== 1);
}

function nextKept(parents: Int32Array, kept: Set<number>, row: number): number {
  let above = parents[row] ?? -1;
  while (above >= 0 && !kept.has(above)) above = parents[above] ?? -1;
  return above;
}

describe("levels of detail", () => {
  const chain = Int32Array.from({ length: 129 }, (_, row) => row - 1);

  it("keep every 2^k-th node of an unbranched run, its root and its end", () => {
    for (let level = 0; level < LEVELS; level++) {
      const step = 2 ** level;
      const kept = Array.from(chain.keys()).filter((row) => row % step === 0 || row === 128);
      expect([...keptRows(chain, level)].sort((one, other) => one - other)).toEqual(kept);
    }
  });

  it.each([
    ["in the order of their making", Int32Array.from(randomArbor(1, 3000).parents)],
    ["in any order", Int32Array.from(shuffled(randomArbor(2, 3000)).parents)],
  ])("join the same nodes as one tree, %s", (_, parents) => {
    const corners = cornersOf(parents);
    let finer = new Set(parents.keys());
    for (let level = 0; level < LEVELS; level++) {
      const pairs = pairsOf(parents, level);
      const kept = new Set(pairs.flat());
      if (level < TWIGLESS) expect(corners.every((row) => kept.has(row))).toBe(true);
      expect([...kept].every((row) => finer.has(row))).toBe(true);
      expect(pairs.length).toBe(kept.size - 1);
      expect(pairs.map(([above]) => above)).toEqual(pairs.map(([, row]) => nextKept(parents, kept, row)));
      finer = kept;
    }
  });

  it("say how far nodes may be from their lines", () => {
    const arbor = neuronOf(randomArbor(3, 2000));
    const { deviations, ...levels } = edgeLevels(arbor.positions, arbor.parents, null);
    expect(deviations[0]).toBe(0);
    const node = (row: number): Vector3 => new Vector3().fromArray(arbor.positions, 3 * row);
    for (let level = 1; level < TWIGLESS; level++) {
      const out = new Uint32Array(2 * edgeCount({ deviations, ...levels }, level));
      writeEdges(arbor.parents, { deviations, ...levels }, level, 0, out, 0);
      let farthest = 0;
      for (let at = 0; at < out.length; at += 2) {
        const [above = 0, row = 0] = out.subarray(at, at + 2);
        const line = new Line3(node(above), node(row));
        for (let left = arbor.parents[row] ?? 0; left !== above; left = arbor.parents[left] ?? 0)
          farthest = Math.max(
            farthest,
            line.closestPointToPoint(node(left), true, new Vector3()).distanceTo(node(left)),
          );
      }
      expect(farthest).toBeGreaterThan(0);
      expect(farthest).toBeLessThanOrEqual((deviations[level] ?? 0) * 1.0001);
    }
    expect(Array.from(levelsOf(chain).deviations.slice(0, TWIGLESS))).toEqual(new Array(TWIGLESS).fill(0));
  });

  it("leave out short twigs at last, but never a whole arbor", () => {
    const parents = Int32Array.from({ length: 400 }, (_, row) => row - 1);
    // Of 300 and of 99 nodes, and one of 20 on the former.
    parents[301] = 0;
    parents[380] = 150;
    const ends = [300, 379, 399];
    const found = Array.from({ length: LEVELS }, (_, level) => {
      const kept = keptRows(parents, level);
      return ends.filter((row) => kept.has(row)).length;
    });
    expect(found).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 2, 1]);
    expect([...keptRows(Int32Array.of(-1, 0, 0), LEVELS - 1)].length).toBe(2);
  });

  it("name the nodes without edges", () => {
    expect(levelsOf(Int32Array.of(-1))).toMatchObject({ edges: 0, singles: Uint32Array.of(0) });
    expect(levelsOf(Int32Array.of(-1, 0, -1))).toMatchObject({ edges: 1, singles: Uint32Array.of(2) });
    expect(levelsOf(new Int32Array(0))).toMatchObject({ edges: 0, singles: new Uint32Array(0) });
  });

  it("are made of a million nodes in one unbranched run", () => {
    const parents = Int32Array.from({ length: 1_000_000 }, (_, row) => (row === 999_999 ? -1 : row + 1));
    expect(edgeCount(levelsOf(parents), LEVELS - 1)).toBe(Math.ceil(999_999 / 2 ** (LEVELS - 1)));
  });

  it("are not made of circles", () => {
    expect(orderFromRoots(Int32Array.of(-1, 2, 3, 1))).toBe("circle");
    expect(orderFromRoots(Int32Array.of(1, 0))).toBe("circle");
  });
});
