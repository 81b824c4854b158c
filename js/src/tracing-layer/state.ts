/** The synced traits of a tracing layer. */
import type { SharedTraits } from "../shared/shared-traits";
import type { Kind } from "./data/graph";

/** `selected`: those that are selected in the selection. */
export type ShownNeurons = "all" | "selection" | "selected";
export type ColorBy = "selection" | "skeleton" | "user" | "annotation" | "review" | "depth";

/** How many nodes are shown of how many; `of` is null where nobody told. */
export interface Sample {
  shown: number;
  of: number | null;
  is_exact: boolean;
}

export interface TracingState extends SharedTraits {
  layer_id: string;
  project_id: number;
  /** A treenode or connector; null if none is active. */
  active_node: number | null;
  active_skeleton: number | null;
  active_kind: Kind | "virtual" | null;
  /** CSS colours by the text of skeleton ids. */
  colors: Record<string, string>;
  /** Reference to the model of the selection that colours and hides neurons. */
  selection: string | null;
  shown_neurons: ShownNeurons;
  color_by: ColorBy;
  visible: boolean;
  opacity: number;
  show_labels: boolean;
  /** Tags that one key puts on a node. */
  personal_tags: string[];
  /** Two groups of skeletons that keys hide. */
  visibility_groups: number[][];
  /** 1, 2, both or none. */
  hidden_groups: number[];
  fade_sections: number;
  /** nm from its parent above which a new node is warned of; null: never. */
  warn_distance: number | null;
  /** The same in sections. */
  warn_sections: number | null;
  /** Whether nodes outside a volume are warned of. */
  warns_outside: boolean;
  read_only: boolean;
  /** Whether questions before a split and a join show the arbors. */
  previews: boolean;
  /** Whether others are shown, and see where this viewer looks. */
  presence: boolean;
  /** Tells the Python process from others. */
  kernel_id: string;
  /** Fingerprint of database, user and project; the same for all layers of them. */
  edits_place: string;
  /** Whether an edit that is sent twice is done once. */
  edits_repeat: boolean;
  /** In words; empty for the present. */
  version_shown: string;
  /** Titles of the layer's project and of that into which its neurons can be imported; null: into none. */
  import_offer: { source: string; target: string } | null;
  /** Of a view. */
  most_nodes: number;
  /** What is shown where there is too much to show all. */
  sample: Sample | null;
}

/** What says how the layer looks. */
export const LOOKS = [
  "colors",
  "visible",
  "opacity",
  "show_labels",
  "fade_sections",
  "shown_neurons",
  "color_by",
  "visibility_groups",
  "hidden_groups",
] as const;
