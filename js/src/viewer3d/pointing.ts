/** What the pointer is on: it is named, and a click selects it or goes to its node. */

import type { NoticeLevel, Point } from "../shared/layer";
import type { Rpc } from "../shared/rpc";
import { RpcError } from "../shared/rpc";
import { FLAG } from "../shared/selection/delta";
import type { SelectionStore } from "../shared/selection/store";
import type { PictureClick } from "./camera/controls";
import type { PickedNode } from "./neurons/neuron-lines";
import type { ScreenPoint } from "./picking/projection";
import type { NeuronFacts, VisitedNode } from "./state";

const HOVER_MS = 60;
const CLICK_TOLERANCE = 7;
const HOVER_TOLERANCE = 5;
const PATIENCE_MS = 20_000;

export interface SpacePointingHost {
  pick(px: number, py: number, tolerance: number): PickedNode | null;
  inside(outline: ScreenPoint[]): number[];
  /** The pointer is on a node; null: on none. */
  pointed(node: PickedNode | null): void;
  name(text: string, place: ScreenPoint): void;
  notify(level: NoticeLevel, text: string): void;
  isLinked(): boolean;
  /** A place of the scene in project space. */
  inProject(point: readonly number[]): Point;
}

export class SpacePointing {
  private readonly facts = new Map<number, Promise<NeuronFacts>>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private on: number | null = null;

  constructor(
    private readonly selection: SelectionStore,
    private readonly rpc: Rpc,
    private readonly host: SpacePointingHost,
  ) {}

  /** The pointer is there, or elsewhere. */
  moved(place: ScreenPoint | null): void {
    clearTimeout(this.timer);
    if (place === null) this.show(null, [0, 0]);
    else this.timer = setTimeout(() => this.show(this.host.pick(...place, HOVER_TOLERANCE), place), HOVER_MS);
  }

  clicked({ px, py, shift, ctrl }: PictureClick): void {
    const node = this.host.pick(px, py, CLICK_TOLERANCE);
    if (shift) {
      if (node) void this.visit(node);
      return;
    }
    if (!node) {
      if (!ctrl) this.selection.select([]);
      return;
    }
    const { skeletonId } = node;
    if (ctrl && this.selection.isSelected(skeletonId)) {
      this.selection.setFlags([skeletonId], FLAG.SELECTED, 0);
      return;
    }
    if (ctrl) this.selection.setFlags([skeletonId], FLAG.SELECTED, FLAG.SELECTED);
    else this.selection.select([skeletonId]);
    this.selection.setActive(skeletonId);
  }

  /** Select what has a node in an outline. */
  outlined(outline: ScreenPoint[], isMore: boolean): void {
    const ids = this.host.inside(outline);
    if (isMore) this.selection.setFlags(ids, FLAG.SELECTED, FLAG.SELECTED);
    else this.selection.select(ids);
    const neurons = ids.length === 1 ? "1 neuron" : `${ids.length.toLocaleString("en")} neurons`;
    this.host.notify("info", ids.length === 0 ? "No neuron has a node there." : `${neurons} selected.`);
  }

  /** Name and size of a neuron, asked for once until it changes. */
  factsOf(skeletonId: number): Promise<NeuronFacts> {
    let asked = this.facts.get(skeletonId);
    if (!asked) {
      const options = { timeoutMs: PATIENCE_MS };
      asked = this.rpc
        .call<NeuronFacts>("neuron_facts", { skeleton_id: skeletonId }, options)
        .then(({ result }) => result);
      asked.catch(() => this.facts.delete(skeletonId));
      this.facts.set(skeletonId, asked);
    }
    return asked;
  }

  /** Neurons may have other names and sizes now; null: any may. */
  forget(ids: readonly number[] | null): void {
    if (ids === null) this.facts.clear();
    else for (const id of ids) this.facts.delete(id);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private show(node: PickedNode | null, place: ScreenPoint): void {
    this.on = node?.skeletonId ?? null;
    this.host.pointed(node);
    if (!node) {
      this.host.name("", place);
      return;
    }
    const { skeletonId } = node;
    const show = (text: string): void => {
      if (this.on === skeletonId) this.host.name(text, place);
    };
    if (!this.facts.has(skeletonId)) show(`skeleton ${skeletonId}`);
    this.factsOf(skeletonId).then(
      ({ name }) => show(name),
      () => show(`skeleton ${skeletonId}`),
    );
  }

  private async visit({ skeletonId, version, row, point }: PickedNode): Promise<void> {
    if (!this.host.isLinked()) {
      this.host.notify(
        "warning",
        "There is no stack viewer to go to the node in: viewer.link(v3) links one.",
      );
      return;
    }
    try {
      const params = { skeleton_id: skeletonId, version, row, position: this.host.inProject(point) };
      const { result } = await this.rpc.call<VisitedNode>("visit", params, { timeoutMs: PATIENCE_MS });
      this.selection.setActive(skeletonId);
      this.host.notify("info", result.sentence);
    } catch (error) {
      this.host.notify("error", error instanceof RpcError ? error.message : String(error));
    }
  }
}
