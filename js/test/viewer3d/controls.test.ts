import { Box3, Vector3 } from "three";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { companyOf, Keymap } from "../../src/shared/bindings/keymap";
import { SpaceControls, type SpaceControlsHost } from "../../src/viewer3d/camera/controls";
import { SpaceCamera } from "../../src/viewer3d/camera/space-camera";

class Stage extends EventTarget {
  readonly parentElement = null;
  readonly clientWidth = 800;
  readonly dataset: Record<string, string> = {};
  readonly focus = vi.fn();
  readonly setPointerCapture = vi.fn();
  getBoundingClientRect = () => ({ left: 0, top: 0, width: 800 });
  contains = (element: unknown) => element === this;
  // Node warns of so many listeners with one signal.
  override addEventListener(kind: string, listener: EventListener): void {
    super.addEventListener(kind, listener);
  }
}

let stage: Stage;
let camera: SpaceCamera;
const host = {
  keymap: new Keymap(companyOf("space")),
  mode: vi.fn(() => "turn" as const),
  clicked: vi.fn(),
  pointed: vi.fn(),
  outlining: vi.fn(),
  outlined: vi.fn(),
  hold: vi.fn(),
  placed: vi.fn(),
  view: vi.fn(),
  keptViews: vi.fn(),
  fit: vi.fn(),
  toggleKind: vi.fn(),
  help: vi.fn(),
  leave: vi.fn(),
} satisfies SpaceControlsHost;
const page = { activeElement: null as unknown };

function fire(kind: string, properties: object): Event {
  const event = Object.assign(new Event(kind, { cancelable: true }), properties);
  stage.dispatchEvent(event);
  return event;
}

function pointer(kind: string, x: number, y: number, more: object = {}): void {
  fire(kind, { pointerId: 1, button: 0, shiftKey: false, clientX: x, clientY: y, ...more });
}

function drag(from: [number, number], to: [number, number], more: object = {}): void {
  pointer("pointerdown", ...from, more);
  pointer("pointermove", ...to, more);
  pointer("pointerup", ...to, more);
}

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", page);
  vi.stubGlobal("WheelEvent", { DOM_DELTA_PIXEL: 0 });
  page.activeElement = null;
  stage = new Stage();
  camera = new SpaceCamera();
  camera.resize({ width: 800, height: 400 });
  camera.fit(new Box3(new Vector3(), new Vector3(1e4, 1e4, 1e4)));
  new SpaceControls(stage as unknown as HTMLElement, camera, host, new AbortController().signal);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

it("leaves wheel and pointer to the page until it has the focus", () => {
  const before = camera.state;
  expect(fire("wheel", { deltaY: -200, deltaMode: 0 }).defaultPrevented).toBe(false);
  expect(camera.state).toEqual(before);
  page.activeElement = stage;
  expect(fire("wheel", { deltaY: -200, deltaMode: 0 }).defaultPrevented).toBe(true);
  expect(camera.state).not.toEqual(before);
  expect(host.placed).toHaveBeenCalled();
});

it("has a notebook's keys while the mouse is over it, and leaves the wheel to the page", () => {
  const closest = (selector: string) => (selector === ".jp-Notebook" ? cell : null);
  const cell = { matches: () => false, closest, isConnected: true, focus: vi.fn() };
  Object.assign(stage, { closest: () => stage, isConnected: true });
  Object.assign(page, { activeElement: cell, hasFocus: () => true, body: null });
  stage.focus.mockImplementation(() => {
    page.activeElement = stage;
  });
  const hover = (x: number): void => pointer("pointermove", x, 100, { pointerType: "mouse", buttons: 0 });
  const enter = (): void => [10, 20].forEach(hover);
  enter();
  expect(page.activeElement).toBe(stage);
  expect(fire("wheel", { deltaY: -200, deltaMode: 0 }).defaultPrevented).toBe(false);
  fire("pointerleave", {});
  expect(cell.focus).toHaveBeenCalledOnce();
  page.activeElement = cell;
  enter();
  fire("keydown", { key: "f", getModifierState: () => false });
  expect(fire("wheel", { deltaY: -200, deltaMode: 0 }).defaultPrevented, "after a key").toBe(true);
  fire("pointerleave", {});
  expect(cell.focus).toHaveBeenCalledOnce();
});

