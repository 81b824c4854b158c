/** The neuron search's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { SearchState } from "./state";
import { NeuronSearch } from "./view";

function render({ model, el }: RenderProps<SearchState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const search = new NeuronSearch(model, rpc);
  el.append(search.root);
  search.start();
  return () => {
    search.dispose();
    rpc.dispose();
  };
}

export default { render };
