import { expect, test } from "vitest";
import type { LayerHost, Point, View } from "../../src/shared/layer";
import type { Kernel } from "../../src/tracing-layer/data/kernel";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import type { Edit } from "../../src/tracing-layer/edit/edit";
import type { EditQueue } from "../../src/tracing-layer/edit/queue";
import { marked, reviewTreenodes } from "../../src/tracing-layer/edit/reviews";
import { Review } from "../../src/tracing-layer/review/review";
import type { ReviewSegments } from "../../src/tracing-layer/review/walk";
import { OWN, reviewed, TWO } from "./reviews";

/** The review of skeleton 100, of which the service says what is `given`. */
function bench(given: ReviewSegments, { isReadOnly = false, broken = [] as number[] } = {}) {
  const state = {
    given,
    active: { kind: "treenode", id: 1 } as Active | null,
    skeleton: 100 as number | null,
    asked: [] as Array<[number, number | null, number[]]>,
    visited: [] as Point[],
    said: [] as string[],
    marks: [] as number[],
  };
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
  const kernel: Pick<Kernel, "review"> = {
    review: (...order) => {
      state.asked.push(order);
      return Promise.resolve(state.given);
    },
  };
  const host = {
    moveTo: (point: Point) => state.visited.push(point),
    notify: (_: string, text: string) => state.said.push(text),
    view: () => ({ sectionThickness: 50 }) as View,
    brokenDepths: () => broken,
  } as unknown as LayerHost;
  const queue = {
    add: (edit: Edit) => state.marks.push(...marked(edit.values)),
  } as unknown as EditQueue;
  const review = new Review({
    kernel,
    queue,
    selection,
    host: () => host,
    isReadOnly: () => isReadOnly,
    changed: () => {},
  });
  return { review, state };
}

test("the first key begins at an end, the next ones mark what is left behind", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  expect([state.active, state.marks]).toEqual([{ kind: "treenode", id: 5 }, []]);
  await review.go(1);
  await review.go(1);
  expect([state.active?.id, state.marks]).toEqual([3, [5, 4]]);
  await review.go(-1);
  expect([state.active?.id, state.marks]).toEqual([4, [5, 4, 3]]);
  expect(state.visited.at(-1)).toEqual([4, 40, 200]);
});

test("sections between nodes are looked at, and mark nothing", async () => {
  const { review, state } = bench(reviewed([[9, 6]]));
  await review.go(1);
  await review.go(1);
  expect(state.active).toEqual({ kind: "virtual", id: 9, parent: 6, at: [8, 80, 400] });
  expect(state.marks).toEqual([9]);
  await review.go(1);
  await review.go(-1);
  expect(state.active).toMatchObject({ kind: "virtual", at: [8, 80, 400] });
  for (let step = 0; step < 2; step++) await review.go(1);
  expect([state.active, state.marks]).toEqual([{ kind: "treenode", id: 6 }, [9]]);
});

test("sections that cannot be seen are passed over", async () => {
  const { review, state } = bench(reviewed([[9, 6]]), { broken: [400] });
  await review.go(1);
  await review.go(1);
  expect(state.active).toEqual({ kind: "virtual", id: 9, parent: 6, at: [7, 70, 350] });
});

test("the end of a segment is said, and E goes to the next", async () => {
  const { review, state } = bench(reviewed(TWO, { 5: OWN, 4: OWN, 3: OWN, 2: OWN }));
  await review.go(1);
  expect(state.active?.id).toBe(1);
  await review.go(1);
  expect(state.said).toEqual(["Segment 1 of 2 is reviewed. E goes to the next one."]);
  await review.goToNextSegment();
  expect(state.active?.id).toBe(8);
  await review.go(1, true);
  await review.go(1, true);
  expect(state.said.at(-1)).toBe("All 2 segments of “PN 17” are reviewed.");
  await expect(review.goToNextSegment()).rejects.toThrow("All 2 segments");
  expect(state.marks).toEqual([1, 8, 7]);
});

test("what was passed over is said at the end", async () => {
  const { review, state } = bench(reviewed([[5, 4, 3]]));
  await review.go(1);
  review.walk?.find(3);
  state.active = { kind: "treenode", id: 3 };
  await review.go(1);
  expect(state.said).toEqual([
    "Segment 1 of 1 ends here; of the others, 2 nodes are not reviewed yet: Shift Q goes back to them.",
  ]);
  await review.go(-1, true);
  expect(state.active?.id).toBe(4);
});

test("beyond an end one looks a section further, and comes back", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  await review.go(-1);
  expect(state.visited.at(-1)).toEqual([5, 50, 300]);
  await review.go(1);
  expect([state.visited.at(-1), state.active?.id, state.marks]).toEqual([[5, 50, 250], 5, [5]]);
});

test("who went elsewhere comes back by W, and reviews what is active by E", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  state.active = { kind: "treenode", id: 77 };
  await review.go(1);
  expect([state.active?.id, state.marks]).toEqual([5, []]);
  expect(state.said.at(-1)).toContain("Back to the review of “PN 17”");
  state.active = { kind: "treenode", id: 77 };
  state.skeleton = 200;
  await review.goToNextSegment();
  expect(state.asked.at(-1)).toEqual([200, null, []]);
});

test("a part is reviewed from the active node outward", async () => {
  const { review, state } = bench(reviewed([[5, 4, 3]], {}, { root: 3 }));
  state.active = { kind: "treenode", id: 3 };
  await review.beginSubarbor();
  expect(state.asked).toEqual([[100, 3, []]]);
  state.active = null;
  await expect(review.beginSubarbor()).rejects.toThrow("Select a node");
});

test("who may only look is told, and marks nothing", async () => {
  for (const one of [
    bench(reviewed(TWO), { isReadOnly: true }),
    bench(reviewed(TWO, {}, { mayMark: false })),
  ]) {
    await one.review.go(1);
    await one.review.go(1);
    expect([one.state.active?.id, one.state.marks]).toEqual([4, []]);
    expect(one.state.said[0]).toContain("may not mark");
  }
});

test("a node that is deleted meanwhile loses neither the place nor marks on their way", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  await review.go(1);
  state.given = reviewed([
    [5, 3, 2, 1],
    [8, 7, 3],
  ]);
  await review.renew();
  expect(state.asked.at(-1)).toEqual([100, null, [4, 3, 2, 1, 5]]);
  expect([state.active?.id, review.walk?.isDone(5)]).toEqual([3, true]);
  expect(state.said).toEqual(["The node under review is gone: the review goes on beside it."]);
});

test("after a join the review goes on in the other neuron, after a deletion it ends", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  state.given = reviewed(TWO, {}, { skeleton: 300, name: "KC 3" });
  await review.renew();
  expect(review.walk?.about.skeleton).toBe(300);
  expect(state.said).toEqual(["“PN 17” changed: the review goes on in “KC 3”."]);
  state.given = reviewed([]);
  await review.renew();
  expect([review.walk, state.said.length]).toEqual([null, 2]);
});

test("marks that were refused are none, and can be made again", async () => {
  const { review, state } = bench(reviewed(TWO));
  await review.go(1);
  await review.go(1);
  review.marks.refused([reviewTreenodes([5])], review.walk);
  expect(review.walk?.isDone(5)).toBe(false);
  await review.go(-1);
  await review.go(1);
  expect(state.marks).toEqual([5, 4, 5]);
});
