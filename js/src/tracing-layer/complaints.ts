/** What a person is told of what could not be read or done. */
import type { LayerHost } from "../shared/layer";
import { RpcError } from "../shared/rpc";
import { Hint } from "./edit/hint";
import { explain } from "./wording";

export interface ComplaintsContext {
  host(): LayerHost | null;
  isServiceDown(): boolean;
}

export class Complaints {
  private last = "";

  constructor(private readonly context: ComplaintsContext) {}

  /** Run a command, and tell the person why it failed if it does. */
  async of(command: () => unknown): Promise<void> {
    try {
      await command();
    } catch (error) {
      if (error instanceof Hint) this.context.host()?.notify("info", error.message);
      else this.context.host()?.notify("error", explain(error));
    }
  }

  /** Nodes could not be loaded: said once, until some are. */
  loadFailed(error: unknown): void {
    const text = error instanceof RpcError ? error.message : String(error);
    // That the service is away was said already, and what becomes of the edits.
    if (text === this.last || this.context.isServiceDown()) return;
    this.last = text;
    this.context.host()?.notify("error", `The nodes here could not be loaded: ${text}`);
  }

  loaded(): void {
    this.last = "";
  }
}
