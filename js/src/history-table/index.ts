/** The history table's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { HistoryState } from "./state";
import { HistoryTable } from "./view";

function render({ model, el }: RenderProps<HistoryState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const table = new HistoryTable(model, rpc);
  el.append(table.root);
  table.start();
  return () => {
    table.dispose();
    rpc.dispose();
  };
}

export default { render };
