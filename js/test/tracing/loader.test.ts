import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { View } from "../../src/shared/layer";
import { RpcError } from "../../src/shared/rpc";
import { type Box, Loader } from "../../src/tracing-layer/data/loader";
import { settle } from "./fixtures";

function viewAt(x: number, z: number, nmPerPixel = 10): View {
  const [width, height] = [100, 100];
  return {
    plane: "xy",
    center: [x, 0, z],
    nmPerPixel,
    width,
    height,
    dpr: 1,
    section: z / 50,
    sectionDepth: z,
    sectionThickness: 50,
    toScreen: (px, py) => [width / 2 + (px - x) / nmPerPixel, height / 2 + py / nmPerPixel],
    toProject: (px, py) => [x + (px - width / 2) * nmPerPixel, (py - height / 2) * nmPerPixel],
  };
}

interface Request {
  box: Box;
  signal: AbortSignal;
  resolve(answer: string): void;
  reject(error: unknown): void;
}

function bench(partial = false): {
  loader: Loader<string>;
  requests: Request[];
  loaded: string[];
  failed: unknown[];
} {
  const requests: Request[] = [];
  const loaded: string[] = [];
  const failed: unknown[] = [];
  const loader = new Loader<string>({
    fetch: (box, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        requests.push({ box, signal, resolve, reject });
      }),
    isPartial: () => partial,
    asked: () => 0,
    loaded: (answer) => loaded.push(answer),
    failed: (error) => failed.push(error),
  });
  return { loader, requests, loaded, failed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what is asked for", () => {
  test("is the view and some more on all sides", () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    expect(requests[0]?.box).toEqual({ left: -800, right: 800, top: -800, bottom: 800, z1: 225, z2: 775 });
  });

  test("is nothing while the view stays within it", async () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    requests[0]?.resolve("a");
    await settle();
    loader.viewChanged(viewAt(250, 600), 2);
    loader.viewChanged(viewAt(0, 500, 5), 2);
    expect(requests.length).toBe(1);
    loader.viewChanged(viewAt(400, 500), 2);
    expect(requests.length).toBe(2);
  });

  test("is a closer look where the last answer was cut short", async () => {
    const { loader, requests } = bench(true);
    loader.viewChanged(viewAt(0, 500), 2);
    requests[0]?.resolve("a");
    await settle();
    loader.viewChanged(viewAt(0, 500, 4), 2);
    expect(requests.length).toBe(2);
  });
});

describe("a place", () => {
  test("waits for its reading, and for that which takes its place", async () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    const told: boolean[] = [];
    void loader.reads([0, 0, 500]).then((isHere) => told.push(isHere));
    loader.viewChanged(viewAt(0, 800), 2);
    await settle();
    expect([told, loader.has([0, 0, 700])]).toEqual([[], false]);
    void loader.reads([0, 0, 700]).then((isHere) => told.push(isHere));
    requests[1]?.resolve("a");
    await settle();
    // The first is not around the view that the person went to.
    expect([told, loader.has([0, 0, 700])]).toEqual([[false, true], true]);
  });

  test("is not waited for any longer when it cannot be read", async () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    const reading = loader.reads([0, 0, 500]);
    requests[0]?.reject(new Error("no"));
    expect(await reading).toBe(true);
  });
});

describe("moving on while a request is under way", () => {
  test("waits for it where it covers the new view", () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    loader.viewChanged(viewAt(100, 500), 2);
    expect(requests.length).toBe(1);
  });

  test("cancels it where it does not, and its answer is dropped", async () => {
    const { loader, requests, loaded, failed } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    loader.viewChanged(viewAt(5000, 500), 2);
    expect(requests[0]?.signal.aborted).toBe(true);
    requests[0]?.resolve("old");
    requests[1]?.resolve("new");
    await settle();
    expect([loaded, failed]).toEqual([["new"], []]);
  });
});

describe("news", () => {
  test("in a burst causes one reading at once and one afterwards", async () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    requests[0]?.resolve("a");
    await settle();
    for (let count = 0; count < 10; count++) loader.news();
    expect(requests.length).toBe(2);
    requests[1]?.resolve("b");
    await vi.advanceTimersByTimeAsync(2000);
    expect(requests.length).toBe(3);
  });

  test("during a reading causes another one after it", async () => {
    const { loader, requests } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    let fresh = false;
    void loader.refresh().then(() => {
      fresh = true;
    });
    requests[0]?.resolve("old");
    await settle();
    expect([fresh, requests.length]).toEqual([false, 2]);
    requests[1]?.resolve("new");
    await settle();
    expect(fresh).toBe(true);
  });
});

test("an absent service is asked again until it answers", async () => {
  const { loader, requests, loaded, failed } = bench();
  loader.viewChanged(viewAt(0, 500), 2);
  requests[0]?.reject(new RpcError("unreachable", "gone"));
  await settle();
  expect(failed.length).toBe(1);
  await vi.advanceTimersByTimeAsync(600);
  requests[1]?.resolve("back");
  await settle();
  expect(loaded).toEqual(["back"]);
});

test("nothing is read while nobody looks", async () => {
  const { loader, requests } = bench();
  loader.viewChanged(viewAt(0, 500), 2);
  loader.pause();
  loader.news();
  await loader.refresh();
  expect(requests.length).toBe(1);
});

describe("an answer that is of no use", () => {
  test("is not asked for again until the view changes", async () => {
    const { loader, requests, failed } = bench();
    loader.viewChanged(viewAt(0, 500), 2);
    requests[0]?.reject(new RpcError("not_allowed", "no"));
    await settle();
    expect([requests.length, failed.length]).toEqual([1, 1]);
    loader.viewChanged(viewAt(1, 500), 2);
    expect(requests).toHaveLength(2);
  });

  test("is a failure also when it cannot be read", async () => {
    const { loader, requests, loaded, failed } = bench();
    loaded.push = () => {
      throw new Error("unknown dtype");
    };
    loader.viewChanged(viewAt(0, 500), 2);
    requests[0]?.resolve("garbage");
    await settle();
    expect([requests.length, failed.length]).toEqual([1, 1]);
  });
});

test("what changed reaches what is read, or was, and nothing else", async () => {
  const { loader, requests } = bench();
  expect(
    loader.reaches([
      [0, 0, 0],
      [1, 1, 1000],
    ]),
  ).toBe(false);
  loader.viewChanged(viewAt(0, 500), 2);
  const reaches = (x: number, z: number): boolean =>
    loader.reaches([
      [x, 0, z],
      [x + 10, 0, z],
    ]);
  expect(reaches(0, 500)).toBe(true);
  requests[0]?.resolve("all");
  await settle();
  expect(reaches(-810, 500)).toBe(true);
  expect(reaches(-811, 500)).toBe(false);
  expect(reaches(0, 775)).toBe(true);
  expect(reaches(0, 776)).toBe(false);
});
