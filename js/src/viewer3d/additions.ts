/** What a 3D viewer has besides neurons and volumes: objects of pythreejs, and files. */
import type { AnyModel } from "@anywidget/types";
import type { Rpc } from "../shared/rpc";
import { AdoptedObjects, type AdoptedState } from "./adopt/adopted-objects";
import { savingMenu } from "./exports/saving-menu";
import { exporterOf } from "./exports/viewer-exports";
import type { Viewer3DState } from "./state";
import type { Viewer3D } from "./view";

/** Add to a viewer, before it starts; returns what removes it. */
export function addTo(viewer: Viewer3D, model: AnyModel<Viewer3DState>, rpc: Rpc): () => void {
  const { parts } = viewer;
  const exporter = exporterOf(parts, model, rpc);
  parts.root.append(exporter.node);
  parts.toolbar.append(savingMenu((choice) => void exporter.saveChoice(choice)));
  const adopted = new AdoptedObjects(model as unknown as AnyModel<AdoptedState>, rpc, parts.changed);
  viewer.add(adopted);
  return () => {
    exporter.dispose();
    adopted.dispose();
  };
}
