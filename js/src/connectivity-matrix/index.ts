/** The anywidget module of a connectivity matrix. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { MatrixState } from "./state";
import { ConnectivityMatrix } from "./view";

function render({ model, el }: RenderProps<MatrixState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const matrix = new ConnectivityMatrix(model, rpc);
  el.append(matrix.root);
  matrix.start();
  return () => {
    matrix.dispose();
    rpc.dispose();
  };
}

export default { render };
