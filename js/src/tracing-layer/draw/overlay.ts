/**
 * A picture kept as pixels, so that panning copies instead of painting.
 *
 * It reaches beyond the view on all sides. Where painting is slow it may be stale for a moment: zooming
 * stretches it until the zoom rests, and what an edit changes is drawn over it.
 */
import type { View } from "../../shared/layer";
import { paintConnectors } from "./paint-connectors";
import { paintEdges } from "./paint-edges";
import { paintNodes } from "./paint-nodes";
import { paintText } from "./paint-text";
import type { PaintFrame, Picture } from "./picture";

/** How far it reaches beyond the view, in widths and heights of the view. */
const MARGIN = 0.25;
/** Painting that takes longer (ms) is put off. */
const SLOW = 12;

/** What a picture shows, apart from where and at what zoom. */
export interface Subject {
  /** The section, colours and whatever else would look wrong in an old picture. */
  scene: string;
  /** The graph; an old one may show for a moment. */
  graph: string;
}

interface Painted extends Subject {
  view: View;
  width: number;
  height: number;
}

export class Overlay {
  private readonly canvas = document.createElement("canvas");
  // On the CPU: thousands of thin lines are painted there several times faster than on a slow GPU.
  private readonly ctx = this.canvas.getContext("2d", { willReadFrequently: true });
  private painted: Painted | null = null;
  /** ms that the last painting took. */
  lastPaint = 0;

  /**
   * Draw a picture.
   *
   * canWait : whether zoom or graph have changed so lately that a stale picture will do.
   *
   * Returns false when it drew a stale one and a further draw is due.
   */
  draw(ctx: CanvasRenderingContext2D, subject: Subject, picture: Picture, canWait: boolean): boolean {
    const { view } = picture;
    const { painted } = this;
    const fits = painted?.scene === subject.scene && painted.view.dpr === view.dpr;
    const isFresh =
      fits &&
      painted.graph === subject.graph &&
      painted.view.nmPerPixel === view.nmPerPixel &&
      this.covers(view);
    const putsOff = fits && !isFresh && canWait && this.lastPaint > SLOW;
    if (!isFresh && !putsOff) this.paint(subject, picture);
    this.copy(ctx, view);
    return !putsOff;
  }

  /** Give the pixels back until the next draw. */
  release(): void {
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.painted = null;
  }

  private paint(subject: Subject, picture: Picture): void {
    if (!this.ctx) return;
    const started = performance.now();
    const { view } = picture;
    this.canvas.width = Math.ceil(view.width * (1 + 2 * MARGIN) * view.dpr);
    this.canvas.height = Math.ceil(view.height * (1 + 2 * MARGIN) * view.dpr);
    const [width, height] = [this.canvas.width / view.dpr, this.canvas.height / view.dpr];
    const [dx, dy] = [(width - view.width) / 2, (height - view.height) / 2];
    this.ctx.setTransform(view.dpr, 0, 0, view.dpr, dx * view.dpr, dy * view.dpr);
    this.ctx.globalAlpha = picture.look.opacity;
    const frame: PaintFrame = { left: -dx, top: -dy, right: view.width + dx, bottom: view.height + dy };
    paintEdges(this.ctx, picture, frame);
    paintConnectors(this.ctx, picture, frame);
    paintNodes(this.ctx, picture, frame);
    paintText(this.ctx, picture, frame);
    this.painted = { ...subject, view, width, height };
    this.lastPaint = performance.now() - started;
  }

  private copy(ctx: CanvasRenderingContext2D, view: View): void {
    if (!this.painted) return;
    const { left, top, scale } = this.placed(this.painted, view);
    // On whole device pixels, or the copy blurs.
    const snap = (value: number): number => Math.round(value * view.dpr) / view.dpr;
    const { width, height } = this.painted;
    ctx.drawImage(this.canvas, snap(left), snap(top), width * scale, height * scale);
  }

  private covers(view: View): boolean {
    if (!this.painted) return false;
    const { left, top, scale } = this.placed(this.painted, view);
    const { width, height } = this.painted;
    return left <= 0 && top <= 0 && left + width * scale >= view.width && top + height * scale >= view.height;
  }

  /** Where the kept picture's upper left corner is in a view, CSS pixels, and how much it is stretched. */
  private placed(painted: Painted, view: View): { left: number; top: number; scale: number } {
    const { view: old, width, height } = painted;
    const corner = old.toProject((old.width - width) / 2, (old.height - height) / 2);
    const [left, top] = view.toScreen(...corner);
    return { left, top, scale: old.nmPerPixel / view.nmPerPixel };
  }
}
