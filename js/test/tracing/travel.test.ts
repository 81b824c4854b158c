import { expect, test } from "vitest";
import type { LayerHost, Point } from "../../src/shared/layer";
import type { Kernel, Neighbour } from "../../src/tracing-layer/data/kernel";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import { Travel } from "../../src/tracing-layer/input/travel";
import { twoSkeletons } from "./fixtures";

/** Travel from treenode 2 of skeleton 100, whose open ends are those given. */
function bench(ends: number[]) {
  const asked: Array<[number, number, boolean]> = [];
  const visited: Point[] = [];
  const state = { active: { kind: "treenode", id: 2 } as Active | null, skeleton: 100 as number | null };
  const selection = {
    get active() {
      return state.active;
    },
    get skeleton() {
      return state.skeleton;
    },
    select: (active: Active | null) => {
      state.active = active;
    },
  } as unknown as Selection;
  const kernel = {
    openEnds: (...given: [number, number, boolean]): Promise<Neighbour[]> => {
      asked.push(given);
      return Promise.resolve(ends.map((id) => ({ treenode_id: id, x: id, y: 0, z: 0 })));
    },
  } as unknown as Kernel;
  const host = { moveTo: (point: Point) => visited.push(point) } as unknown as LayerHost;
  const graph = twoSkeletons();
  const travel = new Travel({ graph: () => graph, selection, kernel, host: () => host, place: "here" });
  return { travel, state, asked, visited };
}

test("one goes through open ends, and begins again after the last", async () => {
  const { travel, state, asked, visited } = bench([3, 1]);
  for (const which of ["nearest", "next", "next"] as const) await travel.toOpenEnd(which);
  expect(visited.map(([x]) => x)).toEqual([3, 1, 3]);
  expect(state.active).toEqual({ kind: "treenode", id: 3 });
  expect(asked).toEqual([[2, 100, false]]);
});

test("the one where one is already is passed over", async () => {
  const { travel, visited } = bench([2, 3]);
  await travel.toOpenEnd("newest");
  expect(visited).toEqual([[3, 0, 0]]);
});

test("the ends of another skeleton are asked for anew", async () => {
  const { travel, state, asked } = bench([3]);
  await travel.toOpenEnd("next");
  state.skeleton = 200;
  state.active = { kind: "treenode", id: 11 };
  await travel.toOpenEnd("next");
  expect(asked).toEqual([
    [2, 100, false],
    [11, 200, false],
  ]);
});

test("it is said where there are none, and where nothing is active", async () => {
  const { travel, state } = bench([]);
  await expect(travel.toOpenEnd("nearest")).rejects.toThrow("no open ends");
  state.active = null;
  await expect(travel.toOpenEnd("nearest")).rejects.toThrow("Select a treenode");
});

test("who went elsewhere meanwhile stays there", async () => {
  const { travel, state, visited } = bench([3]);
  const going = travel.toOpenEnd("nearest");
  state.active = { kind: "treenode", id: 1 };
  await going;
  expect([state.active.id, visited]).toEqual([1, []]);
});
