/** The annotation browser's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { BrowserState } from "./state";
import { AnnotationBrowser } from "./view";

function render({ model, el }: RenderProps<BrowserState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const browser = new AnnotationBrowser(model, rpc);
  el.append(browser.root);
  browser.start();
  return () => {
    browser.dispose();
    rpc.dispose();
  };
}

export default { render };
