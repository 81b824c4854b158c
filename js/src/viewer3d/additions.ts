/** What a 3D viewer has besides neurons and volumes: synapses, marks, points, objects of pythreejs, fog, and files. */
import type { AnyModel } from "@anywidget/types";
import type { NoticeLevel } from "../shared/layer";
import { messageOf } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { AdoptedObjects, type AdoptedState } from "./adopt/adopted-objects";
import { savingMenu } from "./exports/saving-menu";
import { exporterOf } from "./exports/viewer-exports";
import { NewVolume } from "./new-volume/new-volume";
import type { SceneContent } from "./parts";
import type { Viewer3DState } from "./state";
import { ConnectorArrows, type ConnectorArrowsState } from "./things/connector-arrows";
import { linksReader } from "./things/links";
import { NeuronMarks, type NeuronMarksState } from "./things/neuron-marks";
import { NeuronRadii, type NeuronRadiiState } from "./things/neuron-radii";
import { PointClouds, type PointCloudsState } from "./things/point-clouds";
import { SceneFog, type SceneFogState } from "./things/scene-fog";
import { Synapses, type SynapsesState } from "./things/synapses";
import type { Viewer3D } from "./view";

interface DisposableContent extends SceneContent {
  dispose(): void;
}

/** The traits of what is added. */
type AddedState = AdoptedState &
  ConnectorArrowsState &
  NeuronMarksState &
  NeuronRadiiState &
  PointCloudsState &
  SceneFogState &
  SynapsesState;

/** Add to a viewer, before it starts; returns what removes it. */
export function addTo(viewer: Viewer3D, model: AnyModel<Viewer3DState>, rpc: Rpc): () => void {
  const { parts } = viewer;
  const { selection, neurons, picture } = parts;
  const exporter = exporterOf(parts, model, rpc);
  parts.root.append(exporter.node);
  const newVolume = new NewVolume(rpc, parts);
  parts.toolbar.append(savingMenu((choice) => void exporter.saveChoice(choice)));
  const host = {
    arrivals: parts.arrivals,
    visible: () => neurons.visibleHere(),
    changed: parts.changed,
    failed: (error: unknown) => parts.messages.notify("error", messageOf(error)),
  };
  const added = model as unknown as AnyModel<AddedState>;
  const links = linksReader(rpc, () => picture.origin.toArray(), host);
  const synapses = new Synapses(added, rpc, selection, neurons, links, {
    ...host,
    legend: (shown) => parts.legend("synapses", shown),
  });
  const marks = new NeuronMarks(added, rpc, selection, neurons, picture.origin, {
    ...host,
    legend: (shown) => parts.legend("special", shown),
  });
  const arrows = new ConnectorArrows(added, neurons, links, host);
  const contents: DisposableContent[] = [
    new AdoptedObjects(added, rpc, parts.changed),
    new PointClouds(added, rpc, host),
    new NeuronRadii(added, rpc, neurons, host),
    new SceneFog(added, parts),
    synapses,
    marks,
    arrows,
    newVolume,
  ];
  for (const content of contents) viewer.add(content);
  const hook = Object.getOwnPropertyDescriptor(parts.root, "catmaid3d")?.value as object;
  const counts = () => ({
    ...marks.counts,
    ...neurons.lines.thickEdges,
    arrows: arrows.count,
    synapses: synapses.count,
  });
  Object.defineProperty(hook, "marks", { get: counts });
  const stopNotices = rpc.on("notice", (news) => {
    const { level, text } = news as { level: NoticeLevel; text: string };
    parts.messages.notify(level, text);
  });
  return () => {
    stopNotices();
    exporter.dispose();
    links.dispose();
    for (const content of contents) content.dispose();
  };
}
