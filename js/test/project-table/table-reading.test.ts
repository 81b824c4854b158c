import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TableContent } from "../../src/project-table/state";
import { type Arrangement, TableReading } from "../../src/project-table/table-reading";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Question {
  /** Method and column by which rows are sorted. */
  asked: string;
  signal: AbortSignal;
  answer(): void;
  fail(): void;
}

/** A table that is cut, sorted by a column. */
function table() {
  let sort: Arrangement["sort"] = ["A", false];
  const questions: Question[] = [];
  const shown: string[] = [];
  const failed = vi.fn();
  const reading = new TableReading({
    arrangement: () => ({ sort, filters: {} }),
    ask: (method, { sort: [name] }, signal) =>
      new Promise((resolve, reject) => {
        const asked = `${method} by ${name}`;
        const content: TableContent = { shown: [], notes: [asked], values: {}, total: 9 };
        questions.push({
          asked,
          signal,
          answer: () => resolve(content),
          fail: () => reject(new Error("away")),
        });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    began: () => {},
    show: ({ notes: [asked = ""] }) => {
      shown.push(asked);
      // As the view does when it has shown rows.
      reading.arrange();
    },
    failed,
  });
  const sortBy = async (name: string): Promise<void> => {
    sort = [name, false];
    reading.arrange();
    await vi.advanceTimersByTimeAsync(1000);
  };
  const settle = async (at: number, how: "answer" | "fail" = "answer"): Promise<void> => {
    questions[at]?.[how]();
    await vi.advanceTimersByTimeAsync(1000);
  };
  const asked = (): string[] => questions.map((one) => one.asked);
  return { reading, questions, asked, shown, failed, sortBy, settle };
}

test("rows that come late in an old order are asked for again in the new one", async () => {
  const { reading, asked, shown, sortBy, settle } = table();
  reading.again();
  await settle(0);
  reading.again();
  await sortBy("B");
  await settle(2);
  await settle(1);
  expect(shown).toEqual(["rows by A", "arranged by B", "rows by A"]);
  await settle(3);
  expect(asked()).toEqual(["rows by A", "rows by A", "arranged by B", "arranged by B"]);
  expect([shown.at(-1), reading.isRunning]).toEqual(["arranged by B", false]);
});

test("rows that are on their way in the order that is wanted are not asked for again", async () => {
  const { reading, asked, shown, sortBy, settle } = table();
  reading.again();
  await sortBy("B");
  await settle(0);
  await settle(1);
  expect(asked()).toEqual(["rows by A", "arranged by B"]);
  expect(shown).toEqual(["rows by A", "arranged by B"]);
});

test("an order that could not be had is asked for again, and one that is wanted no more is given up", async () => {
  const { reading, questions, asked, shown, failed, sortBy, settle } = table();
  reading.again();
  await settle(0);
  await sortBy("B");
  await settle(1, "fail");
  expect(failed).toHaveBeenCalledOnce();
  await sortBy("B");
  await sortBy("A");
  expect(questions[2]?.signal.aborted).toBe(true);
  await settle(3);
  expect(asked().slice(1)).toEqual(["arranged by B", "arranged by B", "arranged by A"]);
  expect(shown).toEqual(["rows by A", "arranged by A"]);
  reading.dispose();
});
