/** What a 3D viewer has besides neurons and volumes: marks, points, objects of pythreejs, and files. */
import type { AnyModel } from "@anywidget/types";
import type { Rpc } from "../shared/rpc";
import { AdoptedObjects, type AdoptedState } from "./adopt/adopted-objects";
import { savingMenu } from "./exports/saving-menu";
import { exporterOf } from "./exports/viewer-exports";
import type { Viewer3DState } from "./state";
import { ConnectorArrows, type ConnectorArrowsState } from "./things/connector-arrows";
import { NeuronMarks, type NeuronMarksState } from "./things/neuron-marks";
import { PointClouds, type PointCloudsState } from "./things/point-clouds";
import type { Viewer3D } from "./view";

/** Add to a viewer, before it starts; returns what removes it. */
export function addTo(viewer: Viewer3D, model: AnyModel<Viewer3DState>, rpc: Rpc): () => void {
  const { parts } = viewer;
  const exporter = exporterOf(parts, model, rpc);
  parts.root.append(exporter.node);
  parts.toolbar.append(savingMenu((choice) => void exporter.saveChoice(choice)));
  const adopted = new AdoptedObjects(model as unknown as AnyModel<AdoptedState>, rpc, parts.changed);
  const host = {
    changed: parts.changed,
    failed: (error: unknown) => parts.messages.notify("error", reasonOf(error)),
  };
  const clouds = new PointClouds(model as unknown as AnyModel<PointCloudsState>, rpc, host);
  const marks = new NeuronMarks(
    model as unknown as AnyModel<NeuronMarksState>,
    rpc,
    parts.selection,
    parts.neurons,
    host,
  );
  const arrows = new ConnectorArrows(
    model as unknown as AnyModel<ConnectorArrowsState>,
    rpc,
    parts.neurons,
    parts.picture,
    host,
  );
  const contents = [adopted, clouds, marks, arrows];
  for (const content of contents) viewer.add(content);
  const hook = Object.getOwnPropertyDescriptor(parts.root, "catmaid3d")?.value as object;
  Object.defineProperty(hook, "marks", { get: () => ({ ...marks.counts, arrows: arrows.count }) });
  return () => {
    exporter.dispose();
    for (const content of contents) content.dispose();
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
