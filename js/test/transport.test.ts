import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rpc } from "../src/shared/rpc";
import { DirectTransport, TileSource } from "../src/shared/tile-transport";
import type { Tile } from "../src/shared/tiles";

const JUPYTER = "http://jupyter.test/user/me/";
const DIRECT = { base_url: "http://tiles.test/s/", template: "{zoom}/{z}/{row}/{col}.jpg", ticket: "t" };
const PROXY = { ...DIRECT, base_url: "proxy/1234/s/" };
const tile = (col: number, z = 5): Tile => ({ zoom: 1, z, row: 2, col });
const wait = (): AbortSignal => new AbortController().signal;

interface Call {
  method: string;
  params: { z: number; tiles: Array<[number, number]> };
}

/** A kernel that knows some addresses and has every tile but those of column 9, and of 8, which cannot be read. */
function kernel(direct: object[], told?: (kind: string) => void) {
  const calls: Call[] = [];
  const call = async (method: string, params: Call["params"]) => {
    calls.push({ method, params });
    if (method === "tile_access") return { result: { direct }, buffers: [] };
    const ok = params.tiles.map(([, col]) => col < 8);
    const errors = params.tiles.map(([, col]) => (col === 8 ? "The disk is broken." : null));
    const buffers = ok.map((present) => new DataView(new ArrayBuffer(present ? 4 : 0)));
    return { result: { ok, errors, media_type: "image/jpeg" }, buffers };
  };
  return { calls, source: new TileSource({ call } as unknown as Rpc, JUPYTER, told) };
}

/** What the service gives for an image that its source does not give. */
const refused = (message: string, headers = {}): Response =>
  new Response(new Blob(["grey"], { type: "image/jpeg" }), {
    headers: { ...headers, "X-Image-Error": encodeURIComponent(message) },
  });
const image = (): Response => new Response(new Blob(["x"], { type: "image/jpeg" }));
const fetched = vi.fn<(url: string) => Promise<Response>>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  fetched.mockReset();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("an address", () => {
  it("is filled with the tile and its ticket", () => {
    expect(new DirectTransport(DIRECT, JUPYTER).url(tile(3))).toBe(
      "http://tiles.test/s/1/5/2/3.jpg?ticket=t",
    );
  });

  it("may be below the Jupyter server", () => {
    const transport = new DirectTransport({ ...PROXY, ticket: null }, JUPYTER);
    expect(transport.kind).toBe("proxy");
    expect(transport.url(tile(3))).toBe("http://jupyter.test/user/me/proxy/1234/s/1/5/2/3.jpg");
  });
});

