/** What the person is told of a service or kernel that does not answer. */
import type { LayerHost } from "../shared/layer";
import type { ServiceState } from "./data/kernel";
import { editsAre, sentence } from "./wording";

export interface ServiceNoticesContext {
  host(): LayerHost | null;
  /** Edits that are not answered yet. */
  pending(): number;
  /** The service answers again. */
  isBack(): void;
}

export class ServiceNotices {
  private isDownNow = false;

  constructor(private readonly context: ServiceNoticesContext) {}

  get isDown(): boolean {
    return this.isDownNow;
  }

  changed({ state, message, pending }: ServiceState): void {
    this.isDownNow = state === "down";
    if (this.isDownNow) {
      // The kernel has the edit that is being written; the others wait here for their turn.
      const unsaved = Math.max(pending, this.context.pending());
      // Also said where somebody may not see the project any more: such edits are refused, not kept.
      const edits = unsaved === 0 ? "" : ` ${editsAre(unsaved)} not saved yet.`;
      this.context.host()?.notify("warning", `${sentence(message)}${edits}`, true);
    } else {
      this.context.host()?.notify("info", sentence(message));
      this.context.isBack();
    }
  }

  /** The service is up, so the kernel is busy, or gone together with the edits it had not written. */
  answerLate(isLate: boolean): void {
    if (this.isDownNow) return;
    if (!isLate) this.context.host()?.notify("info", "The kernel answers again.");
    else {
      const text = `The kernel does not answer. ${editsAre(this.context.pending())} not saved yet.`;
      this.context.host()?.notify("warning", text, true);
    }
  }
}
