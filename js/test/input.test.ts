import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companyOf, Keymap } from "../src/shared/bindings/keymap";
import { Camera } from "../src/stack-viewer/camera";
import { Input } from "../src/stack-viewer/input";
import type { Layers } from "../src/stack-viewer/layers";
import { STACK } from "./stack";

class Stage extends EventTarget {
  readonly parentElement = null;
  readonly clientWidth = 800;
  readonly focus = vi.fn();
  readonly setPointerCapture = vi.fn();
  readonly toggleAttribute = vi.fn();
  readonly removeAttribute = vi.fn();
  getBoundingClientRect = () => ({ left: 0, top: 0, width: 800 });
  contains = () => true;
  // Node warns of so many listeners with one signal.
  override addEventListener(kind: string, listener: EventListener): void {
    super.addEventListener(kind, listener);
  }
}

function bench(taking: boolean) {
  const stage = new Stage();
  const camera = new Camera(STACK, [2000, 1400, 800], 4, { width: 800, height: 500, dpr: 1 });
  const told: string[] = [];
  const layers = {
    pointer: ({ kind }: { kind: string }) => told.push(kind) > 0 && taking,
    letGo: () => {},
    command: () => false,
  } as unknown as Layers;
  const keymap = new Keymap(companyOf("view"));
  const questions = { isAsking: false, answerNo: vi.fn() };
  const commands = {
    keymap,
    questions,
    bigStep: () => 10,
    askBigStep: vi.fn(),
    tellPixel: vi.fn(),
    toggleMap: vi.fn(),
    toggleScreen: vi.fn(),
    help: vi.fn(),
    leave: vi.fn(),
    pointed: vi.fn(),
  };
  const { signal } = new AbortController();
  new Input(stage as unknown as HTMLElement, camera, layers, commands, signal);
  const fire = (kind: string, properties: object): Event => {
    const event = Object.assign(new Event(kind, { cancelable: true }), properties);
    stage.dispatchEvent(event);
    return event;
  };
  const pointer = (kind: string, x: number, more: object = {}): Event =>
    fire(kind, { pointerId: 1, button: 0, clientX: x, clientY: 0, ...more });
  const key = (name: string, ...held: string[]): Event =>
    fire("keydown", {
      key: name,
      ctrlKey: held.includes("Control"),
      altKey: held.includes("Alt"),
      metaKey: false,
      getModifierState: (modifier: string) => held.includes(modifier),
    });
  return { stage, camera, told, commands, pointer, key, fire };
}

beforeEach(() => vi.stubGlobal("window", new EventTarget()));
afterEach(() => void vi.unstubAllGlobals());

describe("a press", () => {
  it("is a click when it does not move, and pans when it does", () => {
    const { camera, told, pointer } = bench(false);
    pointer("pointerdown", 100);
    pointer("pointerup", 101);
    expect(told).toEqual(["down", "click"]);
    pointer("pointerdown", 100);
    pointer("pointermove", 110);
    pointer("pointerup", 110);
    expect(told).toEqual(["down", "click", "down"]);
    expect(camera.view.center[0]).toBe(1960);
  });

  it("beside a question answers it with no, and is no click", () => {
    const { commands, told, pointer } = bench(false);
    commands.questions.isAsking = true;
    commands.questions.answerNo.mockImplementation(() =>
      Object.assign(commands.questions, { isAsking: false }),
    );
    pointer("pointerdown", 100);
    pointer("pointerup", 101);
    expect(commands.questions.answerNo).toHaveBeenCalledOnce();
    expect(told).toEqual([]);
    pointer("pointerdown", 100);
    pointer("pointerup", 101);
    expect(told).toEqual(["down", "click"]);
  });

  it("does not hear of a second finger", () => {
    const { camera, told, pointer } = bench(false);
    const second = { pointerId: 2 };
    pointer("pointerdown", 100);
    pointer("pointerdown", 400, second);
    pointer("pointermove", 500, second);
    pointer("pointerup", 500, second);
    expect([told, camera.view.center[0]]).toEqual([["down"], 2000]);
    pointer("pointerup", 100);
    expect(told).toEqual(["down", "click"]);
  });

  it("becomes a pinch with a second finger on a screen: what is between them stays there", () => {
    const { camera, told, pointer } = bench(false);
    const [first, second] = [1, 2].map((pointerId) => ({ pointerId, pointerType: "touch" }));
    pointer("pointerdown", 300, first);
    pointer("pointerdown", 500, second);
    pointer("pointermove", 250, first);
    expect(camera.view.nmPerPixel).toBeCloseTo((4 * 200) / 250);
    pointer("pointermove", 550, second);
    expect(camera.view.nmPerPixel).toBeCloseTo((4 * 200) / 300);
    expect(camera.view.center[0]).toBeCloseTo(2000);
    pointer("pointerup", 250, first);
    pointer("pointermove", 700, second);
    pointer("pointerup", 700, second);
    expect(camera.view.center[0]).toBeCloseTo(2000);
    expect(told).toEqual(["down"]);
    pointer("pointerdown", 300, first);
    pointer("pointerup", 300, first);
    expect(told).toEqual(["down", "down", "click"]);
  });

  it("of two buttons is no click, and leaves nothing held", () => {
    const { told, pointer } = bench(true);
    pointer("pointerdown", 100);
    pointer("pointerup", 100, { button: 2 });
    expect(told).toEqual(["down", "leave"]);
    pointer("pointerdown", 100, { button: 1 });
    pointer("pointerup", 100);
    expect(told).toEqual(["down", "leave"]);
  });

  it("ends when the pointer is taken away", () => {
    const { told, pointer } = bench(true);
    pointer("pointerdown", 100);
    pointer("lostpointercapture", 100);
    pointer("pointermove", 300);
    expect(told).toEqual(["down", "leave", "move"]);
  });
});

