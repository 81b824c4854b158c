import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Moving } from "../../src/viewer3d/camera/moving";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("draws everything at rest, and less while it moves slowly", () => {
  const rested = vi.fn();
  const moving = new Moving(rested);
  expect(moving.edges).toBe(Number.POSITIVE_INFINITY);
  moving.moved();
  const first = moving.edges;
  moving.frame(300);
  expect(moving.edges).toBeLessThan(first);
  const slow = moving.edges;
  moving.frame(10);
  expect(moving.edges).toBeGreaterThan(slow);
  vi.advanceTimersByTime(1_000);
  expect(rested).not.toHaveBeenCalled();
  moving.drawn();
  vi.advanceTimersByTime(1_000);
  expect(rested).toHaveBeenCalledOnce();
  expect(moving.edges).toBe(Number.POSITIVE_INFINITY);
});

it("moves at once with few edges where a picture at rest was slow", () => {
  const moving = new Moving(() => {});
  moving.frame(2_000, 150_000);
  moving.moved();
  expect(moving.edges).toBeLessThanOrEqual(30_000);
  moving.frame(1_000);
  expect(moving.edges).toBe(20_000);
});

it("keeps the edges of a moving view where pictures at rest are fast", () => {
  const moving = new Moving(() => {});
  moving.moved();
  const before = moving.edges;
  moving.frame(5, 100);
  expect(moving.edges).toBe(before);
});

it("does not rest while the pointer holds it", () => {
  const rested = vi.fn();
  const moving = new Moving(rested);
  moving.hold(true);
  moving.moved();
  moving.drawn();
  vi.advanceTimersByTime(5_000);
  expect(moving.isMoving).toBe(true);
  expect(rested).not.toHaveBeenCalled();
  moving.hold(false);
  expect(moving.isMoving).toBe(false);
  expect(rested).toHaveBeenCalledOnce();
});

it("does not rest between slow frames", () => {
  const rested = vi.fn();
  const moving = new Moving(rested);
  moving.moved();
  moving.frame(600);
  vi.advanceTimersByTime(200);
  moving.drawn();
  vi.advanceTimersByTime(1_100);
  expect(rested).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(rested).toHaveBeenCalledOnce();
  moving.drawn();
  vi.advanceTimersByTime(5_000);
  expect(rested).toHaveBeenCalledOnce();
});
