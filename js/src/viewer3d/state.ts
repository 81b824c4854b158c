/** The synced traits of a 3D viewer, and what its kernel side answers. */
import type { Point } from "../shared/layer";
import type { SharedTraits } from "../shared/shared-traits";
import type { SpaceCameraState } from "./camera/space-camera";

/** The last picture, for pages without a kernel. */
export interface Snapshot3D {
  /** Data URL; empty when there is none. */
  image: string;
  /** CSS pixels. */
  width: number;
  height: number;
}

/** A view or neurons to show that Python asked for; done when it is empty again. */
export interface AskedView {
  /** A standard view. */
  view?: string;
  /** Null: all that are visible, and the volumes. */
  fit?: number[] | null;
}

export interface ActivePlace {
  node_id: number;
  position: Point;
}

/** A volume and its look. */
export interface ShownVolume {
  id: number;
  name: string;
  /** `#rrggbb` */
  color: string;
  /** 0 to 1. */
  opacity: number;
  /** Its edges only. */
  wireframe: boolean;
}

export interface Viewer3DState extends SharedTraits {
  /** Reference to the selection's model. */
  model: string;
  /** Reference to a linked stack viewer. */
  stack_viewer: string | null;
  /** Empty until a page showed the viewer. */
  camera: Partial<SpaceCameraState>;
  /** The last camera that nobody chose: it showed all there was. */
  automatic_camera: Partial<SpaceCameraState>;
  asked_view: AskedView;
  views: Record<string, SpaceCameraState>;
  follow: boolean;
  active_node: ActivePlace | null;
  show_box: boolean;
  show_grid: boolean;
  show_scale: boolean;
  show_orientation: boolean;
  /** Empty: each neuron has one colour. `number` is another one after each call of `shade`. */
  shading_rule: { title?: string; number?: number };
  volumes: ShownVolume[];
  synapses: boolean;
  arrows: boolean;
  somas: boolean;
  labels: boolean;
  tubes: boolean;
  section_shown: boolean;
  /** 0 to 1. */
  section_opacity: number;
  /** CSS colour; empty: as the page. */
  background: string;
  /** CSS pixels. */
  height: number;
  snapshot: Partial<Snapshot3D>;
  /** In words; empty for the present. */
  version_shown: string;
}

export interface NeuronFacts {
  name: string;
  nodes: number | null;
}

/** Where a shift-click went. */
export interface VisitedNode {
  treenode_id: number;
  sentence: string;
}

export interface EditedNeurons {
  /** Null: any may be otherwise. */
  skeleton_ids: number[] | null;
}
