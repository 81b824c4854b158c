/** Mouse, wheel and keyboard over the picture. */
import { isPlain } from "../shared/keyboard";
import type { LayerPointer, PointerKind } from "../shared/layer";
import type { KeyMap } from "../shared/messages";
import { depthOf } from "../shared/stack";
import type { Camera } from "./camera";
import type { Layers } from "./layers";

const CLICK_REACH = 4;
const WHEEL_NOTCH = 110;
const KEY_ZOOM = Math.SQRT2;
const SCROLL_PAUSE_MS = 300;

export const KEYS: KeyMap = [
  ["drag", "move the picture"],
  ["wheel", "next or previous section"],
  ["Shift wheel", "ten sections"],
  ["Ctrl wheel", "zoom at the cursor"],
  ["+ −", "zoom in, out at the cursor"],
  [", .", "previous, next section"],
  ["< >", "ten sections back, on"],
  ["← ↑ → ↓", "move by a tenth of the view"],
  ["0", "show the whole section"],
  ["?", "show or hide these keys"],
  ["Space held", "only the image, without what is drawn on it"],
  ["Esc", "leave the picture for the tool bar"],
];

/** Keys that would scroll the page; those without a meaning here do nothing. */
const SCROLLING = new Set([" ", "PageUp", "PageDown", "Home", "End"]);

interface Commands {
  help(): void;
  leave(): void;
}

interface ButtonPress {
  pointerId: number;
  button: number;
  px: number;
  py: number;
  lastX: number;
  lastY: number;
  moved: boolean;
  panning: boolean;
  /** A layer took it. */
  taken: boolean;
}

export class Input {
  private press: ButtonPress | null = null;
  /** Where the pointer is over the picture; null when it is elsewhere. */
  private pointer: { px: number; py: number } | null = null;
  private wheelTravel = 0;
  /** The pointer came over the picture by itself, so that the wheel is meant for it. */
  private engaged = false;
  private lastScroll = Number.NEGATIVE_INFINITY;
  private readonly keyCommands: Record<string, () => void>;

  constructor(
    private readonly canvas: HTMLElement,
    private readonly camera: Camera,
    private readonly layers: Layers,
    private readonly commands: Commands,
    signal: AbortSignal,
  ) {
    this.keyCommands = this.commandsByKey();
    const listen = <K extends keyof HTMLElementEventMap>(
      kind: K,
      handle: (event: HTMLElementEventMap[K]) => void,
    ): void => canvas.addEventListener(kind, handle, { signal, passive: false });
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", (event) => this.cancel(event));
    listen("lostpointercapture", (event) => this.cancel(event));
    listen("pointerleave", (event) => this.leave(event));
    listen("dblclick", (event) => this.layers.pointer(this.describe("dblclick", event)));
    listen("wheel", (event) => this.wheel(event));
    listen("keydown", (event) => this.key(event));
    listen("keyup", (event) => event.key === " " && this.showImageOnly(false));
    listen("blur", () => this.showImageOnly(false));
    const scrolled = (): void => {
      if (!this.takesWheel()) this.lastScroll = performance.now();
    };
    window.addEventListener("wheel", scrolled, { signal, passive: true, capture: true });
    // JupyterLab leaves the focus where it is on a click elsewhere in the same cell: keys would still come here.
    const pressed = ({ target }: PointerEvent): void => {
      if (target instanceof Node && !canvas.parentElement?.contains(target)) canvas.blur();
    };
    window.addEventListener("pointerdown", pressed, { signal, capture: true });
  }

  private down(event: PointerEvent): void {
    if (event.button > 1 || this.press) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const { px, py } = this.locate(event);
    const taken = event.button === 0 && this.layers.pointer(this.describe("down", event));
    const { pointerId, button } = event;
    this.press = { pointerId, button, px, py, lastX: px, lastY: py, moved: false, panning: !taken, taken };
  }

  private move(event: PointerEvent): void {
    if (this.press && !this.isPressing(event)) return;
    // A page that scrolls slides the picture under a resting pointer and makes moves of its own.
    if (performance.now() - this.lastScroll > SCROLL_PAUSE_MS) this.engaged = true;
    const { px, py } = this.locate(event);
    this.pointer = { px, py };
    const { press } = this;
    if (press && Math.hypot(px - press.px, py - press.py) > CLICK_REACH) press.moved = true;
    if (!press?.panning) {
      this.layers.pointer(this.describe("move", event));
    } else if (press.moved) {
      this.canvas.toggleAttribute("data-panning", true);
      this.camera.panBy(px - press.lastX, py - press.lastY);
      press.lastX = px;
      press.lastY = py;
    }
  }

