import { expect, test, vi } from "vitest";
import { LatestReading } from "../src/shared/latest-reading";

function reading() {
  const waiting: Array<{ resolve: (answer: string) => void; reject: (error: unknown) => void }> = [];
  const host = {
    read: (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    began: vi.fn(),
    show: vi.fn(),
    failed: vi.fn(),
  };
  return { waiting, host, made: new LatestReading<string>(host) };
}

test("only the last answer is shown", async () => {
  const { waiting, host, made } = reading();
  const first = made.start();
  const second = made.start();
  await first;
  expect(made.isRunning).toBe(true);
  waiting[1]?.resolve("new");
  await second;
  expect(host.show.mock.calls).toEqual([["new"]]);
  expect([host.began.mock.calls.length, made.isRunning]).toEqual([2, false]);
});

test("a reading that fails ends", async () => {
  const { waiting, host, made } = reading();
  const only = made.start();
  waiting[0]?.reject(new Error("away"));
  await only;
  expect(host.failed).toHaveBeenCalledTimes(1);
  expect(made.isRunning).toBe(false);
});

test("changes that come meanwhile are read afterwards, all of them at once", async () => {
  const { waiting, host, made } = reading();
  made.again();
  made.again();
  made.again();
  expect(waiting.length).toBe(1);
  waiting[0]?.resolve("old");
  await vi.waitFor(() => expect(waiting.length).toBe(2));
  waiting[1]?.resolve("new");
  await vi.waitFor(() => expect(made.isRunning).toBe(false));
  expect(host.show.mock.calls).toEqual([["old"], ["new"]]);
});

test("nothing is read after the end", async () => {
  const { waiting, made } = reading();
  made.again();
  made.again();
  made.dispose();
  await vi.waitFor(() => expect(made.isRunning).toBe(false));
  expect(waiting.length).toBe(1);
});
