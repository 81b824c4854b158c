/** The synced traits of an annotation browser, and what its kernel side answers. */
import type { FirstRows } from "../shared/table/first-rows";

export interface BrowserState {
  height: number;
  selection_names: string[];
  target: string;
  /** In words; empty for the present. */
  version_shown: string;
  first_rows: FirstRows;
}

/** An annotation at one place of the tree. */
export interface AnnotationBranch {
  id: number;
  /** Null at the top. */
  parent_id: number | null;
  name: string;
  neurons: number;
  users: string[];
}
