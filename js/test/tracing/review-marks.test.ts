import { expect, test } from "vitest";
import { KernelSilent } from "../../src/shared/rpc";
import type { Answer } from "../../src/tracing-layer/edit/edit";
import * as edits from "../../src/tracing-layer/edit/edits";
import { readKept, writeKept } from "../../src/tracing-layer/edit/kept";
import { EditQueue, type EditRequest } from "../../src/tracing-layer/edit/queue";
import { settle, twoSkeletons } from "./fixtures";

/** A queue whose service answers, or fails, when the test says so. */
function bench() {
  const sent: EditRequest[] = [];
  const waiting: Array<{ resolve(answer: Answer): void; reject(reason: unknown): void }> = [];
  let keys = 0;
  const queue: EditQueue = new EditQueue(
    {
      send: (request) => {
        sent.push(request);
        return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      },
      reload: () => Promise.resolve(),
      added: () => {},
      changed: () => {},
      confirmed: () => {},
      refused: () => {},
      pendingChanged: () => {},
      halted: () => {},
    },
    () => `key ${++keys}`,
  );
  queue.rebase(twoSkeletons(), 0);
  const answer = async (treenode_ids: number[]): Promise<void> => {
    waiting.shift()?.resolve({ reviewer_id: 1, review_time: "2026-03-01T12:00:00Z", treenode_ids });
    await settle();
  };
  const fail = async (reason: unknown): Promise<void> => {
    waiting.shift()?.reject(reason);
    await settle();
  };
  const mark = (...nodes: number[]): void => queue.add(edits.reviewTreenodes(nodes));
  const marked = (): unknown[] => sent.map(({ args }) => args.treenode_ids);
  return { queue, sent, answer, fail, mark, marked };
}

test("marks that wait are written in one, in the order in which they were made", async () => {
  const { queue, answer, mark, marked, sent } = bench();
  for (const node of [1, 2, 3, 2]) mark(node);
  expect([queue.length, marked()]).toEqual([2, [[1]]]);
  await answer([1]);
  mark(10);
  expect(marked()).toEqual([[1], [2, 3]]);
  await answer([2, 3]);
  expect(marked()).toEqual([[1], [2, 3], [10]]);
  expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  await answer([10]);
  expect(queue.length).toBe(0);
});

test("other edits between them keep their order", async () => {
  const { queue, answer, mark, marked } = bench();
  mark(1);
  mark(2);
  queue.add(edits.setConfidence(queue.graph, 2, 3));
  mark(3);
  expect(queue.kept().map(({ op }) => op)).toEqual([
    "review_treenodes",
    "review_treenodes",
    "set_confidence",
    "review_treenodes",
  ]);
  await answer([1]);
  expect(marked()).toEqual([[1], [2]]);
});

test("marks that no service answered are kept, and those that may have been sent stay as they are", async () => {
  const first = bench();
  for (const node of [1, 2, 3]) first.mark(node);
  const stored = writeKept(first.queue.kept());
  await first.fail(new KernelSilent());
  const second = bench();
  second.queue.take(readKept(stored));
  second.mark(10);
  expect(second.queue.kept().map(({ key, values }) => [key, values])).toEqual([
    ["key 1", { nodes: [1] }],
    ["key 2", { nodes: [2, 3] }],
    ["key 1", { nodes: [10] }],
  ]);
  await second.answer([1]);
  await second.answer([2, 3]);
  await second.answer([10]);
  expect(second.marked()).toEqual([[1], [2, 3], [10]]);
});

test("not more than a thousand are written at once", () => {
  const { queue, mark } = bench();
  mark(1);
  mark(...Array.from({ length: 999 }, (_, at) => at + 10));
  mark(5);
  mark(6);
  expect(queue.kept().map(({ values }) => (values as { nodes: number[] }).nodes.length)).toEqual([
    1, 1000, 1,
  ]);
});
