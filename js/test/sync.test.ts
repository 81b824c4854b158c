import type { AnyModel } from "@anywidget/types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Camera } from "../src/stack-viewer/camera";
import type { ViewerState } from "../src/stack-viewer/state";
import { syncCamera } from "../src/stack-viewer/sync";
import { STACK } from "./stack";

/** Like a widget's model: each trait that is set reports its change before the next one is set. */
class Model {
  private readonly traits = new Map<string, unknown>();
  private readonly listeners = new Map<string, Set<() => void>>();
  readonly save_changes = vi.fn();
  readonly get = (name: string): unknown => this.traits.get(name) ?? null;
  readonly set = (name: string, value: unknown): void => {
    if (JSON.stringify(this.get(name)) === JSON.stringify(value)) return;
    this.traits.set(name, value);
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  };
  readonly on = (event: string, listener: () => void): void => {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  };
  readonly off = (event: string, listener: () => void): void => {
    this.listeners.get(event)?.delete(listener);
  };
}

function bench(views: number) {
  const model = new Model();
  const size = { width: 800, height: 500, dpr: 1 };
  const cameras = Array.from({ length: views }, () => new Camera(STACK, [2000, 1400, 800], 4, size));
  const looks = cameras.map((camera) => {
    const seen: Array<[x: number, nmPerPixel: number]> = [];
    camera.onChange(({ center, nmPerPixel }) => seen.push([center[0], nmPerPixel]));
    return seen;
  });
  const stops = cameras.map((camera) => syncCamera(model as unknown as AnyModel<ViewerState>, camera));
  return { model, cameras, looks, stops };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("position and zoom that change together", () => {
  it("are never seen one without the other", async () => {
    const { cameras, looks } = bench(2);
    cameras[0]?.look([2100, 1400, 800], 2);
    await vi.advanceTimersByTimeAsync(200);
    expect(looks).toEqual([[[2100, 2]], [[2100, 2]]]);
  });

  it("stay as they are when they change one after the other at once", async () => {
    const { model, cameras } = bench(2);
    cameras[0]?.look([2100, 1400, 800], 4);
    cameras[0]?.look([2100, 1400, 800], 2);
    await vi.advanceTimersByTimeAsync(200);
    expect(cameras.map(({ view }) => view.nmPerPixel)).toEqual([2, 2]);
    expect(model.get("nm_per_pixel")).toBe(2);
  });

  it("are sent with the program's change that the page knows", async () => {
    const { model, cameras } = bench(1);
    model.set("_program_changes", 3);
    cameras[0]?.look([2100, 1400, 800], 2);
    await vi.advanceTimersByTimeAsync(200);
    expect(model.get("_known_changes")).toBe(3);
  });

  it("are told again where a program has set a place before it heard how much fits", async () => {
    const { model, cameras } = bench(1);
    cameras[0]?.look([2100, 1400, 800], 2);
    await vi.advanceTimersByTimeAsync(200);
    model.set("position", [2300, 1400, 800]);
    model.set("nm_per_pixel", null);
    await vi.advanceTimersByTimeAsync(200);
    expect(model.get("nm_per_pixel")).toBe(2);
    expect(cameras[0]?.view.center[0]).toBe(2300);
  });

  it("come from the kernel as one move", async () => {
    const { model, looks } = bench(1);
    model.set("position", [2300, 1400, 800]);
    model.set("nm_per_pixel", 8);
    await vi.advanceTimersByTimeAsync(200);
    expect(looks[0]).toEqual([[2300, 8]]);
  });
});

it("a view that is gone neither follows nor leads", async () => {
  const { model, cameras, looks, stops } = bench(1);
  model.set("position", [2300, 1400, 800]);
  stops[0]?.();
  await vi.advanceTimersByTimeAsync(200);
  expect(looks[0]).toEqual([]);
  cameras[0]?.moveTo([1, 2, 3]);
  await vi.advanceTimersByTimeAsync(200);
  expect(model.get("position")).toEqual([2300, 1400, 800]);
});
