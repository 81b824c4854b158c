/** A picture kept as pixels, larger than the view on all sides. */
import type { View } from "../../shared/layer";
import type { PaintFrame } from "./picture";
import type { Crowds, SectionSheet } from "./sheet";

/** How far it reaches beyond the view, in widths and heights of the view. */
const MARGIN = 0.25;

/** What a picture shows, apart from where and at what zoom. */
export interface Subject {
  /** The section, colours and whatever else would look wrong in an old picture. */
  scene: string;
  /** The active skeleton; where painting takes long, another one may look active for a moment. */
  active: number | null;
  /** The graph; an old one may show for a moment. */
  graph: string;
}

interface Held extends Subject {
  /** Project x, y (nm) of the upper left corner. */
  corner: [number, number];
  nmPerPixel: number;
  dpr: number;
  /** Device pixels of the view. */
  viewWidth: number;
  viewHeight: number;
  crowds: Crowds;
}

export class Pixels {
  private readonly canvas = document.createElement("canvas");
  // On the CPU: thousands of thin lines are painted there several times faster than on a slow GPU.
  private readonly ctx = this.canvas.getContext("2d", { willReadFrequently: true });
  held: Held | null = null;

  /** CSS pixels. */
  get height(): number {
    return this.held ? this.canvas.height / this.held.dpr : 0;
  }

  private get width(): number {
    return this.held ? this.canvas.width / this.held.dpr : 0;
  }

  /** Begin a picture around a view: empty, until parts of it are painted. */
  begin(subject: Subject, view: View, crowds: Crowds): void {
    const { nmPerPixel, dpr } = view;
    this.canvas.width = Math.ceil(view.width * (1 + 2 * MARGIN) * dpr);
    this.canvas.height = Math.ceil(view.height * (1 + 2 * MARGIN) * dpr);
    const [viewWidth, viewHeight] = [view.width * dpr, view.height * dpr];
    this.held = { ...subject, corner: [0, 0], nmPerPixel, dpr, viewWidth, viewHeight, crowds };
    this.held.corner = this.cornerFor(view);
  }

  /** Paint from one line to another, CSS pixels from the top. */
  paintBand(sheet: SectionSheet, view: View, top: number, bottom: number): void {
    this.paintPart(sheet, view, { left: 0, top, right: this.width, bottom });
  }

  /** Follow a view of the same zoom: move what is painted, and paint what comes in. */
  scroll(sheet: SectionSheet, view: View): void {
    const { held, ctx, canvas } = this;
    if (!held || !ctx) return;
    const [x, y] = this.cornerFor(view);
    const { dpr, nmPerPixel } = held;
    // By whole device pixels, or the picture blurs.
    const dx = Math.round(((x - held.corner[0]) / nmPerPixel) * dpr);
    const dy = Math.round(((y - held.corner[1]) / nmPerPixel) * dpr);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = 1;
    ctx.globalCompositeOperation = "copy";
    ctx.drawImage(canvas, -dx, -dy);
    ctx.globalCompositeOperation = "source-over";
    held.corner = [held.corner[0] + (dx / dpr) * nmPerPixel, held.corner[1] + (dy / dpr) * nmPerPixel];
    const { width, height } = this;
    const [sx, sy] = [Math.min(Math.abs(dx) / dpr, width), Math.min(Math.abs(dy) / dpr, height)];
    if (dy !== 0) {
      const top = dy > 0 ? height - sy : 0;
      this.paintPart(sheet, view, { left: 0, right: width, top, bottom: top + sy });
    }
    if (dx !== 0) {
      const left = dx > 0 ? width - sx : 0;
      const top = dy < 0 ? sy : 0;
      this.paintPart(sheet, view, { left, right: left + sx, top, bottom: top + height - sy });
    }
  }

  copy(ctx: CanvasRenderingContext2D, view: View): void {
    if (!this.held) return;
    const [left, top] = view.toScreen(...this.held.corner);
    const scale = this.held.nmPerPixel / view.nmPerPixel;
    const snap = (value: number): number => Math.round(value * view.dpr) / view.dpr;
    ctx.drawImage(this.canvas, snap(left), snap(top), this.width * scale, this.height * scale);
  }

  /** Whether this is of a view's size, so that it can be moved to it. */
  fits(view: View): boolean {
    const { held } = this;
    return (
      held?.dpr === view.dpr &&
      held.viewWidth === view.width * view.dpr &&
      held.viewHeight === view.height * view.dpr
    );
  }

  /** What part of its margin a view of the same zoom leaves on the side where it is least; negative if it has none. */
  roomAround(view: View): number {
    if (!this.held) return -1;
    const [left, top] = view.toScreen(...this.held.corner);
    const right = left + this.width - view.width;
    const bottom = top + this.height - view.height;
    return (
      Math.min(-left / view.width, right / view.width, -top / view.height, bottom / view.height) / MARGIN
    );
  }

  release(): void {
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.held = null;
  }

  private cornerFor(view: View): [number, number] {
    return view.toProject((view.width - this.width) / 2, (view.height - this.height) / 2);
  }

  /** part: CSS pixels from the picture's corner. */
  private paintPart(sheet: SectionSheet, view: View, part: PaintFrame): void {
    const { ctx, held } = this;
    if (!ctx || !held) return;
    const [left, top] = view.toScreen(...held.corner);
    ctx.save();
    ctx.setTransform(held.dpr, 0, 0, held.dpr, 0, 0);
    ctx.beginPath();
    ctx.rect(part.left, part.top, part.right - part.left, part.bottom - part.top);
    ctx.clip();
    ctx.translate(-left, -top);
    const frame: PaintFrame = {
      left: part.left + left,
      right: part.right + left,
      top: part.top + top,
      bottom: part.bottom + top,
    };
    sheet.paint(ctx, view, frame, held.crowds);
    ctx.restore();
  }
}
