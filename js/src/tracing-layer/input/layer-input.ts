/** Mouse and keys of a tracing layer, and who does what they ask for. */
import type { AnyModel } from "@anywidget/types";
import type { LayerHost, LayerPointer, View } from "../../shared/layer";
import type { SelectionStore } from "../../shared/selection/store";
import type { Graph } from "../data/graph";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import { NodeEdits } from "../edit/node-edits";
import type { EditQueue } from "../edit/queue";
import type { Tracing } from "../edit/tracing";
import type { Review } from "../review/review";
import type { TracingState } from "../state";
import { ActiveTags } from "./active-tags";
import { Choosing } from "./choosing";
import { type TracingCommands, tracingCommands } from "./commands";
import { Finding } from "./finding";
import { Hovering } from "./hovering";
import { Measuring } from "./measuring";
import { Peeking } from "./peeking";
import { Pointing, type PointingContext } from "./pointing";
import { Proofreading } from "./proofreading";
import { Travel } from "./travel";

export interface LayerInputContext extends PointingContext {
  readonly model: AnyModel<TracingState>;
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly kernel: Kernel;
  readonly tracing: Tracing;
  readonly review: Review;
  host(): LayerHost | null;
  store(): SelectionStore | null;
}

export class LayerInput {
  readonly pointing: Pointing;
  readonly tags: ActiveTags;
  private readonly measuring: Measuring;
  private readonly hovering: Hovering;
  private readonly commands: TracingCommands;

  constructor(private readonly context: LayerInputContext) {
    const { model, queue, tracing, review } = context;
    const graph = (): Graph => queue.graph;
    this.pointing = new Pointing(context);
    this.measuring = new Measuring(context.host);
    this.hovering = new Hovering({ ...context, graph });
    const { pointing, measuring } = this;
    const travel = new Travel({ ...context, graph, place: model.get("edits_place") });
    const finding = new Finding({ ...context, graph, travel });
    const choosing = new Choosing({ ...context, graph, travel, measuring });
    const proofreading = new Proofreading({ ...context, travel });
    const peeking = new Peeking(context);
    const nodes = new NodeEdits({ ...context, measuring });
    this.tags = new ActiveTags({ ...context, graph, nodes, finding });
    this.commands = tracingCommands({
      tracing,
      reshaping: tracing.reshaping,
      nodes,
      travel,
      finding,
      choosing,
      measuring,
      peeking,
      pointing,
      review,
      proofreading,
    });
  }

  /** True when the event was of use here. */
  pointer(event: LayerPointer): boolean {
    const isUsed = this.measuring.handle(event) || this.pointing.handle(event);
    if (isUsed) this.hovering.hide();
    else this.hovering.handle(event);
    return isUsed;
  }

  /** Do a command by its name; false if there is none. */
  perform(name: string): boolean {
    const command = (this.commands as Partial<Record<string, () => unknown>>)[name];
    if (command) this.context.perform(command);
    return command !== undefined;
  }

  /** Give up what waits for the mouse; false if nothing does. */
  cancel(): boolean {
    return this.measuring.cancel();
  }

  /** What is measured. */
  draw(ctx: CanvasRenderingContext2D, view: View): void {
    this.measuring.draw(ctx, view);
  }
}
