/** The exports of a viewer. */
import type { AnyModel } from "@anywidget/types";
import type { Rpc } from "../../shared/rpc";
import type { SpaceCamera } from "../camera/space-camera";
import type { ViewerParts } from "../parts";
import { requireAll } from "../settled";
import type { Viewer3DState } from "../state";
import { annotationsOf, drawAnnotations } from "./annotations";
import type { ExportScene } from "./export-scene";
import { Exporter } from "./exporter";

export function exporterOf(parts: ViewerParts, model: AnyModel<Viewer3DState>, rpc: Rpc): Exporter {
  const { picture, neurons } = parts;
  const prepare = (camera: SpaceCamera): void => {
    parts.arrange(camera);
    camera.place(picture.origin, parts.sphere());
    picture.scene.updateMatrixWorld();
    neurons.refineFor(camera);
  };
  const scene: ExportScene = {
    scene: picture.scene,
    origin: picture.origin,
    camera: parts.camera,
    neuronLines: neurons.object,
    neuronThings: parts.neuronThings,
    ready: () => requireAll(parts),
    get background() {
      return parts.background();
    },
    get ink() {
      return parts.ink();
    },
    get hasScale() {
      return model.get("show_scale");
    },
    get labels() {
      return parts.labels();
    },
    neurons: () =>
      neurons.exported().map((one) => {
        const shades = parts.nodeColors(one.skeletonId);
        return shades ? { ...one, shades } : one;
      }),
    prepare,
    paint: (camera, background) => {
      prepare(camera);
      const canvas = picture.paint(camera, background);
      drawAnnotations(canvas, annotationsOf(scene, camera), { ink: scene.ink, paper: scene.background });
      return canvas;
    },
    restore: () => picture.invalidate(),
  };
  return new Exporter(scene, model as AnyModel, rpc, parts.messages);
}
