/**
 * The program of a published page.
 *
 * The page has its pack in the element `cj-saved`, and an element with `data-cj-view` for each widget.
 */
import { messageOf } from "../shared/panel-lines";
import { followFrame } from "./own-frame";
import { readSavedPage } from "./saved-page";
import { SavedWidgets } from "./saved-widgets";

async function openPage(pack: string): Promise<void> {
  const views = [...document.querySelectorAll<HTMLElement>("[data-cj-view]")];
  for (const view of views) view.replaceChildren();
  try {
    const host = new SavedWidgets(await readSavedPage(pack));
    const ids = views.map(({ dataset }) => dataset.cjView ?? "");
    await Promise.all(views.map((view, at) => host.show(ids[at] ?? "", view)));
    document.documentElement.dataset.cjPage = "open";
  } catch (error) {
    for (const view of views)
      view.textContent = `The views of this page cannot be opened: ${messageOf(error)}. A browser of 2023 or newer can.`;
  }
}

followFrame();
const saved = document.getElementById("cj-saved");
if (saved) void openPage(saved.textContent ?? "");