  private up(event: PointerEvent): void {
    const { press } = this;
    if (!press || !this.isPressing(event)) return;
    // Of several buttons that are held the last one to be let go makes the event.
    if (press.button !== 0 || event.button !== 0) {
      this.cancel(event);
      return;
    }
    this.release();
    if (press.taken) this.layers.pointer(this.describe("up", event));
    if (!press.moved) this.layers.pointer(this.describe("click", event));
    this.layers.letGo();
  }

  private cancel(event: PointerEvent): void {
    const { press } = this;
    if (!press || !this.isPressing(event)) return;
    this.release();
    if (press.taken) this.layers.pointer(this.describe("leave", event));
    this.layers.letGo();
  }

  private leave(event: PointerEvent): void {
    if (this.press) return;
    this.pointer = null;
    this.engaged = false;
    this.layers.pointer(this.describe("leave", event));
  }

  /** Whether an event is of the pointer that is down, and not of another finger. */
  private isPressing({ pointerId }: PointerEvent): boolean {
    return this.press?.pointerId === pointerId;
  }

  private release(): void {
    this.press = null;
    this.canvas.removeAttribute("data-panning");
  }

  private wheel(event: WheelEvent): void {
    if (!this.takesWheel()) return;
    event.preventDefault();
    event.stopPropagation();
    const travel = wheelPixels(event);
    const { px, py } = this.locate(event);
    if (event.ctrlKey || event.metaKey) {
      this.camera.zoomBy(2 ** (-travel / (2 * WHEEL_NOTCH)), px, py);
      return;
    }
    const notches = this.notches(travel);
    if (notches !== 0) this.camera.step(event.shiftKey ? notches * 10 : notches);
  }

  private takesWheel(): boolean {
    return this.engaged || this.canvas.contains(document.activeElement);
  }

  /** Whole sections: mice send notches of some size, touch pads a stream of little moves. */
  private notches(travel: number): number {
    if (Math.abs(travel) >= WHEEL_NOTCH / 2) {
      this.wheelTravel = 0;
      return Math.sign(travel) * Math.max(1, Math.round(Math.abs(travel) / WHEEL_NOTCH));
    }
    this.wheelTravel = travel * this.wheelTravel < 0 ? travel : this.wheelTravel + travel;
    if (Math.abs(this.wheelTravel) < WHEEL_NOTCH / 2) return 0;
    const direction = Math.sign(this.wheelTravel);
    this.wheelTravel = 0;
    return direction;
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.canvas) return;
    if (this.layers.key(event)) {
      event.preventDefault();
      return;
    }
    if (!isPlain(event)) return;
    const command = this.keyCommands[event.key];
    if (!command && !SCROLLING.has(event.key)) return;
    event.preventDefault();
    command?.();
  }

  private showImageOnly(isOnly: boolean): void {
    this.canvas.toggleAttribute("data-image-only", isOnly);
  }

  private commandsByKey(): Record<string, () => void> {
    const { camera } = this;
    const zoom = (factor: number) => () => camera.zoomBy(factor, this.pointer?.px, this.pointer?.py);
    const pan = (x: number, y: number) => () =>
      camera.panBy((x * camera.view.width) / 10, (y * camera.view.height) / 10);
    return {
      ",": () => camera.step(-1),
      ".": () => camera.step(1),
      "<": () => camera.step(-10),
      ">": () => camera.step(10),
      "+": zoom(KEY_ZOOM),
      "=": zoom(KEY_ZOOM),
      "-": zoom(1 / KEY_ZOOM),
      "0": () => camera.fit(),
      "?": () => this.commands.help(),
      " ": () => this.showImageOnly(true),
      Escape: () => this.commands.leave(),
      ArrowLeft: pan(1, 0),
      ArrowRight: pan(-1, 0),
      ArrowUp: pan(0, 1),
      ArrowDown: pan(0, -1),
    };
  }

  private locate(event: MouseEvent): { px: number; py: number } {
    const box = this.canvas.getBoundingClientRect();
    // Lab and notebook themes may scale the page.
    const scale = box.width > 0 ? this.canvas.clientWidth / box.width : 1;
    return { px: (event.clientX - box.left) * scale, py: (event.clientY - box.top) * scale };
  }

  private describe(kind: PointerKind, event: MouseEvent): LayerPointer {
    const { px, py } = this.locate(event);
    const { view } = this.camera;
    const [x, y] = view.toProject(px, py);
    return {
      kind,
      px,
      py,
      x,
      y,
      z: depthOf(this.camera.stack, view.section),
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      button: event.button,
    };
  }
}

function wheelPixels(event: WheelEvent): number {
  const travel = event.deltaY || event.deltaX;
  if (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL) return travel;
  return Math.sign(travel) * WHEEL_NOTCH;
}
