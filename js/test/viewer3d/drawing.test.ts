import type { AnyModel } from "@anywidget/types";
import {
  type Fog,
  type InstancedBufferGeometry,
  type InstancedMesh,
  Matrix4,
  type Mesh,
  PerspectiveCamera,
  Sphere,
  Vector3,
} from "three";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { byRows } from "../../src/shared/columns";
import { hexOf, PALETTE } from "../../src/shared/selection/delta";
import { Arrivals, LaterWork } from "../../src/viewer3d/arrivals";
import { isSphere } from "../../src/viewer3d/exports/spheres";
import { placedLabels } from "../../src/viewer3d/helpers/placed-labels";
import { NeuronLines } from "../../src/viewer3d/neurons/neuron-lines";
import { MOST_WIDE } from "../../src/viewer3d/neurons/wide-lines";
import { isBright } from "../../src/viewer3d/theme";
import { Balls } from "../../src/viewer3d/things/balls";
import { withLeast } from "../../src/viewer3d/things/neuron-radii";
import { NeuronReader } from "../../src/viewer3d/things/neuron-reader";
import { colorsOfPartners } from "../../src/viewer3d/things/partner-colors";
import { fogRange, SceneFog, type SceneFogState } from "../../src/viewer3d/things/scene-fog";
import { neuronOf, randomArbor } from "./arbors";

function view() {
  const camera = new PerspectiveCamera(45, 4 / 3, 1, 1e7);
  camera.position.set(5e4, 5e4, -3e5);
  camera.lookAt(5e4, 5e4, 5e4);
  camera.updateMatrixWorld();
  return { camera, size: { width: 800, height: 600 } };
}

function wideOf(lines: NeuronLines): InstancedBufferGeometry | null {
  const mesh = lines.object.getObjectByName("selected neurons") as Mesh | undefined;
  return mesh?.visible ? (mesh.geometry as InstancedBufferGeometry) : null;
}

describe("wide lines", () => {
  it("are those of the selected neurons that are visible, wherever they are", () => {
    const lines = new NeuronLines();
    lines.put([1, 2].map((id) => neuronOf(randomArbor(id, 40))));
    lines.chooseLevel(Infinity, view());
    expect(wideOf(lines)).toBeNull();
    lines.setSelected([2, 3]);
    lines.chooseLevel(Infinity, view());
    const before = wideOf(lines)?.instanceCount ?? 0;
    expect(before).toBeGreaterThan(0);
    lines.put([neuronOf(randomArbor(3, 60))]);
    lines.chooseLevel(Infinity, view());
    expect(wideOf(lines)?.instanceCount).toBeGreaterThan(before);
    lines.setVisible([2, 3], false);
    lines.chooseLevel(Infinity, view());
    expect(wideOf(lines)).toBeNull();
    lines.setVisible([2, 3], true);
    lines.setSelected([]);
    lines.chooseLevel(Infinity, view());
    expect(wideOf(lines)).toBeNull();
  });

  it("have the ends of their edges, and the tags of the nodes there", () => {
    const lines = new NeuronLines();
    lines.put([
      neuronOf({
        skeletonId: 7,
        positions: [
          [1, 2, 3],
          [4e4, 5, 6],
        ],
        parents: [-1, 0],
      }),
    ]);
    lines.setSelected([7]);
    lines.chooseAll(view());
    const { from, to, tags } = wideOf(lines)?.attributes ?? {};
    expect([from?.array, to?.array, tags?.array].map((one) => Array.from(one ?? []))).toEqual([
      [1, 2, 3],
      [4e4, 5, 6],
      [0, 0],
    ]);
    lines.shade(7, Uint8Array.of(1, 2));
    lines.chooseAll(view());
    expect(Array.from(wideOf(lines)?.attributes.tags?.array ?? [])).toEqual([2 ** 24, 2 * 2 ** 24]);
  });

  it("stand between fewer nodes when there are too many, and wait until the view rests", () => {
    const lines = new NeuronLines();
    const arbor = neuronOf(randomArbor(1, 40_000));
    const ids = [1, 2, 3, 4];
    lines.put(ids.map((skeletonId) => ({ ...arbor, skeletonId })));
    lines.setSelected(ids);
    lines.chooseAll();
    lines.chooseAll({ ...view(), size: { width: 80_000, height: 60_000 } });
    const count = wideOf(lines)?.instanceCount ?? 0;
    expect(count).toBeGreaterThan(MOST_WIDE / 4);
    expect(count).toBeLessThanOrEqual(MOST_WIDE);
    lines.chooseLevel(count, view());
    expect(wideOf(lines)).toBeNull();
    lines.chooseLevel(8 * count, view());
    expect(wideOf(lines)?.instanceCount).toBe(count);
  });
});

