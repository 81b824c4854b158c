/** The active neuron in few nodes, for small pictures: read once somebody wants it, and again when it has changed. */
import type { NeuronOutline } from "../../shared/layer";
import type { Kernel } from "../data/kernel";
import { ACTIVE_SKELETON } from "../draw/palette";

/** ms between two readings of the same neuron, which may be large. */
const INTERVAL_MS = 10_000;

export interface OutlineContext {
  kernel: Pick<Kernel, "of">;
  /** The active skeleton. */
  skeleton(): number | null;
  /** It has been read. */
  changed(): void;
}

export class OutlineReader {
  private shown: (NeuronOutline & { skeleton: number }) | null = null;
  private asked: number | null = null;
  private isStale = false;
  private readAt = 0;

  constructor(private readonly context: OutlineContext) {}

  /** What is known of the active neuron; reads it if it is another one. */
  outline(): NeuronOutline | null {
    const skeleton = this.context.skeleton();
    // A neuron that is not written yet has an id below 0.
    if (skeleton === null || skeleton < 0) return null;
    const isShown = this.shown?.skeleton === skeleton;
    const isOld = this.isStale && performance.now() - this.readAt > INTERVAL_MS;
    if ((!isShown || isOld) && this.asked !== skeleton) void this.read(skeleton);
    return isShown ? this.shown : null;
  }

  /** The active neuron was changed. */
  renew(): void {
    this.isStale = true;
  }

  private async read(skeleton: number): Promise<void> {
    this.asked = skeleton;
    this.isStale = false;
    this.readAt = performance.now();
    // A small picture does without it while the service is away, and asks again for another neuron or change.
    const places = await this.context.kernel.of("outline", { skeleton_id: skeleton }).catch(() => []);
    this.shown = { skeleton, color: ACTIVE_SKELETON, places };
    if (this.asked === skeleton) this.asked = null;
    this.context.changed();
  }
}
