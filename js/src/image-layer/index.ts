/** The image layer's anywidget module: it draws in viewers, and has no view of its own. */
import type { InitializeProps } from "@anywidget/types";
import { jupyterBase } from "../shared/jupyter-base";
import type { LayerExports } from "../shared/layer";
import { ImageLayer } from "./layer";
import type { ImageLayerState } from "./state";

function initialize({ model, signal }: InitializeProps<ImageLayerState>): LayerExports {
  const layer = new ImageLayer(model, jupyterBase());
  signal.addEventListener("abort", () => layer.dispose());
  return { layer };
}

export default { initialize };
