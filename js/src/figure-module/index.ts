/** The module of a figure for MyST, whose directive `{anywidget}` shows it. */
import type { RenderProps } from "@anywidget/types";
import { showPage } from "../shared/page-frame";

/** The page, which the module has before this program. */
declare const CJ_PAGE: { html: string; title: string };

/** MyST gives no signal: it calls what is returned. */
function render({ el }: Pick<RenderProps, "el">): () => void {
  const shown = new AbortController();
  showPage(el, CJ_PAGE.html, CJ_PAGE.title, shown.signal);
  return () => shown.abort();
}

export default { render };
