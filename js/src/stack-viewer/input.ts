/** Mouse, wheel and keyboard over the picture. */
import { commandOf, type Keymap } from "../shared/bindings/keymap";
import { HoverFocus } from "../shared/hover-focus";
import { isPlain, isTyped } from "../shared/keyboard";
import type { LayerPointer, PointerKind } from "../shared/layer";
import { depthOf } from "../shared/stack";
import type { Camera } from "./camera";
import { type StackCommands, viewCommands } from "./commands";
import type { Layers } from "./layers";
import { Pinch } from "./pinch";

const CLICK_REACH = 4;
const WHEEL_NOTCH = 110;
const SCROLL_PAUSE_MS = 300;

/** Keys that would scroll the page; those without a meaning here do nothing. */
const SCROLLING = new Set([" ", "PageUp", "PageDown", "Home", "End"]);

interface InputHost {
  readonly keymap: Keymap;
  /** Sections of a big step. */
  bigStep(): number;
  askBigStep(): void;
  tellPixel(): void;
  toggleMap(): void;
  toggleScreen(): void;
  help(): void;
  leave(): void;
  /** The cursor has moved, or left the picture. */
  pointed(): void;
  /** What is asked over the picture. */
  readonly questions: { readonly isAsking: boolean; answerNo(): void };
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
  /** It answered a question with no, and is no click. */
  answered: boolean;
}

export class Input {
  private press: ButtonPress | null = null;
  /** Where the pointer is over the picture; null when it is elsewhere. */
  private pointer: { px: number; py: number } | null = null;
  private wheelTravel = 0;
  /** The pointer came over the picture by itself, so that the wheel is meant for it. */
  private engaged = false;
  private lastScroll = Number.NEGATIVE_INFINITY;
  private readonly pinch: Pinch;
  private readonly hoverFocus: HoverFocus;
  private readonly viewCommands: StackCommands;

