/** The synced traits of a table of a project, and what its kernel side answers. */
import type { Column } from "../shared/columns";
import type { FirstRows } from "../shared/table/first-rows";

export interface TableControl {
  trait: string;
  title: string;
  kind: "flag" | "number" | "choice";
  choices: Array<[value: string, title: string]>;
  /** Limits of a number. */
  least: number | null;
  most: number | null;
}

/** What can be done; with the selected rows, or else the active one, if `rows`; after a question, if `asks`. */
export interface RowAction {
  name: string;
  title: string;
  hint: string;
  rows: boolean;
  asks: boolean;
}

/** A question before an action. */
export interface RowQuestion {
  text: string;
  confirm: string;
  /** The text that can be changed; null if there is none. */
  value: string | null;
  example: string;
}

export interface ProjectTableState {
  label: string;
  /** What Enter does with a row, and a hint. */
  go: [title: string, hint: string];
  actions: RowAction[];
  controls: TableControl[];
  sort: [] | [name: string, isDescending: boolean];
  filters: Record<string, string>;
  shown_columns: Record<string, boolean>;
  column_widths: Record<string, number>;
  height: number;
  selection_names: string[];
  target: string;
  has_viewer: boolean;
  first_rows: Partial<FirstRows>;
  /** In words; empty for the present. */
  version_shown: string;
  /** What controls set. */
  [trait: string]: unknown;
}

export interface ShownColumn {
  name: string;
  title: string;
  hint: string;
  kind: "text" | "integer" | "decimal";
  width: number;
  grow: number;
  rank: number;
}

/** Texts, each distinct one once. */
export interface CodedTexts {
  /** Where the text of a row is in `texts`. */
  codes: Column;
  texts: string[];
}

export interface TableContent {
  shown: ShownColumn[];
  notes: string[];
  /** `key` and `skeleton_id`, and what is shown: of all rows, or of the first ones in the order that was asked for. */
  values: Record<string, Column | CodedTexts>;
  /** How many rows there are. */
  total: number;
}
