/** The 3D viewer's anywidget module. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { element } from "../shared/dom";
import { Rpc } from "../shared/rpc";
import type { SelectionExports } from "../shared/selection/store";
import { exportsOf } from "../shared/widget-reference";
import { addTo } from "./additions";
import { savedPicture } from "./snapshot";
import type { Viewer3DState } from "./state";
import { failureText } from "./status";
import { Viewer3D } from "./view";

/** A kernel that runs gives the selection within this time, unless it is busy. */
const USUAL_MS = 3_000;
const NO_ANSWER =
  "The kernel has not answered yet. If it was started anew, run the cell again to see the neurons in space.";

let lastTurn: Promise<void> = Promise.resolve();

/** Viewers of a page begin one after the other, and the page does other things in between. */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => setTimeout(resolve)));
  return lastTurn;
}

function render({ model, el, host, signal }: RenderProps<Viewer3DState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  let viewer: Viewer3D | null = null;
  let remove = (): void => {};
  showSaved(model, el, "");
  const waiting = setTimeout(() => showSaved(model, el, NO_ANSWER), USUAL_MS);
  const open = async (): Promise<void> => {
    try {
      const { selection } = await exportsOf<SelectionExports>(host, model.get("model"));
      await selection.ready;
      clearTimeout(waiting);
      await ownTurn();
      if (signal.aborted) return;
      viewer = new Viewer3D(model, rpc, selection, host);
      remove = addTo(viewer, model, rpc);
      el.replaceChildren(viewer.root);
      viewer.start();
    } catch (error) {
      clearTimeout(waiting);
      if (!signal.aborted) showSaved(model, el, failureText(error));
    }
  };
  void open();
  return () => {
    clearTimeout(waiting);
    remove();
    viewer?.dispose();
    rpc.dispose();
  };
}

/** Show the last picture that was saved, if there is one, with a sentence. */
function showSaved(model: AnyModel<Viewer3DState>, el: HTMLElement, sentence: string): void {
  const address = savedPicture(model.get("snapshot"));
  const picture = address
    ? [element("img", { src: address, alt: "The neurons as they were seen last", style: "max-width: 100%" })]
    : [];
  const last = address && sentence ? " This is the last picture that was saved." : "";
  el.replaceChildren(
    element("div", { role: "status", "data-testid": "saved-picture" }, sentence + last),
    ...picture,
  );
}

export default { render };
