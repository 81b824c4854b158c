/** The synced traits of a selection table, and what its kernel side answers. */
import type { Column } from "../shared/columns";
import type { FirstRows } from "../shared/table/first-rows";

export interface SelectionTableState {
  /** Reference to the selection's model. */
  model: string;
  sort: [] | [name: string, isDescending: boolean];
  filters: Record<string, string>;
  shown_columns: Record<string, boolean>;
  column_widths: Record<string, number>;
  height: number;
  has_viewer: boolean;
  first_rows: FirstRows;
  /** In words; empty for the present. */
  version_shown: string;
}

/** What is asked for together. */
export type FactGroup = "size" | "synapses" | "review" | "annotations";

/** Columns of one group, as they come. */
export interface FactColumns {
  skeleton_id: Column;
  /** One text of all names, with U+0000 between them: much quicker to read than many texts. */
  names?: string;
  nodes?: Column;
  cable_length?: Column;
  exists?: Column;
  /** Seconds since 1970; NaN where it is not known. */
  edition_time?: Column;
  /** Empty where it is not known; missing if it is known of none. */
  editor?: string[];
  pre?: Column;
  post?: Column;
  review?: Column;
  annotations?: string[][];
  /** Annotation, user, and when (ISO; empty where it is not known). */
  annotation_authors?: Array<Array<[annotation: string, user: string, time: string]>>;
}

export interface SkeletonFate {
  skeleton_id: number;
  sentence: string;
  successor: number | null;
}

export interface ChangedEvent {
  /** Null: any may be otherwise. */
  skeleton_ids: number[] | null;
  username: string | null;
  label: string | null;
}
