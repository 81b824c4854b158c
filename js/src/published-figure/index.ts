/** The anywidget module of a figure in a notebook: a published page, which needs no kernel. */
import type { RenderProps } from "@anywidget/types";
import { showPage } from "../shared/page-frame";

interface FigureState {
  /** HTML that needs nothing else. */
  page: string;
  title: string;
  /** The last pictures of its views, as inline images. */
  pictures: string[];
}

function render({ model, el, signal }: RenderProps<FigureState>): void {
  showPage(el, model.get("page"), model.get("title"), signal, (pictures) => {
    model.set("pictures", pictures);
    model.save_changes();
  });
}

export default { render };
