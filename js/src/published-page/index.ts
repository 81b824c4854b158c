/**
 * The program of a published page, and the module of a figure for MyST.
 *
 * A page has its pack in the element `cj-saved`, and an element with `data-cj-view` for each widget. A figure has the
 * pack in its module, and makes the elements.
 */
import type { RenderProps } from "@anywidget/types";
import { element } from "../shared/dom";
import { readSavedPage } from "./saved-page";
import { SavedWidgets } from "./saved-widgets";

/** Of a figure: the pack, and the ids of the widgets that it shows, row by row. */
declare const CJ_FIGURE: { saved: string; views: string[] } | undefined;

async function open(pack: string, views: Iterable<HTMLElement>): Promise<void> {
  const host = new SavedWidgets(await readSavedPage(pack));
  // Pictures last: they take the page longest, and others are shown meanwhile.
  await Promise.all([...views].map((view) => host.show(view.dataset.cjView ?? "", view)));
}

async function openPage(pack: string): Promise<void> {
  const views = document.querySelectorAll<HTMLElement>("[data-cj-view]");
  try {
    for (const view of views) view.replaceChildren();
    await open(pack, views);
    document.documentElement.dataset.cjPage = "open";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    for (const view of views)
      view.textContent = `The views of this page cannot be opened: ${why}. A browser of 2023 or newer can.`;
  }
}

async function render({ el }: RenderProps): Promise<void> {
  if (typeof CJ_FIGURE === "undefined") return;
  const views = CJ_FIGURE.views.map((id) => element("div", { "data-cj-view": id, class: "cj-view" }));
  el.append(...views);
  await open(CJ_FIGURE.saved, views);
}

const saved = typeof document === "undefined" ? null : document.getElementById("cj-saved");
if (saved) void openPage(saved.textContent ?? "");

export default { render };
