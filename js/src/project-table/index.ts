/** The anywidget module of all tables of a project. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { ProjectTableState } from "./state";
import { ProjectTable } from "./view";

function render({ model, el }: RenderProps<ProjectTableState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const table = new ProjectTable(model, rpc);
  el.append(table.root);
  table.start();
  return () => {
    table.dispose();
    rpc.dispose();
  };
}

export default { render };
