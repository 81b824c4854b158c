/** Lengths that are measured by mouse: a line or a circle follows the pointer until a click. */
import type { LayerHost, LayerPointer, Point, View } from "../../shared/layer";
import { ACTIVE_NODE } from "../draw/palette";
import { Hint } from "../edit/hint";

interface Measurement {
  from: Point;
  to: Point;
  isCircle: boolean;
  /** The length in nm; null when it was given up. */
  done(length: number | null): void;
}

export class Measuring {
  private now: Measurement | null = null;

  constructor(private readonly host: () => LayerHost | null) {}

  /** The distance from the cursor to a click. */
  async distance(): Promise<void> {
    const from = this.host()?.cursorPoint();
    if (!from) throw new Hint("Put the mouse over the picture first: the distance is that from the cursor.");
    const length = await this.begin(from, false);
    if (length !== null) this.host()?.notify("info", `The distance is ${inWords(length)}.`, true);
  }

  /** The radius of a circle around a node; null if it is given up. */
  async radius(center: Point): Promise<number | null> {
    const length = await this.begin(center, true);
    return length === null ? null : Math.round(length * 10) / 10;
  }

  /** True if the event was of use here. */
  handle(event: LayerPointer): boolean {
    const { now } = this;
    if (!now) return false;
    if (event.kind === "down") return event.button === 0;
    if (event.kind === "move" || event.kind === "up") {
      now.to = [event.x, event.y, event.z];
      this.host()?.invalidate();
    }
    if (event.kind === "click") this.end(lengthOf(now.from, [event.x, event.y, now.from[2]]));
    return true;
  }

  /** Give it up; false if nothing is measured. */
  cancel(): boolean {
    const isMeasuring = this.now !== null;
    this.end(null);
    return isMeasuring;
  }

  draw(ctx: CanvasRenderingContext2D, view: View): void {
    const { now } = this;
    if (!now) return;
    const [x, y] = view.toScreen(now.from[0], now.from[1]);
    const [toX, toY] = view.toScreen(now.to[0], now.to[1]);
    ctx.strokeStyle = ACTIVE_NODE;
    ctx.fillStyle = ACTIVE_NODE;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    if (now.isCircle) ctx.arc(x, y, Math.hypot(toX - x, toY - y), 0, 2 * Math.PI);
    ctx.moveTo(x, y);
    ctx.lineTo(toX, toY);
    ctx.stroke();
    ctx.font = "13px system-ui, sans-serif";
    ctx.strokeStyle = "#000";
    ctx.lineWidth = 3;
    const text = inWords(lengthOf(now.from, [now.to[0], now.to[1], now.from[2]]));
    ctx.strokeText(text, toX + 10, toY - 8);
    ctx.fillText(text, toX + 10, toY - 8);
  }

  private begin(from: Point, isCircle: boolean): Promise<number | null> {
    this.end(null);
    const host = this.host();
    const to = host?.cursorPoint() ?? from;
    host?.notify("info", "Click where it ends; Escape gives it up.");
    host?.cursor("crosshair");
    host?.invalidate();
    return new Promise((done) => {
      this.now = { from, to, isCircle, done };
    });
  }

  private end(length: number | null): void {
    const { now } = this;
    if (!now) return;
    this.now = null;
    const host = this.host();
    host?.notify("info", "");
    host?.cursor("");
    host?.invalidate();
    now.done(length);
  }
}

/** A length in nm for people: "850 nm", "1.25 µm". */
export function inWords(nm: number): string {
  return nm < 1000 ? `${Math.round(nm)} nm` : `${Number((nm / 1000).toPrecision(3))} µm`;
}

export function lengthOf(from: Point, to: Point): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
}
