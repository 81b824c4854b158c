/** What exports see of a viewer. */
import type { Object3D, Scene, Vector3 } from "three";
import { SpaceCamera } from "../camera/space-camera";
import type { GridLabel } from "../helpers/box-grid";
import type { NodeColors } from "../neurons/shading";
import type { ScreenSize } from "../picking/projection";

/** A visible neuron; positions are relative to the scene's origin. */
export interface ExportedNeuron {
  skeletonId: number;
  /** 0xRRGGBBAA. */
  color: number;
  positions: Float32Array;
  /** Row of each node's parent, -1 at roots. */
  parents: Int32Array;
  /** Colours of its nodes, if they have their own. */
  shades?: NodeColors;
}

export interface ExportScene {
  readonly scene: Scene;
  /** Of the scene, in project space, nm. */
  readonly origin: Vector3;
  readonly camera: SpaceCamera;
  /** What has the neurons' lines, in the scene. */
  readonly neuronLines: Object3D;
  /** What neurons have beside their lines, such as somata and synapses. */
  readonly neuronThings: Object3D;
  /** CSS colour. */
  readonly background: string;
  /** CSS colour of what is written. */
  readonly ink: string;
  /** Whether files have a scale bar. */
  readonly hasScale: boolean;
  /** What is written beside the grid. */
  readonly labels: readonly GridLabel[];
  /** Settles when the neurons have been drawn, and all else has come that is on its way. */
  ready(): Promise<void>;
  neurons(): ExportedNeuron[];
  /** Place a camera, and let the scene be as it is seen with it. */
  prepare(camera: SpaceCamera): void;
  /** Draw all as a camera sees it, in full detail, on a canvas of the camera's size; no background if it is empty. */
  paint(camera: SpaceCamera, background: string): HTMLCanvasElement;
  /** Draw the picture of the page again. */
  restore(): void;
}

/** A camera like the viewer's, for a picture of another size; as high as the viewer is if the height is null. */
export function cameraFor(view: ExportScene, width: number, height: number | null): SpaceCamera {
  const { size } = view.camera;
  const made = new SpaceCamera();
  made.take(view.camera.state);
  made.resize({ width, height: height ?? Math.max(Math.round((width * size.height) / size.width), 1) });
  return made;
}

/** @throws Error with a sentence if a canvas cannot be so large. */
export function requireCanvas({ width, height }: ScreenSize): void {
  if (width <= 16_384 && height <= 16_384 && width * height <= 100_000_000) return;
  throw new Error(
    `A picture of ${width} × ${height} pixels is larger than a canvas can be: at most 16,384 on a side and ` +
      "100 million together. Give another width.",
  );
}
