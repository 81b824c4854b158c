import { describe, expect, it } from "vitest";
import { LruCache } from "../src/shared/lru";

describe("the cache", () => {
  it("forgets what was used longest ago when it is full", () => {
    const gone: string[] = [];
    const cache = new LruCache<string>(30, (value) => gone.push(value));
    for (const key of ["a", "b", "c"]) cache.set(key, key, 10);
    cache.get("a");
    cache.set("d", "d", 10);
    expect(gone).toEqual(["b"]);
    expect(cache.size).toBe(30);
  });

  it("keeps a value larger than itself until the next one comes", () => {
    const cache = new LruCache<string>(10);
    cache.set("big", "big", 100);
    expect(cache.get("big")).toBe("big");
    cache.set("small", "small", 1);
    expect(cache.has("big")).toBe(false);
    expect(cache.size).toBe(1);
  });

  it("disposes of a value that another replaces, and of all when cleared", () => {
    const gone: number[] = [];
    const cache = new LruCache<number>(100, (value) => gone.push(value));
    cache.set("a", 1, 10);
    cache.set("a", 2, 20);
    expect(gone).toEqual([1]);
    cache.clear();
    expect(gone).toEqual([1, 2]);
    expect([cache.size, cache.count]).toEqual([0, 0]);
  });
});
