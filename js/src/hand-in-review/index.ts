/** The anywidget module of a trainer's list of differences beside two viewers. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { HandInState } from "./state";
import { DifferencesPanel } from "./view";

function render({ model, el }: RenderProps<HandInState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const panel = new DifferencesPanel(model, rpc);
  el.append(panel.root);
  panel.start();
  return () => {
    panel.dispose();
    rpc.dispose();
  };
}

export default { render };
