/**
 * The anywidget module of a widget whose own module is large and shared with all others of its kind.
 *
 * anywidget gives a widget's module two seconds from the moment the widget is made, which ten copies of a large one on
 * a busy machine exceed. This one is there at once, and reads the other without hurry.
 */
import type { RenderProps } from "@anywidget/types";
import type { PageModuleExports } from "../shared/page-module";
import { messageOf, sentence } from "../shared/panel-lines";
import { exportsOf } from "../shared/widget-reference";

interface ModuleViewState {
  /** Reference to the widget that has the module. */
  _page_module: string;
}

async function render(props: RenderProps<ModuleViewState>): Promise<() => void> {
  const { model, el, host, signal } = props;
  let close: (() => unknown) | undefined;
  try {
    const { load } = await exportsOf<PageModuleExports>(host, model.get("_page_module"));
    const module = await load();
    if (!signal.aborted) close = (await module.render(props)) ?? undefined;
  } catch (error) {
    if (!signal.aborted)
      el.textContent = `This cannot be shown. ${sentence(messageOf(error))} Run the cell again.`;
  }
  return () => close?.();
}

export default { render };