describe("the source", () => {
  it("goes straight to the tiles where the browser can", async () => {
    fetched.mockImplementation(async () => image());
    const { source, calls } = kernel([DIRECT, PROXY]);
    expect((await source.load(tile(0), wait()))?.type).toBe("image/jpeg");
    expect(source.kind).toBe("direct");
    expect(calls.map(({ method }) => method)).toEqual(["tile_access"]);
  });

  it("takes the proxy when that is all it reaches", async () => {
    fetched.mockImplementation(async (url) => {
      if (url.startsWith("http://tiles.test")) throw new TypeError("refused");
      return image();
    });
    const { source } = kernel([DIRECT, PROXY]);
    await source.load(tile(0), wait());
    expect(source.kind).toBe("proxy");
  });

  it("does not take a proxy that only says not found, nor a login page, for tiles", async () => {
    fetched.mockImplementation(async (url) =>
      url.startsWith("http://tiles.test")
        ? new Response(new Blob(["<html>"], { type: "text/html" }))
        : new Response(null, { status: 404 }),
    );
    const { source } = kernel([DIRECT, PROXY]);
    expect(await source.load(tile(0), wait())).not.toBeNull();
    expect(source.kind).toBe("comm");
  });

  it("batches tiles of a section over the comm and knows those that are missing", async () => {
    fetched.mockRejectedValue(new TypeError("refused"));
    const { source, calls } = kernel([DIRECT]);
    const wanted = [tile(0), tile(9), tile(1, 6), tile(2)];
    const blobs = await Promise.all(wanted.map((each) => source.load(each, wait())));
    expect(blobs.map((blob) => blob?.size ?? null)).toEqual([4, null, 4, 4]);
    const batches = calls.filter(({ method }) => method === "tiles").map(({ params }) => params);
    expect(batches).toEqual([
      {
        zoom: 1,
        z: 5,
        tiles: [
          [2, 0],
          [2, 9],
          [2, 2],
        ],
      },
      { zoom: 1, z: 6, tiles: [[2, 1]] },
    ]);
  });

  it("gets a tile over the comm when the direct way breaks, and then looks for a way anew", async () => {
    fetched.mockImplementation(async () => image());
    const { source, calls } = kernel([DIRECT]);
    await source.load(tile(0), wait());
    fetched.mockImplementationOnce(async () => new Response(null, { status: 403 }));
    expect(await source.load(tile(1), wait())).not.toBeNull();
    await source.load(tile(2), wait());
    expect(calls.map(({ method }) => method)).toEqual(["tile_access", "tiles", "tile_access"]);
    expect(source.kind).toBe("direct");
  });

  it("takes what the service says of an image that it cannot get for its answer, and asks in no other way", async () => {
    fetched.mockImplementation(async (url) =>
      url.includes("/5.jpg") ? refused("Zürich gave no answer.", { "Retry-After": "1" }) : image(),
    );
    const { source, calls } = kernel([DIRECT]);
    await expect(source.load(tile(5), wait())).rejects.toMatchObject({
      name: "ImageFailure",
      message: "Zürich gave no answer.",
      retryMs: 1_000,
    });
    expect(source.kind).toBe("direct");
    expect(await source.load(tile(0), wait())).not.toBeNull();
    expect(calls.map(({ method }) => method)).toEqual(["tile_access"]);
  });

  it("gets the tiles beside one that cannot be had over the comm", async () => {
    fetched.mockRejectedValue(new TypeError("refused"));
    const { source } = kernel([DIRECT]);
    const found = await Promise.allSettled(
      [tile(0), tile(8), tile(9)].map((each) => source.load(each, wait())),
    );
    expect(found.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(found[1]).toMatchObject({ reason: { name: "ImageFailure", message: "The disk is broken." } });
  });

  it("looks for a faster way again, now and then, and tells each that it takes", async () => {
    vi.useFakeTimers();
    let reached = "";
    fetched.mockImplementation(async (url) => {
      if (reached && url.startsWith(reached)) return image();
      throw new TypeError("refused");
    });
    const told: string[] = [];
    const { source, calls } = kernel([DIRECT, PROXY], (kind) => told.push(kind));
    const asked = (): number => calls.filter(({ method }) => method === "tile_access").length;
    await source.load(tile(0), wait());
    await source.load(tile(1), wait());
    expect([source.kind, asked()]).toEqual(["comm", 1]);
    vi.advanceTimersByTime(10_000);
    await source.load(tile(2), wait());
    await vi.advanceTimersByTimeAsync(1);
    expect([source.kind, asked()]).toEqual(["comm", 2]);
    reached = "http://jupyter.test";
    vi.advanceTimersByTime(10_000);
    await source.load(tile(3), wait());
    expect(asked()).toBe(2);
    vi.advanceTimersByTime(10_000);
    await source.load(tile(4), wait());
    await vi.advanceTimersByTimeAsync(1);
    expect(source.kind).toBe("proxy");
    reached = "http://";
    vi.advanceTimersByTime(10_000);
    await source.load(tile(5), wait());
    await vi.advanceTimersByTimeAsync(1);
    expect(source.kind).toBe("direct");
    vi.advanceTimersByTime(1e9);
    await source.load(tile(6), wait());
    expect(asked()).toBe(4);
    expect(told).toEqual(["comm", "proxy", "direct"]);
  });
});
