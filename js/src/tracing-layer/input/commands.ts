/** What the keys of a tracing layer do. */
import type { AnyModel } from "@anywidget/types";
import type { CommandOf } from "../../shared/bindings/keymap";
import type { LayerHost } from "../../shared/layer";
import type { Graph } from "../data/graph";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import type { EditQueue } from "../edit/queue";
import type { Tracing } from "../edit/tracing";
import type { TracingState } from "../state";
import { Travel } from "./travel";

export interface CommandContext {
  readonly model: AnyModel<TracingState>;
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly kernel: Kernel;
  readonly tracing: Tracing;
  host(): LayerHost | null;
}

export type TracingCommands = Record<CommandOf<"tracing">, () => unknown>;

export function tracingCommands(context: CommandContext): TracingCommands {
  const { model, queue, selection, kernel, tracing, host } = context;
  const graph = (): Graph => queue.graph;
  const travel = new Travel({ graph, selection, kernel, host, place: model.get("edits_place") });
  return {
    "tracing.parent": () => travel.go("parent"),
    "tracing.child": () => travel.go("child"),
    "tracing.next_branch": () => travel.go("next_branch"),
    "tracing.previous_branch": () => travel.go("previous_branch"),
    "tracing.root": () => travel.go("root"),
    "tracing.nearest_open_end": () => travel.toOpenEnd("nearest"),
    "tracing.next_open_end": () => travel.toOpenEnd("next"),
    "tracing.newest_open_end": () => travel.toOpenEnd("newest"),
    "tracing.with_signal": () => travel.cross(true),
    "tracing.against_signal": () => travel.cross(false),
    "tracing.center": () => travel.center(),
    "tracing.search": () => travel.search(),
    "tracing.delete": () => tracing.removeActive(),
    "tracing.tag": () => tracing.tag(),
    "tracing.confidence_1": () => tracing.setConfidence(1),
    "tracing.confidence_2": () => tracing.setConfidence(2),
    "tracing.confidence_3": () => tracing.setConfidence(3),
    "tracing.confidence_4": () => tracing.setConfidence(4),
    "tracing.confidence_5": () => tracing.setConfidence(5),
    "tracing.split": () => tracing.split(),
    "tracing.reroot": () => tracing.reroot(),
    "tracing.rename": () => tracing.rename(),
    "tracing.annotate": () => tracing.annotate(),
    "tracing.undo": () => tracing.undo(),
    "tracing.redo": () => tracing.redo(),
  };
}
