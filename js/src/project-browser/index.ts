/** The anywidget module of the list of projects. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { ProjectBrowserState } from "./state";
import { ProjectBrowserPanel } from "./view";

function render({ model, el, host }: RenderProps<ProjectBrowserState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const panel = new ProjectBrowserPanel(model, rpc, host);
  el.append(panel.root);
  panel.start();
  return () => {
    panel.dispose();
    rpc.dispose();
  };
}

export default { render };
