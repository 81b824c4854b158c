/** The active neuron in space, in a corner of the picture while a key is held. */
import { ArborPreview } from "../../shared/arbor-preview";
import type { LayerHost } from "../../shared/layer";
import type { Kernel } from "../data/kernel";
import type { Selection } from "../data/selection";
import { arborOf } from "../dialogs/arbor-content";
import { Hint } from "../edit/hint";

export interface PeekingContext {
  readonly kernel: Pick<Kernel, "preview">;
  readonly selection: Pick<Selection, "active" | "skeleton">;
  host(): LayerHost | null;
}

export class Peeking {
  constructor(private readonly context: PeekingContext) {}

  /** Show the active neuron until a key is let go, or the page loses the keyboard. */
  async show(): Promise<void> {
    const { active, skeleton } = this.context.selection;
    const host = this.context.host();
    if (!host || skeleton === null) throw new Hint("No neuron is active.");
    if (skeleton < 0) throw new Hint("This neuron is still being saved.");
    const arbor = new ArborPreview();
    const released = new AbortController();
    const hide = (): void => {
      released.abort();
      host.peek(null);
    };
    // Viewers keep their keys from the page: it hears of them only on the way down.
    for (const kind of ["keyup", "blur"] as const)
      window.addEventListener(kind, hide, { signal: released.signal, capture: true });
    host.peek(arbor.node);
    const marked = active?.kind === "treenode" && active.id > 0 ? active.id : null;
    try {
      const asked = { skeleton_id: skeleton, treenode_id: marked };
      const { parts, neurons, marks } = await this.context.kernel.preview("skeleton_preview", asked);
      const title = neurons[0]?.name ?? "";
      arbor.show(
        parts.map((part) => arborOf(part, title)),
        marks,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      arbor.fail(`The neuron cannot be shown: ${reason}`);
    }
  }
}