it("radii come of those that have any, and others get what is given for them", () => {
  const found = byRows([3, 1], [2, 1], Float32Array.of(5, -1, 7));
  expect([...found]).toEqual([
    [3, Float32Array.of(5, -1)],
    [1, Float32Array.of(7)],
  ]);
  expect(withLeast(found.get(3), 2, 0)).toEqual(Float32Array.of(5, -1));
  expect(withLeast(found.get(3), 2, 4)).toEqual(Float32Array.of(5, 4));
  expect(withLeast(undefined, 2, 0)).toBeNull();
  expect(withLeast(undefined, 2, 4)).toEqual(Float32Array.of(4, 4));
});

describe("partners", () => {
  it("have the selection's colours, or others in turn, and are named by their number of links", () => {
    const colors = colorsOfPartners([5, 5, 6, -1, 7, 7, 7], (id) => (id === 6 ? PALETTE[0] : undefined));
    expect(colors.named).toEqual([7, 5, 6]);
    const known = hexOf(PALETTE[0] ?? 0);
    expect(colors.colorOf(6)).toBe(known);
    const used = [5, 6, 7, -1].map((id) => colors.colorOf(id));
    expect(new Set(used).size).toBe(4);
    expect(colors.swatches((id) => `n${id}`).map(({ name, count }) => [name, count])).toEqual([
      ["n7", 3],
      ["n5", 2],
      ["n6", 1],
      ["none, or several", 1],
    ]);
  });

  it("that are many share a colour", () => {
    const ids = Array.from({ length: 15 }, (_, at) => at);
    const colors = colorsOfPartners(ids, () => undefined);
    expect(colors.colorOf(13)).toBe(colors.colorOf(14));
    expect(colors.swatches(String).at(-1)).toMatchObject({ name: "3 others", count: 3 });
    expect(colorsOfPartners([], () => undefined).swatches(String)).toEqual([]);
  });
});

it("fog has its strength at the farthest place, and begins where things begin", () => {
  expect(fogRange(1, { nearest: 100, farthest: 300 })).toEqual({ near: 100, far: 300 });
  expect(fogRange(0.5, { nearest: 100, farthest: 300 })).toEqual({ near: 100, far: 500 });
  // From the middle of the scene.
  expect(fogRange(0.5, { nearest: -200, farthest: 200 })).toEqual({ near: 0, far: 400 });
  const { near, far } = fogRange(0.5, { nearest: -9, farthest: -5 });
  expect(far).toBeGreaterThan(near);
});

it("labels have room on the picture, are cut if they are long, and no more than can be read", () => {
  const camera = { size: { width: 1e6, height: 1e6 }, toScreen: ([x, y]: number[]) => [x, y] } as never;
  const label = (x: number, text = "soma", above = true) => ({ position: [x, 50, 0] as const, text, above });
  const placed = placedLabels(
    [label(100), label(105), label(400, "x".repeat(200)), label(-5), label(800, "x (µm)", false)] as never,
    camera,
    11,
    [[800, 90]],
  );
  expect(placed.map(({ mark: [x], place: [, y], text }) => [x, y, text.length])).toEqual([
    [800, 50, 6],
    [400, 39, 61],
    [105, 39, 4],
  ]);
  const many = Array.from({ length: 5000 }, (_, at) => label(100 * at));
  expect(placedLabels(many as never, camera, 11).length).toBe(300);
});

it("letters are dark on bright backgrounds and bright on dark ones, however colours are written", () => {
  expect(["white", "#fff", "rgb(200, 220, 90)", "#8a8a8a"].map(isBright)).toEqual([true, true, true, true]);
  expect(["black", "#111111", "rgb(20, 30, 90)", "navy"].map(isBright)).toEqual([false, false, false, false]);
});

it("fog is as far from the camera as things are, and is switched off again", () => {
  const state: SceneFogState = { fog: 0.5 };
  const lines = new NeuronLines();
  const scene: { fog: Fog | null } = { fog: null };
  const parts = {
    picture: { scene },
    neurons: { lines },
    changed: () => {},
    sphere: () => new Sphere(new Vector3(0, 0, 100), 100),
    background: () => "#204060",
  };
  const model = { get: () => state.fog, on: () => {}, off: () => {} } as unknown as AnyModel<SceneFogState>;
  const fog = new SceneFog(model, parts as never);
  const camera = { position: new Vector3(7, 7, 900), direction: new Vector3(0, 0, 1) } as never;
  const setFog = vi.spyOn(lines, "setFog");
  fog.prepare(new Vector3(0, 0, 1000), camera);
  expect(scene.fog).toMatchObject({ near: 100, far: 500 });
  expect(scene.fog?.color.getHexString()).toBe("204060");
  expect(setFog).toHaveBeenLastCalledWith({ color: 0x204060, near: 100, far: 500 });
  state.fog = 0;
  fog.prepare(new Vector3(0, 0, 1000), camera);
  expect([scene.fog, setFog.mock.lastCall]).toEqual([null, [null]]);
});

