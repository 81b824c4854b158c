/** The walk along points to proofread, whose order the kernel side keeps. */
import type { LayerHost } from "../../shared/layer";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import { placeOf, type Travel } from "./travel";

export interface ProofreadingContext {
  readonly selection: Selection;
  readonly kernel: Kernel;
  readonly travel: Travel;
  host(): LayerHost | null;
}

export class Proofreading {
  /** The step that was asked for last: steps are taken one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: ProofreadingContext) {}

  /** Go to the next point that was not seen, or back to the one before. */
  async go(isBack: boolean): Promise<void> {
    const step = this.last.then(() => this.step(isBack));
    this.last = step.catch(() => null);
    await step;
  }

  private async step(isBack: boolean): Promise<void> {
    const { selection, kernel, travel } = this.context;
    const skeleton = selection.latestSkeleton;
    if (skeleton !== null && skeleton < 0) throw new Hint("This neuron is still being saved.");
    const stop = await kernel.of("next_point", { is_back: isBack, skeleton_id: skeleton });
    if (stop.treenode_id === null) throw new Hint(stop.text);
    travel.arrive("treenode", stop.treenode_id, placeOf(stop));
    this.context.host()?.notify("info", stop.text);
  }
}
