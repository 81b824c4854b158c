/** The module of a figure for MyST, whose directive `{anywidget}` shows it. */
import type { RenderProps } from "@anywidget/types";
import { element } from "../shared/dom";

/** The page, which the module has before this program. */
declare const CJ_PAGE: { html: string; title: string };

/**
 * Show the page in a frame, which is a whole document: in the shadow trees of some sites, widgets would not know what
 * has the keyboard. MyST gives no signal: it calls what is returned.
 */
function render({ el }: Pick<RenderProps, "el">): () => void {
  const address = URL.createObjectURL(new Blob([CJ_PAGE.html], { type: "text/html" }));
  const style = "display: block; width: 100%; height: 480px; border: 0";
  const frame = element("iframe", { title: CJ_PAGE.title, style, src: address });
  el.append(frame);
  return () => {
    frame.remove();
    URL.revokeObjectURL(address);
  };
}

export default { render };
