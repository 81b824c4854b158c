/** Draws a tracing layer: the picture of a section, and over it what changes with every move of the pointer. */
import type { AnyModel } from "@anywidget/types";
import type { View } from "../../shared/layer";
import { Sections, type Slab } from "../data/section";
import type { Selection } from "../data/selection";
import type { EditQueue } from "../edit/queue";
import type { Pointing } from "../input/pointing";
import type { LinkedSelection } from "../neurons/linked-selection";
import type { ReviewWalk } from "../review/walk";
import type { TracingState } from "../state";
import { Overlay } from "./overlay";
import { paintLive } from "./paint-live";
import { paintReview } from "./paint-review";
import type { Picture } from "./picture";
import type { Subject } from "./pixels";
import { SectionSheet } from "./sheet";

export interface PainterContext {
  model: AnyModel<TracingState>;
  queue: EditQueue;
  selection: Selection;
  pointing: Pointing;
  neurons: LinkedSelection;
  /** What is reviewed; null if nothing is. */
  walk(): ReviewWalk | null;
  /** Have the layer drawn again. */
  invalidate(): void;
}

/** ms for which an old picture may be shown after a change of zoom or graph. */
const REST = 120;

export class Painter {
  private readonly overlay = new Overlay();
  private readonly sections = new Sections();
  private sheet: { key: string; sheet: SectionSheet } | null = null;
  private lookRevision = 0;
  private zoom = { nmPerPixel: 0, since: 0 };
  private edited = 0;
  private restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly context: PainterContext) {}

  /** ms that the last painting took. */
  get lastPaint(): number {
    return this.overlay.lastPaint;
  }

  draw(ctx: CanvasRenderingContext2D, view: View): void {
    const picture = this.picture(view);
    const canWait = performance.now() - Math.max(this.zoom.since, this.edited) < REST;
    const subject = this.subjectOf(picture);
    const outcome = this.overlay.draw({
      ctx,
      subject,
      view,
      sheet: () => this.sheetOf(subject, picture),
      canWait,
    });
    if (outcome === "soon") this.context.invalidate();
    if (outcome === "later") {
      clearTimeout(this.restTimer);
      this.restTimer = setTimeout(() => this.context.invalidate(), REST);
    }
    const { model, selection, pointing, queue } = this.context;
    const walk = this.context.walk();
    if (walk) paintReview(ctx, walk, view, picture.slab, picture.look.fadeSections);
    paintLive(ctx, {
      graph: picture.graph,
      view,
      slab: picture.slab,
      active: selection.active,
      hover: pointing.hover,
      drag: pointing.drag,
      isReadOnly: model.get("read_only"),
      pending: picture.look.pending,
      resolve: queue.resolve,
    });
  }

  sectionOf(view: View): Picture["section"] {
    return this.sectionAt(slabOf(view));
  }

  sectionAt(slab: Slab): Picture["section"] {
    const { selection, queue } = this.context;
    const choice = { isShown: this.isShown, key: `${this.lookRevision} ${selection.skeleton}` };
    return this.sections.section(queue.graph, slab, choice);
  }

  viewChanged({ nmPerPixel }: View): void {
    if (nmPerPixel !== this.zoom.nmPerPixel) this.zoom = { nmPerPixel, since: performance.now() };
  }

  /** Colours or whatever else decides how the picture looks were changed. */
  lookChanged(): void {
    this.lookRevision++;
  }

  /** An edit was made, so that an old picture may be shown for a moment. */
  editMade(): void {
    this.edited = performance.now();
  }

  /** Give the pixels back until the next draw. */
  release(): void {
    this.overlay.release();
    this.sheet = null;
  }

  dispose(): void {
    clearTimeout(this.restTimer);
  }

  private picture(view: View): Picture {
    const { model, queue, selection, neurons } = this.context;
    const { graph } = queue;
    const { look } = neurons;
    return {
      graph,
      topology: this.sections.topology(graph),
      section: this.sectionOf(view),
      slab: slabOf(view),
      look: {
        activeSkeleton: selection.skeleton,
        colorOf: (skeleton, user, away) => look.colorOf(skeleton, user, away),
        isShown: this.isShown,
        showsLink: (skeleton, relation) => look.showsLink(skeleton, relation),
        opacity: model.get("opacity"),
        labels: model.get("show_labels"),
        fadeSections: model.get("fade_sections"),
        pending: queue.touched(),
      },
    };
  }

  /** Whether a skeleton is drawn: the active one even if it is hidden otherwise, and one that is not saved yet. */
  readonly isShown = (skeleton: number): boolean =>
    skeleton === this.context.selection.skeleton ||
    skeleton < 0 ||
    this.context.neurons.look.isShown(skeleton);

  private sheetOf(subject: Subject, picture: Picture): SectionSheet {
    const key = `${subject.scene} ${subject.active} ${subject.graph}`;
    if (this.sheet?.key !== key) this.sheet = { key, sheet: new SectionSheet(picture) };
    return this.sheet.sheet;
  }

  private subjectOf({ graph, slab }: Picture): Subject {
    return {
      scene: [slab.depth, this.lookRevision].join(" "),
      active: this.context.selection.skeleton,
      graph: `${graph.serial} ${graph.revision}`,
    };
  }
}

/** The section that a view shows. */
function slabOf(view: View): Slab {
  return { depth: view.sectionDepth, thickness: view.sectionThickness };
}
