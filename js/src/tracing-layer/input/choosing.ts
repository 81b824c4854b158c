/** Keys about which neurons are chosen and how they show: selection, visibility groups, labels, other sections. */
import type { AnyModel } from "@anywidget/types";
import type { LayerHost } from "../../shared/layer";
import type { SelectionStore } from "../../shared/selection/store";
import type { Graph } from "../data/graph";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import type { TracingState } from "../state";
import { lengthOf, type Measuring } from "./measuring";
import { focusHistory, nextResult } from "./page-widgets";
import { placeOf, type Travel } from "./travel";

export interface ChoosingContext {
  readonly model: AnyModel<TracingState>;
  readonly selection: Selection;
  readonly kernel: Kernel;
  readonly travel: Travel;
  readonly measuring: Measuring;
  graph(): Graph;
  host(): LayerHost | null;
  /** The selection of the viewer, if it has one. */
  store(): SelectionStore | null;
}

/** Sections that fade when they are shown again by a key. */
const FADE_SECTIONS = 2;

export class Choosing {
  constructor(private readonly context: ChoosingContext) {}

  /** Put the active neuron into the selection, or take it out. */
  choose(isRemoved: boolean): void {
    const store = this.requireStore();
    const { skeleton } = this.context.selection;
    if (skeleton === null) throw new Hint("No neuron is active.");
    if (skeleton < 0) throw new Hint("This neuron is still being saved.");
    this.take(store, [skeleton], isRemoved);
  }

  /** The same with the neurons that have a node in a circle around the active node, which is measured by mouse. */
  async chooseAround(isRemoved: boolean): Promise<void> {
    const store = this.requireStore();
    const center = this.context.selection.position;
    if (!center) throw new Hint("Select a node first: neurons around it are chosen.");
    const radius = await this.context.measuring.radius(center);
    if (radius === null) return;
    const { nodes } = this.context.graph();
    const { id, skeleton } = nodes.columns;
    const found = new Set<number>();
    for (let row = 0; row < nodes.count; row++) {
      const at = this.context.graph().position(id[row] as number);
      if (at && lengthOf(center, at) <= radius && (skeleton[row] as number) > 0)
        found.add(skeleton[row] as number);
    }
    this.take(store, [...found], isRemoved);
  }

  /** Hide the neurons of a visibility group, or show them again. */
  toggleGroup(group: 1 | 2): void {
    const { model } = this.context;
    if (model.get("visibility_groups")[group - 1]?.length === 0)
      throw new Hint(
        `Visibility group ${group} has no neurons: set visibility_groups of the tracing layer first.`,
      );
    const hidden = model.get("hidden_groups");
    const isHidden = hidden.includes(group);
    model.set("hidden_groups", isHidden ? hidden.filter((one) => one !== group) : [...hidden, group]);
    model.save_changes();
    this.tell(`Visibility group ${group} is ${isHidden ? "shown" : "hidden"}.`);
  }

  toggleLabels(): void {
    const { model } = this.context;
    const isOn = !model.get("show_labels");
    model.set("show_labels", isOn);
    model.save_changes();
    this.tell(`Tags are ${isOn ? "shown" : "hidden"}.`);
  }

  /** Show edges of the sections before and behind, or only those of this one. */
  toggleFade(): void {
    const { model } = this.context;
    const sections = model.get("fade_sections") > 0 ? 0 : FADE_SECTIONS;
    model.set("fade_sections", sections);
    model.save_changes();
    this.tell(
      sections > 0
        ? `Edges of ${sections} sections on either side are shown.`
        : "Only this section is shown.",
    );
  }

  history(): void {
    const host = this.context.host();
    if (host && !focusHistory(host.bar))
      throw new Hint("No table of the history is on this page: project.history() in a cell shows it.");
  }

  /** To the neuron that comes after the active one in the search of this page. */
  async nextResult(): Promise<void> {
    const { model, selection, kernel, travel } = this.context;
    const host = this.context.host();
    if (!host) return;
    const next = nextResult(model.get("edits_place"), host.bar, selection.skeleton);
    if (next === undefined)
      throw new Hint("No neuron search is on this page: project.neuron_search() in a cell shows one.");
    if (next === null) throw new Hint("The search has no further neuron.");
    const [x, y, z] = host.view().center;
    const found = await kernel.of("nearest", { x, y, z, skeleton_id: next });
    if (!found) throw new Hint(`Skeleton ${next} does not exist any more.`);
    travel.arrive("treenode", found.treenode_id, placeOf(found));
  }

  private take(store: SelectionStore, skeletons: number[], isRemoved: boolean): void {
    const known = skeletons.filter((one) => store.has(one) === isRemoved);
    if (isRemoved) store.remove(known);
    else store.add(known);
    const many = known.length === 1 ? "One neuron is" : `${known.length} neurons are`;
    this.tell(`${many} ${isRemoved ? "no more" : "now"} in the selection, which has ${store.length}.`);
  }

  private requireStore(): SelectionStore {
    const store = this.context.store();
    if (!store)
      throw new Hint("This viewer has no selection: viewer.selection = project.selection() gives it one.");
    return store;
  }

  private tell(text: string): void {
    this.context.host()?.notify("info", text);
  }
}