it("turns by a drag, moves by a drag with another button, and clicks", () => {
  const { direction, target } = camera;
  const before = direction.clone();
  drag([100, 100], [160, 100]);
  expect(direction.distanceTo(before)).toBeGreaterThan(0.1);
  expect(host.clicked).not.toHaveBeenCalled();
  const middle = target.clone();
  drag([100, 100], [160, 100], { button: 2 });
  expect(target.distanceTo(middle)).toBeGreaterThan(0);
  drag([100, 100], [102, 101], { ctrlKey: true });
  expect(host.clicked).toHaveBeenCalledWith({ px: 102, py: 101, shift: false, ctrl: true });
});

it("draws a rectangle with Shift and an outline with Alt; Escape gives it up", () => {
  drag([100, 100], [160, 150], { shiftKey: true });
  expect(host.outlined.mock.calls[0]?.[0]).toEqual([
    [100, 100],
    [160, 100],
    [160, 150],
    [100, 150],
  ]);
  pointer("pointerdown", 10, 10, { altKey: true });
  pointer("pointermove", 30, 10, { altKey: true });
  pointer("pointermove", 30, 40, { altKey: true });
  expect(host.outlining.mock.lastCall?.[0]).toHaveLength(3);
  fire("keydown", { key: "Escape", getModifierState: () => false });
  expect(host.outlining.mock.lastCall?.[0]).toBeNull();
  pointer("pointerup", 30, 40, { altKey: true });
  expect(host.outlined).toHaveBeenCalledOnce();
});

it("lets a finger scroll the page until a tap gave it the focus", () => {
  const before = camera.direction.clone();
  const touch = { pointerType: "touch" };
  drag([100, 100], [160, 100], touch);
  expect(camera.direction).toEqual(before);
  expect(stage.focus).not.toHaveBeenCalled();
  expect(host.clicked).not.toHaveBeenCalled();
  drag([100, 100], [101, 100], touch);
  expect(stage.focus).toHaveBeenCalledOnce();
  expect(host.clicked).toHaveBeenCalledOnce();
  page.activeElement = stage;
  drag([100, 100], [160, 100], touch);
  expect(camera.direction.distanceTo(before)).toBeGreaterThan(0.1);
});

it("zooms with two fingers, and does not click then", () => {
  const { nmPerPixel } = camera;
  pointer("pointerdown", 300, 200, { pointerType: "touch" });
  pointer("pointerdown", 500, 200, { pointerType: "touch", pointerId: 2 });
  pointer("pointermove", 700, 200, { pointerType: "touch", pointerId: 2 });
  expect(camera.nmPerPixel).toBeCloseTo(nmPerPixel / 2, 6);
  pointer("pointerup", 700, 200, { pointerType: "touch", pointerId: 2 });
  pointer("pointerup", 300, 200, { pointerType: "touch" });
  expect(host.clicked).not.toHaveBeenCalled();
});

it("knows its keys, and leaves those of the page alone", () => {
  const key = (name: string, more: object = {}): boolean =>
    fire("keydown", { key: name, getModifierState: () => false, ...more }).defaultPrevented;
  const before = camera.direction.clone();
  expect(key("ArrowLeft")).toBe(true);
  expect(camera.direction.distanceTo(before)).toBeGreaterThan(0);
  expect([key("5"), key("f"), key("o"), key("?", { shiftKey: true })]).toEqual([true, true, true, true]);
  expect(host.view).toHaveBeenCalledWith("top");
  expect([key("s", { ctrlKey: true }), key("z"), key("f", { metaKey: true })]).toEqual([false, false, false]);
  expect(host.fit).toHaveBeenCalledOnce();
  expect(host.help).toHaveBeenCalledOnce();
});

it("has the keys that its user gave", () => {
  const key = (name: string): boolean =>
    fire("keydown", { key: name, getModifierState: () => false }).defaultPrevented;
  host.keymap.changed = { "space.fit": ["c"] };
  expect([key("f"), key("c")]).toEqual([false, true]);
  expect(host.fit).toHaveBeenCalledOnce();
  host.keymap.changed = {};
});

it("does once what a held key would do again and again", () => {
  const held = { getModifierState: () => false, repeat: true };
  expect(fire("keydown", { key: "o", ...held }).defaultPrevented).toBe(true);
  expect(host.toggleKind).not.toHaveBeenCalled();
  const before = camera.direction.clone();
  fire("keydown", { key: "ArrowUp", ...held });
  expect(camera.direction.distanceTo(before)).toBeGreaterThan(0);
});
