/** What is on the root element for tests and benchmarks: `root.catmaid3d`. */
import { Vector3 } from "three";
import type { Arrivals } from "./arrivals";
import type { SpaceCamera, SpaceCameraState } from "./camera/space-camera";
import type { NeuronScene } from "./neuron-scene";
import type { PickedNode } from "./neurons/neuron-lines";
import type { SpacePicture } from "./picture";
import { settled } from "./settled";

export interface Viewer3DStats {
  frames: number;
  /** ms from the widget's start to the first picture with every visible neuron, if only its overview; null before. */
  firstPictureMs: number | null;
  /** Of geometry, as it came. */
  bytes: number;
  /** Edges drawn in the last frame. */
  edges: number;
  /** How coarse the last frame was; 0 is full detail. */
  level: number;
  /** Whether it has a WebGL context now. */
  hasContext: boolean;
}

export interface Viewer3DHook {
  /** Settles when every visible neuron has been drawn, or it is known that there is none. */
  ready: Promise<void>;
  /** Settles when nothing is on its way any more: neurons, volumes, synapses, colours, marks. */
  readonly settled: Promise<void>;
  readonly stats: Viewer3DStats;
  readonly camera: SpaceCameraState;
  /** CSS pixels from the picture's upper left corner. */
  pick(px: number, py: number): PickedNode | null;
  /** Of the row of a skeleton; null if it is not here, or behind the camera. */
  toScreen(skeletonId: number, row: number): [px: number, py: number] | null;
}

/** What the hook shows of a viewer. */
export interface ObservedViewer {
  ready: Promise<void>;
  arrivals: Arrivals;
  camera: SpaceCamera;
  picture: SpacePicture;
  neurons: NeuronScene;
  firstPictureMs(): number | null;
  pick(px: number, py: number): PickedNode | null;
}

export function hookOf({
  ready,
  arrivals,
  camera,
  picture,
  neurons,
  firstPictureMs,
  pick,
}: ObservedViewer): Viewer3DHook {
  return {
    ready,
    get settled() {
      return settled({ neurons, arrivals });
    },
    get stats() {
      const { frames, hasContext } = picture;
      return { frames, hasContext, firstPictureMs: firstPictureMs(), ...neurons.stats };
    },
    get camera() {
      return camera.state;
    },
    pick,
    toScreen(skeletonId, row) {
      const point = neurons.lines.position(skeletonId, row);
      return point && camera.toScreen(new Vector3(...point).add(picture.origin).toArray());
    },
  };
}