describe("keys", () => {
  it("count by what they type, wherever a keyboard has it", () => {
    const { camera, commands, key } = bench(false);
    camera.toSection(12);
    key("<", "AltGraph", "Control", "Alt");
    expect(camera.view.section).toBe(2);
    key("?", "Alt");
    expect(commands.help).toHaveBeenCalled();
  });

  it("with Ctrl or Alt are left to the page", () => {
    const { camera, key } = bench(false);
    const before = camera.view;
    const events = [key("+", "Control"), key("9", "Alt"), key("ArrowLeft", "Control")];
    expect(events.map((event) => event.defaultPrevented)).toEqual([false, false, false]);
    expect(camera.view).toBe(before);
  });

  it("that would scroll the page do not; while Space is held only the image is seen", () => {
    const { stage, key, fire } = bench(false);
    const events = ["PageUp", "PageDown", "Home", "End", " "].map((name) => key(name));
    expect(events.every((event) => event.defaultPrevented)).toBe(true);
    expect(stage.toggleAttribute.mock.calls).toEqual([["data-image-only", true]]);
    fire("keyup", { key: " " });
    expect(stage.toggleAttribute).toHaveBeenLastCalledWith("data-image-only", false);
  });
});

describe("a wheel", () => {
  const NOTCH = { deltaY: 120, deltaX: 0, deltaMode: 0, clientX: 0, clientY: 0 };

  function turned(held: object): { section: number; level: number } {
    vi.stubGlobal("WheelEvent", { DOM_DELTA_PIXEL: 0 });
    vi.stubGlobal("document", { activeElement: null });
    const { camera, fire } = bench(false);
    camera.toSection(1);
    camera.zoomTo(STACK.resolution[0] * 2 ** 1.3);
    fire("wheel", { ...NOTCH, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });
    return { section: camera.view.section, level: Math.round(camera.level * 100) / 100 };
  }

  it("goes by sections: one, a big step, or as the picture is zoomed out", () => {
    expect(turned({}).section).toBe(2);
    expect(turned({ altKey: true }).section).toBe(3);
    expect(turned({ shiftKey: true }).section).toBe(11);
  });

  it("takes the keys, too, but not from a field that somebody types in", () => {
    vi.stubGlobal("WheelEvent", { DOM_DELTA_PIXEL: 0 });
    for (const isTyped of [false, true]) {
      vi.stubGlobal("document", { activeElement: { matches: () => isTyped } });
      const { stage, fire } = bench(false);
      fire("wheel", { ...NOTCH, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false });
      expect(stage.focus).toHaveBeenCalledTimes(isTyped ? 0 : 1);
    }
  });

  it("leaves the keys to a question that is open", () => {
    vi.stubGlobal("WheelEvent", { DOM_DELTA_PIXEL: 0 });
    vi.stubGlobal("document", { activeElement: null });
    const { stage, camera, commands, fire } = bench(false);
    camera.toSection(1);
    commands.questions.isAsking = true;
    fire("wheel", { ...NOTCH, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false });
    expect(camera.view.section).toBe(2);
    expect(stage.focus).not.toHaveBeenCalled();
  });

  it("with Ctrl zooms to the next whole level, with Shift by a tenth of one, and by fingers smoothly", () => {
    expect(turned({ ctrlKey: true }).level).toBe(2);
    expect(turned({ ctrlKey: true, deltaY: -120 }).level).toBe(1);
    expect(turned({ ctrlKey: true, shiftKey: true }).level).toBe(1.4);
    expect(turned({ ctrlKey: true, deltaY: 11 }).level).toBe(1.35);
  });
});
