import type { Mesh, MeshLambertMaterial } from "three";
import { expect, test, vi } from "vitest";
import type { Rpc } from "../../src/shared/rpc";
import { Arrivals } from "../../src/viewer3d/arrivals";
import type { Swatch } from "../../src/viewer3d/helpers/legend";
import type { ShownVolume } from "../../src/viewer3d/state";
import { Volumes } from "../../src/viewer3d/things/volumes";

/** Legends as texts: there is no page here. */
vi.mock("../../src/viewer3d/helpers/legend", () => ({
  swatchLegend: (title: string, swatches: Swatch[], unit: string) => [
    title,
    ...swatches.map(({ name, color, count }) => `${name} ${color} ${count} ${unit}s`),
  ],
}));

const SHAPE = [
  new Float32Array([0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10]),
  new Uint32Array([0, 1, 2, 0, 2, 3]),
];

function shell(id: number, look: Partial<ShownVolume> = {}): ShownVolume {
  return { id, name: `AL <${id}>`, color: "#888888", opacity: 0.1, wireframe: false, ...look };
}

function viewer() {
  const call = vi.fn(async () => ({
    result: { corner: [100, 200, 300] },
    buffers: SHAPE.map(({ buffer }) => new DataView(buffer)),
  }));
  const legend = vi.fn<(parts: unknown[]) => void>();
  const host = { arrivals: new Arrivals(), changed: () => {}, failed: vi.fn(), legend };
  const told = (): string[] => (legend.mock.lastCall?.[0] ?? []).map(String);
  return { volumes: new Volumes({ call } as unknown as Rpc, host), call, told };
}

test("a legend names the volumes that are here, and counts their triangles", async () => {
  const { volumes, call, told } = viewer();
  volumes.show([shell(1), shell(2, { color: "#ff0000" })]);
  expect(told()).toEqual([]);
  await vi.waitFor(() =>
    expect(told()).toEqual(["volumes", "AL <1> #888888 2 triangles", "AL <2> #ff0000 2 triangles"]),
  );
  volumes.show([shell(2)]);
  expect(told()).toEqual(["volumes", "AL <2> #888888 2 triangles"]);
  volumes.show([]);
  expect([told(), call.mock.calls.length]).toEqual([[], 2]);
  expect(volumes.box.isEmpty()).toBe(true);
});

test("edges are drawn once, as faint as they are wanted", async () => {
  const { volumes, told } = viewer();
  volumes.show([shell(1, { wireframe: true })]);
  await vi.waitFor(() => expect(told().length).toBe(2));
  const sides = volumes.object.children as Array<Mesh<never, MeshLambertMaterial>>;
  expect(sides.map(({ visible }) => visible)).toEqual([false, true]);
  expect(sides[1]?.material.opacity).toBe(0.1);
  volumes.show([shell(1)]);
  expect(sides.map(({ visible }) => visible)).toEqual([true, true]);
});
