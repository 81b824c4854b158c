/** The 3D viewer's own lines as an anywidget, whose kernel side answers the geometry. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { bytes, Rpc } from "../src/shared/rpc";
import { NeuronBench } from "./neuron-bench";

const PATIENCE_MS = 300_000;

function render({ model, el }: RenderProps<{ skeleton_ids: number[] }>): void {
  const rpc = new Rpc(model as AnyModel);
  const bench = new NeuronBench(el, async (params) => {
    const { buffers } = await rpc.call("geometry", params, { timeoutMs: PATIENCE_MS });
    return bytes(buffers[0] ?? new Uint8Array(0));
  });
  void bench.show(model.get("skeleton_ids")).then(() => {
    Object.assign(globalThis, { firstPicture: performance.now() });
  });
}

export default { render };
