/** The neuron search's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import { exportsOf } from "../shared/widget-reference";
import type { SearchState } from "./state";
import { NeuronSearch } from "./view";

function render({ model, el, host }: RenderProps<SearchState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const search = new NeuronSearch(model, rpc, (reference) => exportsOf(host, reference));
  el.append(search.root);
  search.start();
  return () => {
    search.dispose();
    rpc.dispose();
  };
}

export default { render };
