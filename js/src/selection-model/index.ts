/** The module of a selection's model: the page's copy of the selection, and no view. */
import type { AnyModel, InitializeProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { DeltaMessage } from "../shared/selection/delta";
import { type KernelMessage, type SelectionExports, SelectionStore } from "../shared/selection/store";

const PATIENCE_MS = 60_000;

function initialize({ model, signal }: InitializeProps): SelectionExports {
  const rpc = new Rpc(model as AnyModel);
  const selection = new SelectionStore({
    send: (content, buffers) => model.send(content, undefined, buffers),
    state: async () => {
      const { result, buffers } = await rpc.call<DeltaMessage>("state", {}, { timeoutMs: PATIENCE_MS });
      return { message: result, buffers };
    },
  });
  const receive = (message: unknown, buffers?: DataView[]): void =>
    selection.received(message as KernelMessage, buffers ?? []);
  model.on("msg:custom", receive);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", receive);
    rpc.dispose();
  });
  return { selection };
}

export default { initialize };
