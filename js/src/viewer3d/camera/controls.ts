/** Mouse, fingers, wheel and keys over a 3D picture. The wheel counts once the picture was used. */

import { commandOf, type Keymap } from "../../shared/bindings/keymap";
import { HoverFocus } from "../../shared/hover-focus";
import type { ScreenPoint } from "../picking/projection";
import { type SpaceCommands, spaceCommands, type ViewActions } from "./keys";
import type { SpaceCamera } from "./space-camera";

const CLICK_REACH = 4;
const WHEEL_NOTCH = 110;
const TURN_PER_PIXEL = Math.PI / 500;

export type DragMode = "turn" | "rectangle" | "lasso";

/** A click on the picture, in CSS pixels from its upper left corner. */
export interface PictureClick {
  px: number;
  py: number;
  shift: boolean;
  /** Control, or command on a Mac. */
  ctrl: boolean;
}

export interface SpaceControlsHost extends ViewActions {
  readonly keymap: Keymap;
  /** What a drag with the main button does. */
  mode(): DragMode;
  clicked(click: PictureClick): void;
  /** The pointer rests or moves there, and presses nothing; null: it is elsewhere. */
  pointed(place: ScreenPoint | null): void;
  /** An outline is being drawn; null: it was given up. */
  outlining(outline: ScreenPoint[] | null): void;
  /** An outline was drawn; `isMore`: in addition to what is selected. */
  outlined(outline: ScreenPoint[], isMore: boolean): void;
  /** The view is held by the pointer, or no more. */
  hold(isHeld: boolean): void;
  /** The view was put somewhere by hand. */
  placed(): void;
}

/** `scroll`: the page may scroll by it, as the picture has not got the focus. */
type Gesture = "turn" | "pan" | "rectangle" | "lasso" | "scroll";

interface Press {
  gesture: Gesture;
  button: number;
  start: ScreenPoint;
  last: ScreenPoint;
  hasMoved: boolean;
  outline: ScreenPoint[];
}

export class SpaceControls {
  private press: Press | null = null;
  private readonly fingers = new Map<number, ScreenPoint>();
  private hasPinched = false;
  private readonly commands: SpaceCommands;
  private readonly hoverFocus: HoverFocus;

  constructor(
    private readonly stage: HTMLElement,
    private readonly camera: SpaceCamera,
    private readonly host: SpaceControlsHost,
    signal: AbortSignal,
  ) {
    this.commands = spaceCommands(camera, host);
    this.hoverFocus = new HoverFocus(stage);
    const listen = <K extends keyof HTMLElementEventMap>(
      kind: K,
      handle: (event: HTMLElementEventMap[K]) => void,
    ): void => stage.addEventListener(kind, handle, { signal, passive: false });
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", (event) => this.cancel(event));
    listen("lostpointercapture", (event) => this.cancel(event));
    listen("pointerleave", () => this.leave());
    listen("wheel", (event) => this.wheel(event));
    listen("keydown", (event) => this.key(event));
    listen("contextmenu", (event) => event.preventDefault());
    // JupyterLab leaves the focus where it is on a click elsewhere in the same cell: keys would still come here.
    const pressed = ({ target }: PointerEvent): void => {
      if (target instanceof Node && !stage.parentElement?.contains(target)) stage.blur();
    };
    window.addEventListener("pointerdown", pressed, { signal, capture: true });
  }

