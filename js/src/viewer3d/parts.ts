/** What is added to a 3D viewer: contents of its scene, and what they and exports have of the viewer. */
import type { Box3, Object3D, Sphere, Vector3 } from "three";
import type { Messages } from "../shared/messages";
import type { SelectionStore } from "../shared/selection/store";
import type { Arrivals } from "./arrivals";
import type { SpaceCamera } from "./camera/space-camera";
import type { LegendName } from "./frame";
import type { GridLabel } from "./helpers/box-grid";
import type { NeuronScene } from "./neuron-scene";
import type { NodeColors } from "./neurons/shading";
import type { SpacePicture } from "./picture";

/** Something in the scene. */
export interface SceneContent {
  readonly object: Object3D;
  /** Around it, in project space; empty if there is nothing. A copy. */
  readonly box: Box3;
  /** What is written at places in project space. */
  readonly labels?: readonly GridLabel[];
  /** Be where it is to be seen, in a scene that has its origin somewhere. */
  prepare(origin: Vector3, camera: SpaceCamera): void;
  /** Other neurons may be visible now, or have come. */
  neuronsChanged?(): void;
  /** Neurons were edited; null: any may have been. */
  edited?(ids: readonly number[] | null): void;
  /** Whether it is something of the neurons: a film in which these grow leaves it out. */
  readonly isOfNeurons?: boolean;
}

export interface ViewerParts {
  root: HTMLElement;
  toolbar: HTMLElement;
  camera: SpaceCamera;
  picture: SpacePicture;
  neurons: NeuronScene;
  selection: SelectionStore;
  /** Colours of the nodes of a neuron, if they have their own. */
  nodeColors(id: number): NodeColors | undefined;
  /** What neurons have beside their lines, such as somata. */
  neuronThings: Object3D;
  messages: Messages;
  /** Settles when all that is visible has been drawn. */
  ready: Promise<void>;
  arrivals: Arrivals;
  /** Let all that depends on who looks be as a camera sees it. */
  arrange(camera: SpaceCamera): void;
  /** Around all that is shown, relative to the scene's origin. */
  sphere(): Sphere;
  /** CSS colours. */
  background(): string;
  ink(): string;
  /** What is written at places in project space. */
  labels(): readonly GridLabel[];
  /** Explain colours; not at all without parts. */
  legend(of: LegendName, parts: HTMLElement[]): void;
  /** There is more or less to be seen. */
  changed(): void;
}
