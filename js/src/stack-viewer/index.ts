/** The stack viewer's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { jupyterBase } from "../shared/jupyter-base";
import { Rpc } from "../shared/rpc";
import type { ViewerState } from "./state";
import { StackViewer } from "./viewer";

function render({ model, el, host }: RenderProps<ViewerState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  let viewer: StackViewer | null = null;
  const mount = (): void => {
    viewer?.dispose();
    viewer = new StackViewer(model, rpc, jupyterBase(), host);
    el.append(viewer.root);
    viewer.start();
  };
  mount();
  model.on("change:stack", mount);
  return () => {
    model.off("change:stack", mount);
    viewer?.dispose();
    rpc.dispose();
  };
}

export default { render };
