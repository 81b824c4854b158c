/** The tracing layer's anywidget module: it draws in viewers, and has no view of its own. */
import type { InitializeProps } from "@anywidget/types";
import type { LayerExports } from "../shared/layer";
import { TracingLayer } from "./layer";
import type { TracingState } from "./state";

function initialize({ model, signal }: InitializeProps<TracingState>): LayerExports {
  const layer = new TracingLayer(model);
  signal.addEventListener("abort", () => layer.dispose());
  return { layer };
}

export default { initialize };
