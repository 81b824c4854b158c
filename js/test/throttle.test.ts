import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { throttle } from "../src/shared/throttle";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a throttled call", () => {
  it("goes at once, then at most once in an interval, and never loses the last value", () => {
    const seen: number[] = [];
    const send = throttle<number>((value) => seen.push(value), 50);
    for (const value of [1, 2, 3]) send(value);
    expect(seen).toEqual([1]);
    vi.advanceTimersByTime(50);
    expect(seen).toEqual([1, 3]);
    vi.advanceTimersByTime(200);
    expect(seen).toEqual([1, 3]);
    send(4);
    expect(seen).toEqual([1, 3, 4]);
  });

  it("forgets what waits when cancelled, and sends it when flushed", () => {
    const seen: number[] = [];
    const send = throttle<number>((value) => seen.push(value), 50);
    send(1);
    send(2);
    send.cancel();
    vi.advanceTimersByTime(100);
    send(3);
    send(4);
    send.flush();
    expect(seen).toEqual([1, 3, 4]);
  });
});
