/** The selection table's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { sentence } from "../shared/panel-lines";
import { Rpc } from "../shared/rpc";
import type { SelectionExports } from "../shared/selection/store";
import { savedRows } from "../shared/table/first-rows";
import { exportsOf } from "../shared/widget-reference";
import type { SelectionTableState } from "./state";
import { SelectionTable } from "./view";

function render({ model, el, host, signal }: RenderProps<SelectionTableState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  let table: SelectionTable | null = null;
  const open = async (): Promise<void> => {
    try {
      const { selection } = await exportsOf<SelectionExports>(host, model.get("model"));
      await selection.ready;
      if (signal.aborted) return;
      table = new SelectionTable(model, rpc, selection);
      el.replaceChildren(table.root);
      table.start();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (signal.aborted) return;
      el.textContent = `This selection cannot be shown. ${sentence(text)}`;
      el.append(...savedRows(model.get("first_rows")));
    }
  };
  void open();
  return () => {
    table?.dispose();
    rpc.dispose();
  };
}

export default { render };
