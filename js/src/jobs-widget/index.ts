/** The anywidget module of the list of jobs. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { JobsState } from "./state";
import { JobsList } from "./view";

function render({ model, el }: RenderProps<JobsState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const list = new JobsList(model, rpc);
  el.append(list.root);
  list.start();
  return () => {
    list.dispose();
    rpc.dispose();
  };
}

export default { render };
