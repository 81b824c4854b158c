import { expect, test, vi } from "vitest";
import type { LayerPointer, PointerKind } from "../src/shared/layer";
import { StackView } from "../src/shared/view";
import { crossesItself, type DrawnRegion, freeName, RegionDrawing } from "../src/stack-viewer/region-drawing";
import { STACK } from "./stack";

const TRIANGLE: DrawnRegion = {
  name: "a",
  corners: [
    [0, 0],
    [400, 0],
    [0, 400],
  ],
  lower: 675,
  upper: 725,
  plane: "xy",
};

function drawing(...regions: DrawnRegion[]) {
  const view = new StackView(STACK, [0, 0, 700], 4, { width: 400, height: 300, dpr: 1 });
  const state = { regions, isEditing: true };
  const tell = vi.fn();
  const tool = new RegionDrawing({
    view: () => view,
    regions: () => state.regions,
    save: (all) => {
      state.regions = all;
    },
    isEditing: () => state.isEditing,
    armed: () => {},
    tell,
    invalidate: () => {},
  });
  const send = (kind: PointerKind, x: number, y: number, more: object = {}): boolean => {
    const [px, py] = view.toScreen(x, y);
    return tool.pointer({
      kind,
      x,
      y,
      z: 700,
      px,
      py,
      shift: false,
      ctrl: false,
      alt: false,
      button: 0,
      ...more,
    } as LayerPointer);
  };
  const click = (x: number, y: number, more: object = {}): void => {
    for (const kind of ["down", "up", "click"] as const) send(kind, x, y, more);
  };
  const drag = (from: [number, number], to: [number, number]): void => {
    send("down", ...from);
    send("move", ...to);
    send("up", ...to);
  };
  return { tool, state, tell, send, click, drag };
}

test("clicks draw a polygon as deep as the section; a double click or the first corner ends it", () => {
  const { tool, state, send, click } = drawing();
  expect(send("down", 0, 0)).toBe(false);
  tool.toggle();
  for (const [x, y] of [
    [0, 0],
    [400, 0],
    [400, 300],
    [400, 300],
  ] as const)
    click(x, y);
  send("dblclick", 400, 300);
  expect(state.regions).toEqual([
    {
      name: "region 1",
      corners: [
        [0, 0],
        [400, 0],
        [400, 300],
      ],
      lower: 675,
      upper: 725,
      plane: "xy",
    },
  ]);
  expect(tool.isArmed).toBe(false);
  tool.toggle();
  for (const [x, y] of [
    [1000, 0],
    [1400, 0],
    [1400, 300],
    [1010, 10],
  ] as const)
    click(x, y);
  expect(state.regions.map(({ name, corners }) => [name, corners.length])).toEqual([
    ["region 1", 3],
    ["region 2", 3],
  ]);
  tool.undo();
  tool.undo();
  expect([state.regions, tool.canUndo]).toEqual([[], false]);
});

test("a drag draws a rectangle, Escape gives up, and edges do not cross", () => {
  const { tool, state, tell, click, drag, send } = drawing();
  tool.toggle();
  drag([0, 0], [200, 100]);
  expect(state.regions[0]?.corners).toEqual([
    [0, 0],
    [200, 0],
    [200, 100],
    [0, 100],
  ]);
  tool.toggle();
  for (const [x, y] of [
    [0, 0],
    [400, 400],
    [400, 0],
    [0, 400],
  ] as const)
    click(x, y);
  send("dblclick", 0, 400);
  expect(tell.mock.lastCall?.[0]).toContain("cross each other");
  expect([state.regions.length, tool.cancel(), tool.cancel()]).toEqual([1, true, false]);
});

test("corners are moved, made in edges and taken away, in the section that a region is in", () => {
  const { state, tool, tell, click, drag, send } = drawing(TRIANGLE, {
    ...TRIANGLE,
    name: "deeper",
    lower: 725,
    upper: 775,
  });
  drag([400, 0], [500, 20]);
  expect(state.regions[0]?.corners[1]).toEqual([500, 20]);
  drag([0, 200], [-100, 200]);
  expect(state.regions[0]?.corners).toEqual([
    [0, 0],
    [500, 20],
    [0, 400],
    [-100, 200],
  ]);
  click(-100, 200, { alt: true });
  expect(state.regions[0]?.corners.length).toBe(3);
  click(0, 0, { alt: true });
  expect([state.regions[0]?.corners.length, tell.mock.lastCall?.[0]]).toEqual([
    3,
    expect.stringContaining("three corners"),
  ]);
  expect(state.regions[1]).toEqual({ ...TRIANGLE, name: "deeper", lower: 725, upper: 775 });
  tool.undo();
  expect(state.regions[0]?.corners.length).toBe(4);
  expect(send("down", 200, 200, { shift: true })).toBe(false);
  state.isEditing = false;
  expect(send("down", 0, 0)).toBe(false);
});

test("names that are free, and edges that cross", () => {
  expect(freeName([TRIANGLE, { ...TRIANGLE, name: "region 1" }])).toBe("region 2");
  expect(crossesItself(TRIANGLE.corners)).toBe(false);
  expect(
    crossesItself([
      [0, 0],
      [4, 4],
      [4, 0],
      [0, 4],
    ]),
  ).toBe(true);
});
