/** The tracing layer's anywidget module: it draws in viewers, and has no view of its own. */
import type { AnyModel, InitializeProps } from "@anywidget/types";
import { registerLayer } from "../shared/registry";
import { TracingLayer } from "./layer";
import type { TracingState } from "./state";

function initialize({ model }: InitializeProps<TracingState>): () => void {
  const layer = new TracingLayer(model);
  const withdraw = registerLayer(model as AnyModel, () => layer);
  return () => {
    withdraw();
    layer.dispose();
  };
}

export default { initialize };
