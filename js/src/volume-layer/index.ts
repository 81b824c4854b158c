/** The volume layer's anywidget module: it draws in viewers, and has no view of its own. */
import type { InitializeProps } from "@anywidget/types";
import type { LayerExports } from "../shared/layer";
import { VolumeLayer } from "./layer";
import type { VolumeLayerState } from "./state";

function initialize({ model, signal }: InitializeProps<VolumeLayerState>): LayerExports {
  const layer = new VolumeLayer(model);
  signal.addEventListener("abort", () => layer.dispose());
  return { layer };
}

export default { initialize };
