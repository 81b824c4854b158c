import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Patience } from "../../src/tracing-layer/edit/patience";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a late answer is told of, and its coming too", async () => {
  const told: boolean[] = [];
  const patience = new Patience(1000, (isLate) => told.push(isLate));
  const after = (ms: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
  const answers = [patience.with(after(900)), patience.with(after(3000))];
  await vi.advanceTimersByTimeAsync(2000);
  expect([told, patience.isLate]).toEqual([[true], true]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(patience.isLate).toBe(false);
  expect([told, await Promise.all(answers)]).toEqual([
    [true, false],
    [900, 3000],
  ]);
});

test("a refusal in time is none", async () => {
  const told: boolean[] = [];
  const patience = new Patience(1000, (isLate) => told.push(isLate));
  const refused = expect(patience.with(Promise.reject(new Error("no")))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(2000);
  await refused;
  expect(told).toEqual([]);
});
