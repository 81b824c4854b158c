/** Large modules, which the widgets of a page share. */
import type { Render } from "@anywidget/types";

/** A widget's module, as its bundle exports it by default. */
export interface ViewModule {
  render: Render;
}

export interface PageModuleExports {
  /** The module, read when the first one asks for it; again, if that failed. */
  load(): Promise<ViewModule>;
}
