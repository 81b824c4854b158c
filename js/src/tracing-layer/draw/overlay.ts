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
/** Painting that takes longer (ms) is put off when another neuron is made active, too. */
const VERY_SLOW = 60;
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
  /** Perhaps without all of its parts yet. */
  sheet(): SectionSheet;
  /** Whether zoom or graph have changed so lately that a stale picture will do. */
  canWait: boolean;
}

/** A new picture that is being painted. */
interface Job {
  subject: Subject;
  view: View;
  sheet: SectionSheet;
  /** All of the sheet is gathered, so that bands can be painted. */
  isGathered: boolean;
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
    const isActive = held?.active === subject.active;
    const mayShow = held?.scene === subject.scene && (isActive || this.lastPaint > VERY_SLOW);
    const isOfScene = mayShow && this.shown.fits(view);
    const isStale = !isActive || held?.nmPerPixel !== view.nmPerPixel || held?.graph !== subject.graph;
    if (!isOfScene || (isStale && this.lastPaint <= SLOW)) this.paint(subject, view, sheet().whole());
    else if (isStale) return this.drawStale(drawing);
    else if (this.shown.roomAround(view) < LEAST_ROOM) this.shown.scroll(sheet().whole(), view);
    this.shown.copy(ctx, view);
    return "done";
  }

  /** Give the pixels back until the next draw. */
  release(): void {
    this.shown.release();
    this.dropJob();
  }

  private drawStale({ ctx, subject, view, sheet, canWait }: Drawing): Outcome {
    const { job } = this;
    if (job && !(isAlike(job.subject, subject) && job.view.nmPerPixel === view.nmPerPixel)) this.dropJob();
    // Half a sheet is of no graph any more.
    if (job && !job.isGathered && job.subject.graph !== subject.graph) this.dropJob();
    if (!this.job && !canWait)
      this.job = { subject, view, sheet: sheet(), isGathered: false, bands: 0, spent: 0 };
    if (this.job) this.work(this.job);
    // The old picture does as far as it reaches: what comes in is of the new sheet, which takes its time.
    if (this.shown.held?.nmPerPixel === view.nmPerPixel && this.shown.roomAround(view) < 0)
      this.shown.scroll(sheet().whole(), view);
    this.shown.copy(ctx, view);
    const now = this.shown.held;
    const isDone = now?.graph === subject.graph && now.active === subject.active;
    if (isDone && now.nmPerPixel === view.nmPerPixel) return "done";
    return canWait && !this.job ? "later" : "soon";
  }

  private work(job: Job): void {
    const started = performance.now();
    while (!job.isGathered && performance.now() - started < BUDGET) {
      job.isGathered = job.sheet.gather();
      if (job.isGathered) this.next.begin(job.subject, job.view, job.sheet.crowds(job.view));
    }
    if (!job.isGathered) {
      job.spent += performance.now() - started;
      return;
    }
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
}

function isAlike(one: Subject, other: Subject): boolean {
  return one.scene === other.scene && one.active === other.active;
}