  constructor(
    private readonly canvas: HTMLElement,
    private readonly camera: Camera,
    private readonly layers: Layers,
    private readonly host: InputHost,
    signal: AbortSignal,
  ) {
    this.pinch = new Pinch(camera);
    this.hoverFocus = new HoverFocus(canvas);
    this.viewCommands = viewCommands({
      camera,
      cursor: () => this.pointer,
      bigStep: () => host.bigStep(),
      askBigStep: () => host.askBigStep(),
      tellPixel: () => host.tellPixel(),
      toggleMap: () => host.toggleMap(),
      toggleScreen: () => host.toggleScreen(),
      showImageOnly: (isOnly) => this.showImageOnly(isOnly),
      help: () => host.help(),
      leave: () => host.leave(),
    });
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
    listen("keyup", () => this.showImageOnly(false));
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

  /** Where the mouse is over the picture, CSS pixels. */
  get cursor(): { px: number; py: number } | null {
    return this.pointer;
  }

  private down(event: PointerEvent): void {
    if (this.press?.pointerId !== event.pointerId && event.pointerType === "touch") this.pinched(event);
    if (event.button > 1 || this.press || this.pinch.isOn) return;
    event.preventDefault();
    // Who presses beside a question wants to be rid of it, and not to edit there.
    const { questions } = this.host;
    const answered = questions.isAsking;
    if (answered) questions.answerNo();
    this.takeFocus();
    this.canvas.setPointerCapture(event.pointerId);
    const { px, py } = this.locate(event);
    const taken = event.button === 0 && !answered && this.layers.pointer(this.describe("down", event));
    const { pointerId, button } = event;
    const place = { px, py, lastX: px, lastY: py };
    this.press = { pointerId, button, ...place, moved: false, panning: !taken, taken, answered };
  }

  /** A second finger is down: what the first one began is nothing any more. */
  private pinched(event: PointerEvent): void {
    const { press } = this;
    if (!press || this.pinch.isOn) return;
    this.pinch.begin(
      [press.pointerId, { px: press.lastX, py: press.lastY }],
      [event.pointerId, this.locate(event)],
    );
    this.canvas.setPointerCapture(event.pointerId);
    this.drop(event);
  }

  private move(event: PointerEvent): void {
    if (this.pinch.isOn) {
      this.pinch.move(event.pointerId, this.locate(event));
      return;
    }
    if (this.press && !this.isPressing(event)) return;
    // A page that scrolls slides the picture under a resting pointer and makes moves of its own.
    if (performance.now() - this.lastScroll > SCROLL_PAUSE_MS) this.engaged = true;
    if (this.engaged) this.hoverFocus.moved(event);
    const { px, py } = this.locate(event);
    this.pointer = { px, py };
    this.host.pointed();
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
    this.pinch.end(event.pointerId);
    const { press } = this;
    if (!press || !this.isPressing(event)) return;
    // Of several buttons that are held the last one to be let go makes the event.
    if (press.button !== 0 || event.button !== 0) {
      this.cancel(event);
      return;
    }
    this.release();
    if (press.taken) this.layers.pointer(this.describe("up", event));
    if (!press.moved && !press.answered) this.layers.pointer(this.describe("click", event));
    this.layers.letGo();
  }

  private cancel(event: PointerEvent): void {
    this.pinch.end(event.pointerId);
    if (this.isPressing(event)) this.drop(event);
  }

  /** Give the press up: no click follows. */
  private drop(event: PointerEvent): void {
    const { press } = this;
    if (!press) return;
    this.release();
    if (press.taken) this.layers.pointer(this.describe("leave", event));
    this.layers.letGo();
  }

  private leave(event: PointerEvent): void {
    if (this.press) return;
    this.pointer = null;
    this.engaged = false;
    this.hoverFocus.left();
    this.host.pointed();
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
    // Who goes through sections means the picture with the keys that follow: in a notebook `x` would cut the cell.
    // A question keeps the focus, so that one can look around before one answers.
    if (!this.host.questions.isAsking && !isTyped(document.activeElement)) this.takeFocus();
    const travel = wheelPixels(event);
    const { px, py } = this.locate(event);
    if (event.ctrlKey || event.metaKey) {
      this.zoomByWheel(travel, event.shiftKey, px, py);
      return;
    }
    const notches = this.notches(travel);
    if (notches === 0) return;
    const zoomedOut = 2 ** Math.max(0, Math.round(this.camera.level));
    this.camera.step(notches * (event.shiftKey ? this.host.bigStep() : event.altKey ? zoomedOut : 1));
  }

  /** Notches of a wheel lead from level to level, or by a tenth of one; fingers on a touch pad zoom smoothly. */
  private zoomByWheel(travel: number, isTenth: boolean, px: number, py: number): void {
    const { camera } = this;
    if (Math.abs(travel) < WHEEL_NOTCH / 2) camera.zoomBy(2 ** (-travel / (2 * WHEEL_NOTCH)), px, py);
    else if (isTenth) camera.zoomBy(2 ** (-Math.sign(travel) / 10), px, py);
    else {
      const { level } = camera;
      const next = travel > 0 ? Math.floor(level + 1.001) : Math.ceil(level - 1.001);
      camera.zoomBy(2 ** (level - next), px, py);
    }
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
    this.hoverFocus.used();
    const name = this.host.keymap.commandFor(event);
    if (name === null) {
      if (isPlain(event) && SCROLLING.has(event.key)) event.preventDefault();
      return;
    }
    const isDone = event.repeat && !commandOf(name).repeats;
    const command = (this.viewCommands as Partial<Record<string, () => void>>)[name];
    if (command && !isDone) command();
    else if (!command && !isDone && !this.layers.command(name) && !SCROLLING.has(event.key)) return;
    event.preventDefault();
  }

  private takeFocus(): void {
    this.hoverFocus.used();
    this.canvas.focus({ preventScroll: true });
  }

  private showImageOnly(isOnly: boolean): void {
    this.canvas.toggleAttribute("data-image-only", isOnly);
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
