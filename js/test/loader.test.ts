import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ImageFailure } from "../src/shared/image/failure";
import { TileLoader } from "../src/shared/image/loader";
import type { Tile } from "../src/shared/tiles";

const tile = (col: number): Tile => ({ zoom: 0, z: 0, row: 0, col });

const seen = (...tiles: Tile[]) => ({ seen: tiles, ahead: [] });

interface Asked {
  tile: Tile;
  signal: AbortSignal;
  give(blob: Blob | null): void;
  fail(error: Error): void;
}

/** A source whose tiles the test gives. */
function source(concurrency: number) {
  const asked: Asked[] = [];
  return {
    asked,
    concurrency,
    load: (wanted: Tile, signal: AbortSignal) =>
      new Promise<Blob | null>((give, fail) => {
        asked.push({ tile: wanted, signal, give, fail });
        signal.addEventListener("abort", () => fail(signal.reason as Error));
      }),
  };
}

const bitmap = { width: 2, height: 2, close: () => {} } as unknown as ImageBitmap;
const blob = new Blob(["x"]);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the loader", () => {
  it("asks for the most urgent tiles first and for no more at once than is good", async () => {
    const from = source(2);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want(seen(tile(0), tile(1), tile(2)));
    expect(from.asked.map((request) => request.tile.col)).toEqual([0, 1]);
    from.asked[0]?.give(blob);
    await vi.waitFor(() => expect(from.asked).toHaveLength(3));
    expect(loader.state(tile(0))).toBe("ready");
    expect(loader.state(tile(2))).toBe("loading");
  });

  it("fetches ahead only when everything seen is here", async () => {
    const from = source(4);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want({ seen: [tile(0)], ahead: [tile(1)] });
    expect(from.asked.map((request) => request.tile.col)).toEqual([0]);
    from.asked[0]?.give(blob);
    await vi.waitFor(() => expect(from.asked.map((request) => request.tile.col)).toEqual([0, 1]));
  });

  it("gives up tiles that are wanted no longer", () => {
    const from = source(4);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want(seen(tile(0), tile(1)));
    loader.want(seen(tile(1), tile(2)));
    expect(from.asked.map((request) => request.signal.aborted)).toEqual([true, false, false]);
    expect(loader.stats.cancelled).toBe(1);
  });

  it("knows a place without a tile and does not ask again", async () => {
    const from = source(4);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want(seen(tile(0)));
    from.asked[0]?.give(null);
    await vi.waitFor(() => expect(loader.state(tile(0))).toBe("missing"));
    loader.want(seen(tile(0)));
    expect(from.asked).toHaveLength(1);
  });

  it("tries a failed tile again, later and later", async () => {
    const from = source(4);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want(seen(tile(0)));
    from.asked[0]?.fail(new Error("gone"));
    await vi.waitFor(() => expect(loader.state(tile(0))).toBe("failed"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(from.asked).toHaveLength(2);
    from.asked[1]?.fail(new Error("gone"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(from.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(from.asked).toHaveLength(3);
    from.asked[2]?.give(blob);
    await vi.waitFor(() => expect(loader.state(tile(0))).toBe("ready"));
  });

  it("asks for few at once while they fail, so that others get a turn, and for all again when one comes", async () => {
    const from = source(8);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    const tiles = Array.from({ length: 12 }, (_, col) => tile(col));
    loader.want(seen(...tiles));
    expect(from.asked).toHaveLength(8);
    for (const request of from.asked.slice(0, 8)) request.fail(new ImageFailure("It does not come.", 300));
    await vi.waitFor(() => expect(from.asked).toHaveLength(10));
    expect(loader.isRefused(tile(0))).toBe(true);
    expect(loader.isRefused(tile(9))).toBe(false);
    from.asked[8]?.give(blob);
    await vi.waitFor(() => expect(loader.state(tile(8))).toBe("ready"));
    await vi.advanceTimersByTimeAsync(300);
    expect(from.asked.length).toBeGreaterThanOrEqual(16);
  });

  it("tries at once when told to", async () => {
    const from = source(4);
    const loader = new TileLoader(
      from,
      () => {},
      async () => bitmap,
    );
    loader.want(seen(tile(0)));
    from.asked[0]?.fail(new Error("gone"));
    await vi.waitFor(() => expect(loader.state(tile(0))).toBe("failed"));
    expect((loader.failure([tile(0)]) as Error).message).toBe("gone");
    loader.retryNow();
    expect(from.asked).toHaveLength(2);
  });

  it("keeps no picture that comes when its view is gone, and wants none", async () => {
    const from = source(4);
    const close = vi.fn();
    let decoded: (bitmap: ImageBitmap) => void = () => {};
    const loader = new TileLoader(
      from,
      () => {},
      () => new Promise((resolve) => (decoded = resolve)),
    );
    loader.want(seen(tile(0)));
    from.asked[0]?.give(blob);
    await vi.advanceTimersByTimeAsync(1);
    loader.dispose();
    decoded({ width: 2, height: 2, close } as unknown as ImageBitmap);
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    loader.want(seen(tile(1)));
    expect([loader.cacheBytes, from.asked.length]).toEqual([0, 1]);
  });
});
