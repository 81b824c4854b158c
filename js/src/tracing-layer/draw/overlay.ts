/**
 * The picture of a layer, kept as pixels so that panning copies instead of painting.
 *
 * Where painting is slow it may be stale for a moment: zooming stretches it until the zoom rests, and after a change
 * of the graph a new one is painted band by band, over several frames, while the old one shows.
 */
import type { View } from "../../shared/layer";
import { Pixels, type Subject } from "./pixels";
import type { SectionSheet } from "./sheet";

/** Painting that takes longer (ms) is put off. */
const SLOW = 12;
/** ms of one frame in which a new picture is painted. */
const BUDGET = 6;
const BANDS = 24;
/** The picture moves on when less than this part of its margin is left. */
const LEAST_ROOM = 0.6;

/** Whether a draw showed all (`done`), or another is due: on the next frame (`soon`), or in a while (`later`). */
export type Outcome = "done" | "soon" | "later";

/** What a draw is of: the subject in a view, and its section where that is needed. */
interface Drawing {
  ctx: CanvasRenderingContext2D;
  subject: Subject;
  view: View;
  sheet(): SectionSheet;
  /** Whether zoom or graph have changed so lately that a stale picture will do. */
  canWait: boolean;
}

/** A new picture that is being painted. */
interface Job {
  view: View;
  sheet: SectionSheet;
  /** Bands that are painted. */
  bands: number;
  spent: number;
}

export class Overlay {
  private shown = new Pixels();
  private next = new Pixels();
  private job: Job | null = null;
  /** ms that painting all took last. */
  lastPaint = 0;

  draw(drawing: Drawing): Outcome {
    const { ctx, subject, view, sheet } = drawing;
    const { held } = this.shown;
    const isOfScene = held?.scene === subject.scene && this.shown.fits(view);
    const isZoomed = held?.nmPerPixel !== view.nmPerPixel;
    const isStale = isZoomed || held?.graph !== subject.graph;
    if (!isOfScene || (isStale && this.lastPaint <= SLOW)) this.paint(subject, view, sheet());
    else if (isStale) return this.drawStale(drawing);
    else this.follow(view, sheet);
    this.shown.copy(ctx, view);
    return "done";
  }

  /** Give the pixels back until the next draw. */
  release(): void {
    this.shown.release();
    this.dropJob();
  }

  private drawStale({ ctx, subject, view, sheet, canWait }: Drawing): Outcome {
    const { held } = this.next;
    if (this.job && (held?.scene !== subject.scene || held.nmPerPixel !== view.nmPerPixel)) this.dropJob();
    if (!this.job && !canWait) this.beginJob(subject, view, sheet());
    if (this.job) this.work(this.job);
    if (this.shown.held?.nmPerPixel === view.nmPerPixel) this.follow(view, sheet);
    this.shown.copy(ctx, view);
    const isDone = this.shown.held?.graph === subject.graph && this.shown.held.nmPerPixel === view.nmPerPixel;
    if (isDone) return "done";
    return canWait && !this.job ? "later" : "soon";
  }

  private beginJob(subject: Subject, view: View, sheet: SectionSheet): void {
    this.next.begin(subject, view, sheet.crowds(view));
    this.job = { view, sheet, bands: 0, spent: 0 };
  }

  private work(job: Job): void {
    const started = performance.now();
    const bandHeight = Math.ceil(this.next.height / BANDS);
    do {
      const top = job.bands * bandHeight;
      this.next.paintBand(job.sheet, job.view, top, Math.min(top + bandHeight, this.next.height));
      job.bands++;
    } while (job.bands < BANDS && performance.now() - started < BUDGET);
    job.spent += performance.now() - started;
    if (job.bands < BANDS) return;
    this.lastPaint = job.spent;
    [this.shown, this.next] = [this.next, this.shown];
    this.dropJob();
  }

  private dropJob(): void {
    this.job = null;
    this.next.release();
  }

  private paint(subject: Subject, view: View, sheet: SectionSheet): void {
    this.dropJob();
    const started = performance.now();
    this.shown.begin(subject, view, sheet.crowds(view));
    this.shown.paintBand(sheet, view, 0, this.shown.height);
    this.lastPaint = performance.now() - started;
  }

  private follow(view: View, sheet: () => SectionSheet): void {
    if (this.shown.roomAround(view) < LEAST_ROOM) this.shown.scroll(sheet(), view);
  }
}
