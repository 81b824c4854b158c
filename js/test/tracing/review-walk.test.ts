import { expect, test } from "vitest";
import { suppressedPlaces } from "../../src/tracing-layer/draw/paint-review";
import { beyondEnd, nextSection } from "../../src/tracing-layer/review/steps";
import { ReviewWalk } from "../../src/tracing-layer/review/walk";
import { ANYBODY, OWN, reviewed, TEAM, TWO } from "./reviews";

test("a walk goes from an end to the root, and stays at the ends", () => {
  const walk = new ReviewWalk(reviewed(TWO));
  expect([walk.segments, walk.length, walk.node, walk.place]).toEqual([2, 5, 5, [5, 50, 250]]);
  expect(walk.go(-1)).toBe(false);
  while (walk.go(1));
  expect([walk.step, walk.node]).toEqual([4, 1]);
});

test("a branch is marked in all its segments, and counted once", () => {
  const walk = new ReviewWalk(reviewed(TWO));
  walk.mark(3);
  expect([walk.left(0), walk.left(1)]).toEqual([4, 2]);
  expect(walk.counts()).toEqual({ nodes: 7, own: 1, team: 0, anybody: 1 });
  walk.unmark(3);
  expect(walk.counts()).toEqual({ nodes: 7, own: 0, team: 0, anybody: 0 });
});

test("reviews by the team count as done, those by others do not", () => {
  const flags = { 5: TEAM | ANYBODY, 4: ANYBODY, 3: OWN | ANYBODY };
  const walk = new ReviewWalk(reviewed(TWO, flags, { isOwnInTeam: true }));
  expect(walk.goToLeft(1)).toBe(true);
  expect(walk.node).toBe(4);
  walk.mark(4);
  expect(walk.goToLeft(1)).toBe(true);
  expect(walk.node).toBe(2);
  expect(walk.goToLeft(-1)).toBe(false);
  expect(walk.counts()).toEqual({ nodes: 7, own: 2, team: 2, anybody: 3 });
});

test("one resumes after the node that was reviewed last", () => {
  const walk = new ReviewWalk(reviewed(TWO, { 8: OWN | ANYBODY }, { last: 8 }));
  expect(walk.resume()).toBe(true);
  expect([walk.segment, walk.node]).toEqual([1, 7]);
});

test("where that segment is done, one resumes at the first node that is left", () => {
  const flags = { 8: OWN, 7: OWN, 3: OWN, 5: OWN };
  const walk = new ReviewWalk(reviewed(TWO, flags, { last: 8 }));
  expect(walk.resume()).toBe(true);
  expect([walk.segment, walk.node]).toEqual([0, 4]);
  for (const id of [4, 2, 1]) walk.mark(id);
  expect([walk.resume(), walk.goToNextSegment()]).toEqual([false, false]);
});

test("the next segment is one in which something is left, the present one comes last", () => {
  const walk = new ReviewWalk(reviewed([...TWO, [9, 2]], { 8: OWN, 7: OWN, 3: OWN }));
  expect(walk.goToNextSegment()).toBe(true);
  expect([walk.segment, walk.node]).toEqual([2, 9]);
  for (const id of [5, 4, 2, 1]) walk.mark(id);
  expect(walk.goToNextSegment()).toBe(true);
  expect(walk.segment).toBe(2);
});

test("a branch is found in the segment that one walks, if it is there", () => {
  const walk = new ReviewWalk(reviewed(TWO));
  expect([walk.find(3, 8), walk.segment, walk.step]).toEqual([true, 1, 2]);
  expect([walk.find(3, 99), walk.segment, walk.step]).toEqual([true, 0, 2]);
  expect([walk.find(99), walk.segment]).toEqual([false, 0]);
  expect(walk.nearby(3)).toEqual([3, 2, 1]);
});

test("every section between two nodes is looked at, but for suppressed ones", () => {
  expect(nextSection([0, 0, 0], [30, 0, 150], 50, [])).toEqual([10, 0, 50]);
  expect(nextSection([0, 0, 0], [30, 0, 150], 50, [50])).toEqual([20, 0, 100]);
  expect(nextSection([20, 0, 100], [30, 0, 150], 50, [])).toBeNull();
  expect(nextSection([0, 0, 150], [30, 0, 0], 50, [])).toEqual([10, 0, 100]);
  expect(nextSection([0, 0, 0], [30, 0, 0], 50, [])).toBeNull();
});

test("beyond an end is a section away from where the neuron comes from", () => {
  expect(
    beyondEnd(
      [1, 2, 100],
      [
        [0, 0, 100],
        [0, 0, 150],
      ],
      50,
    ),
  ).toEqual([1, 2, 50]);
  expect(beyondEnd([1, 2, 100], [[0, 0, 100]], 50)).toBeNull();
});

test("sections that reviewers skip are marked on the edge that passes them", () => {
  const about = reviewed(TWO, {}, { suppressed: new Map([[5, [225]]]) });
  expect(suppressedPlaces(about, { depth: 225, thickness: 10 })).toEqual([[4.5, 45]]);
  expect(suppressedPlaces(about, { depth: 240, thickness: 10 })).toEqual([]);
});
