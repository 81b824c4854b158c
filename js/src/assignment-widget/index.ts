/** The anywidget module of a student's assignments. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { AssignmentState } from "./state";
import { AssignmentPanel } from "./view";

function render({ model, el }: RenderProps<AssignmentState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const panel = new AssignmentPanel(model, rpc);
  el.append(panel.root);
  panel.start();
  return () => {
    panel.dispose();
    rpc.dispose();
  };
}

export default { render };