  private down(event: PointerEvent): void {
    if (event.button > 2) return;
    const mayScroll = event.pointerType === "touch" && this.fingers.size === 0 && !this.hasFocus;
    if (!mayScroll) this.take(event);
    const place = this.locate(event);
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, place);
    if (this.fingers.size > 1) {
      this.give(false);
      this.hasPinched = true;
      this.host.placed();
      this.host.hold(true);
      return;
    }
    if (this.press) return;
    this.hasPinched = false;
    const gesture = mayScroll ? "scroll" : this.gestureOf(event);
    this.press = {
      gesture,
      button: event.button,
      start: place,
      last: place,
      hasMoved: false,
      outline: [place],
    };
  }

  /** Whether somebody works here: the mouse alone brings only the keys. */
  private get hasFocus(): boolean {
    return this.stage.contains(document.activeElement) && !this.hoverFocus.isBorrowing;
  }

  private takeFocus(): void {
    this.hoverFocus.used();
    this.stage.focus({ preventScroll: true });
  }

  private leave(): void {
    if (!this.press) this.hoverFocus.left();
    this.host.pointed(null);
  }

  /** What the pointer does is for the picture. */
  private take(event: PointerEvent): void {
    event.preventDefault();
    this.takeFocus();
    this.stage.setPointerCapture(event.pointerId);
  }

  private gestureOf(event: PointerEvent): Gesture {
    if (event.button !== 0) return "pan";
    if (event.shiftKey) return "rectangle";
    if (event.altKey) return "lasso";
    return this.host.mode();
  }

  private move(event: PointerEvent): void {
    const place = this.locate(event);
    if (this.fingers.size > 1) {
      this.pinch(event.pointerId, place);
      return;
    }
    const { press } = this;
    if (!press) {
      this.hoverFocus.moved(event);
      this.host.pointed(place);
      return;
    }
    if (!press.hasMoved && between(press.start, place) > CLICK_REACH) this.begin(press);
    if (press.hasMoved) this.drag(press, place);
  }

  private begin(press: Press): void {
    press.hasMoved = true;
    if (press.gesture === "scroll") return;
    this.host.pointed(null);
    if (press.gesture === "turn" || press.gesture === "pan") this.host.hold(true);
    this.stage.dataset.gesture = press.gesture;
  }

  private drag(press: Press, place: ScreenPoint): void {
    if (press.gesture === "scroll") return;
    if (press.gesture === "turn" || press.gesture === "pan") this.host.placed();
    const dx = place[0] - press.last[0];
    const dy = place[1] - press.last[1];
    press.last = place;
    if (press.gesture === "turn") this.camera.turn(-dx * TURN_PER_PIXEL, -dy * TURN_PER_PIXEL);
    else if (press.gesture === "pan") this.camera.pan(dx, dy);
    else {
      if (press.gesture === "lasso") press.outline.push(place);
      else press.outline = rectangle(press.start, place);
      this.host.outlining(press.outline);
    }
  }

  /** Two fingers: the picture follows both. */
  private pinch(pointerId: number, place: ScreenPoint): void {
    if (!this.fingers.has(pointerId)) return;
    const [before, spread] = this.span();
    this.fingers.set(pointerId, place);
    const [after, now] = this.span();
    this.camera.pan(after[0] - before[0], after[1] - before[1]);
    if (spread > 0 && now > 0) this.camera.zoomBy(now / spread, ...after);
  }

  private span(): [middle: ScreenPoint, distance: number] {
    const [first, second] = [...this.fingers.values()] as [ScreenPoint, ScreenPoint];
    return [[(first[0] + second[0]) / 2, (first[1] + second[1]) / 2], between(first, second)];
  }

  private up(event: PointerEvent): void {
    const { press } = this;
    this.lift(event);
    if (!press || press.button !== event.button) return;
    this.give(true);
    if (press.hasMoved) {
      if (press.gesture === "rectangle" || press.gesture === "lasso")
        this.host.outlined(press.outline, event.ctrlKey || event.metaKey);
    } else if (press.button === 0 && !this.hasPinched) {
      if (press.gesture === "scroll") this.takeFocus();
      const [px, py] = this.locate(event);
      this.host.clicked({ px, py, shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey });
    }
  }

  private cancel(event: PointerEvent): void {
    this.lift(event);
    if (this.press) this.give(false);
  }

  private lift(event: PointerEvent): void {
    if (this.fingers.delete(event.pointerId) && this.fingers.size < 2) this.host.hold(false);
  }

  /** End what the pointer does. */
  private give(isDone: boolean): void {
    const { press } = this;
    this.press = null;
    delete this.stage.dataset.gesture;
    if (!press) return;
    if (!isDone && press.outline.length > 1) this.host.outlining(null);
    this.host.hold(false);
  }

  private wheel(event: WheelEvent): void {
    if (!this.hasFocus) return;
    event.preventDefault();
    event.stopPropagation();
    this.host.placed();
    const travel = wheelPixels(event);
    if (event.ctrlKey || event.metaKey) this.camera.advance((-travel / WHEEL_NOTCH) * 0.1);
    else this.camera.zoomBy(2 ** (-travel / (3 * WHEEL_NOTCH)), ...this.locate(event));
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.stage) return;
    this.hoverFocus.used();
    if (event.key === "Escape" && this.press) {
      this.give(false);
      event.preventDefault();
      return;
    }
    const name = this.host.keymap.commandFor(event) as keyof SpaceCommands | null;
    if (name === null) return;
    event.preventDefault();
    if (event.repeat && !commandOf(name).repeats) return;
    this.host.placed();
    this.commands[name]();
  }

  private locate(event: MouseEvent): ScreenPoint {
    const box = this.stage.getBoundingClientRect();
    // Lab and notebook themes may scale the page.
    const scale = box.width > 0 ? this.stage.clientWidth / box.width : 1;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }
}

function wheelPixels(event: WheelEvent): number {
  const travel = event.deltaY || event.deltaX;
  return event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? travel : Math.sign(travel) * WHEEL_NOTCH;
}

function between(one: ScreenPoint, other: ScreenPoint): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}

function rectangle([left, top]: ScreenPoint, [right, bottom]: ScreenPoint): ScreenPoint[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}
