import { expect, test, vi } from "vitest";
import type { Point } from "../src/shared/layer";
import { turned, turnedPlaces } from "../src/shared/planes";
import type { Rpc } from "../src/shared/rpc";
import { Camera } from "../src/stack-viewer/camera";
import { axesOf } from "../src/stack-viewer/crosses";
import { LinkedViews } from "../src/stack-viewer/linked-views";
import { Kernel } from "../src/tracing-layer/data/kernel";
import { STACK } from "./stack";

const SIZE = { width: 400, height: 300, dpr: 1 };

test("a place is turned into a plane and back", () => {
  const place: Point = [1, 2, 3];
  expect([turned("xy", place), turned("xz", place), turned("zy", place)]).toEqual([
    [1, 2, 3],
    [1, 3, 2],
    [3, 2, 1],
  ]);
  expect(turned("zy", turned("zy", place))).toEqual(place);
});

test("a cross-hair names the axes that its plane has", () => {
  expect([axesOf("xy"), axesOf("xz"), axesOf("zy")]).toEqual([
    ["x", "y"],
    ["x", "z"],
    ["z", "y"],
  ]);
});

test("places in answers are turned wherever they are, and nothing else is", () => {
  const data = new Uint8Array([1, 2]);
  const answer = [{ id: 5, x: 1, y: 2, z: { data } }, { x: 4, note: "no place" }, null, "x"];
  expect(turnedPlaces("zy", answer)).toEqual([{ id: 5, x: { data }, y: 2, z: 1 }, ...answer.slice(1)]);
  expect(turnedPlaces("xy", answer)).toBe(answer);
});

test("the kernel gets places of the project and gives those of the plane", async () => {
  const calls: Array<[string, unknown]> = [];
  const rpc = {
    call: (method: string, params: unknown) => {
      calls.push([method, params]);
      return Promise.resolve({ result: { position: [1, 2, 3] }, buffers: [] });
    },
    callBinary: (method: string, params: unknown) => {
      calls.push([method, params]);
      return Promise.resolve({ nodes: { x: "x", y: "y", z: "z" } });
    },
  } as unknown as Rpc;
  const kernel = new Kernel(rpc, () => "xz");
  const box = { left: 1, top: 2, z1: 3, right: 4, bottom: 5, z2: 6 };
  const payload = await kernel.nodes(
    box,
    { treenode_ids: [7], connector_ids: [] },
    new AbortController().signal,
  );
  expect(payload.nodes).toEqual({ x: "x", y: "z", z: "y" });
  const request = { op: "move_nodes", args: { treenodes: [[9, 1, 2, 3]] }, state: null, key: "k" };
  expect(await kernel.edit(request as never)).toEqual({ position: [1, 3, 2] });
  await kernel.edit({ ...request, op: "create_treenode", args: { x: 1, y: 2, z: 3 } } as never);
  await kernel.here([1, 2, 3], 4);
  expect(calls.map(([, params]) => params)).toEqual([
    { left: 1, top: 3, z1: 2, right: 4, bottom: 6, z2: 5, treenode_ids: [7], connector_ids: [] },
    { op: "move_nodes", args: { treenodes: [[9, 1, 3, 2]], connectors: undefined }, state: null, key: "k" },
    { op: "create_treenode", args: { x: 1, y: 3, z: 2 }, state: null, key: "k" },
    { position: [1, 3, 2], section: 4 },
  ]);
});

test("linked views look at one place of the project, and others do not", () => {
  vi.stubGlobal("window", new EventTarget());
  const { signal } = new AbortController();
  const views = ["a", "a", "b", ""].map((group, at) => {
    const stack = { ...STACK, plane: at === 1 ? ("zy" as const) : ("xy" as const) };
    const camera = new Camera(stack, [500, 600, 700], 4, SIZE);
    return { camera, linked: new LinkedViews({ camera, group: () => group, cursorMoved: () => {} }, signal) };
  });
  const [first, second, third, alone] = views as [
    (typeof views)[0],
    (typeof views)[0],
    (typeof views)[0],
    (typeof views)[0],
  ];
  first.camera.look([1, 2, 3], 8);
  expect([second.camera.view.center, second.camera.view.nmPerPixel]).toEqual([[3, 2, 1], 8]);
  expect([third.camera.view.center, alone.camera.view.center]).toEqual([
    [500, 600, 700],
    [500, 600, 700],
  ]);
  second.linked.pointAt([30, 20, 10]);
  expect([first.linked.cursor, third.linked.cursor]).toEqual([[10, 20, 30], null]);
  second.linked.pointAt(null);
  expect(first.linked.cursor).toBeNull();
});