it("balls are spheres for files, of the same size, with their colours as they are given", () => {
  const balls = new Balls("synapses", 2);
  balls.put([{ place: [1, 2, 3], color: "#804020" }], 50);
  const [mesh] = balls.object.children as InstancedMesh[];
  const matrix = new Matrix4();
  mesh?.getMatrixAt(0, matrix);
  expect([mesh?.count, matrix.getMaxScaleOnAxis(), isSphere(mesh?.geometry as never)]).toEqual([1, 50, true]);
  expect(Array.from(mesh?.instanceColor?.array ?? []).map((one) => Math.round(255 * one))).toEqual([
    0x80, 0x40, 0x20,
  ]);
  balls.put([], 50);
  expect([balls.count, balls.object.children.length]).toEqual([0, 0]);
});

describe("what is known of neurons", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked for once, in parts, and again after an edit", async () => {
    let visible = Array.from({ length: 250 }, (_, at) => at);
    const ask = vi.fn(
      async (ids: number[]) => new Map(ids.filter((id) => id !== 3).map((id) => [id, `n${id}`])),
    );
    const arrived = vi.fn();
    const arrivals = new Arrivals();
    const settled = vi.fn();
    const reader = new NeuronReader({ arrivals, visible: () => visible, failed: () => {} }, ask);
    reader.onArrival(arrived);
    reader.readLater();
    reader.readLater();
    void arrivals.settled().then(settled);
    await vi.advanceTimersByTimeAsync(100);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(settled).toHaveBeenCalledOnce();
    expect(ask.mock.calls.map(([ids]) => ids.length)).toEqual([200, 50]);
    expect([reader.of(2), reader.of(3), arrived.mock.calls.length]).toEqual(["n2", undefined, 1]);
    visible = [...visible, 999];
    reader.forget([3]);
    reader.readLater();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ask.mock.calls.at(-1)?.[0]).toEqual([3, 999]);
    reader.forget(null);
    expect(reader.of(2)).toBeUndefined();
  });

  it("is not kept if it was forgotten while it was on its way", async () => {
    const answers: Array<(found: Map<number, string>) => void> = [];
    const signals: AbortSignal[] = [];
    const ask = (_ids: number[], signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<Map<number, string>>((resolve) => answers.push(resolve));
    };
    const failed = vi.fn();
    const arrived = vi.fn();
    const reader = new NeuronReader({ arrivals: new Arrivals(), visible: () => [1], failed }, ask);
    reader.onArrival(arrived);
    reader.readLater();
    await vi.advanceTimersByTimeAsync(1000);
    reader.forget([1]);
    answers[0]?.(new Map([[1, "old"]]));
    await vi.advanceTimersByTimeAsync(1000);
    expect([reader.of(1), signals[0]?.aborted, arrived.mock.calls.length]).toEqual([undefined, true, 0]);
    reader.readLater();
    await vi.advanceTimersByTimeAsync(1000);
    answers[1]?.(new Map([[1, "new"]]));
    await vi.advanceTimersByTimeAsync(1000);
    expect([reader.of(1), arrived.mock.calls.length, failed.mock.calls.length]).toEqual(["new", 1, 0]);
  });

  it("is told of if it fails, and not after the end", async () => {
    const failed = vi.fn();
    const ask = vi.fn(async (): Promise<Map<number, string>> => {
      throw new Error("away");
    });
    const reader = new NeuronReader({ arrivals: new Arrivals(), visible: () => [1], failed }, ask);
    reader.readLater();
    await vi.advanceTimersByTimeAsync(1000);
    expect(failed).toHaveBeenCalledOnce();
    reader.readLater();
    reader.dispose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ask).toHaveBeenCalledOnce();
  });
});

describe("what is on its way", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is waited for until it has come, failed or is wanted no more", async () => {
    const arrivals = new Arrivals();
    const settled = vi.fn();
    const end = arrivals.begin();
    const failing = arrivals.during(Promise.reject(new Error("away"))).catch(() => {});
    void arrivals.settled().then(settled);
    await failing;
    end();
    const other = arrivals.begin();
    end();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).not.toHaveBeenCalled();
    other();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledOnce();
  });

  it("is begun anew when it is asked for again, and ended when it is stopped", async () => {
    const arrivals = new Arrivals();
    const signals: AbortSignal[] = [];
    const later = new LaterWork(100, arrivals, async (signal) => {
      signals.push(signal);
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    const settled = vi.fn();
    later.ask();
    void arrivals.settled().then(settled);
    await vi.advanceTimersByTimeAsync(300);
    later.ask();
    await vi.advanceTimersByTimeAsync(400);
    expect([signals.map(({ aborted }) => aborted), settled.mock.calls.length]).toEqual([[true, false], 0]);
    await vi.advanceTimersByTimeAsync(600);
    expect(settled).toHaveBeenCalledOnce();
    later.ask();
    later.stop();
    await arrivals.settled();
    await vi.advanceTimersByTimeAsync(600);
    expect(signals.length).toBe(2);
  });
});
