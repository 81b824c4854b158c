/** The tutorial's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { TutorialState } from "./state";
import { TutorialPanel } from "./view";

function render({ model, el }: RenderProps<TutorialState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const panel = new TutorialPanel(model, rpc);
  el.append(panel.root);
  panel.start();
  return () => {
    panel.dispose();
    rpc.dispose();
  };
}

export default { render };
