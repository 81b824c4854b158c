/** The synced traits of a history table, and what its kernel side answers. */
import type { FirstRows } from "../shared/table/first-rows";

export interface FilterState {
  user: string;
  label: string;
  last: string;
  since: string;
  until: string;
}

export type Side = "before" | "after" | "present";

export interface HistoryState extends FilterState {
  first_rows: FirstRows;
  selected_versions: number[];
  height: number;
  /** To what the log is restricted, in words; empty if it is not. */
  restriction: string;
  /** In words; empty for the present. */
  version_shown: string;
  /** What the server does not offer; empty if it offers all. */
  lacking: string;
  has_viewer: boolean;
  /** What the viewer shows; empty for the present. */
  compared: [] | [version: number, side: Side];
}

export interface Details {
  version: number;
  neurons: string[];
  taken_back_by: number | null;
  /** Whether what it changed is not known any more. */
  is_trimmed: boolean;
}

export interface LogRow extends Details {
  /** ISO. */
  time: string;
  user: string;
  label: string;
  what: string;
  note: string;
  reverts: number[];
}

export interface LogPage {
  rows: LogRow[];
  next: number | null;
  note: string;
}

export interface Preview {
  versions: number[];
  changes: Array<{ table: string; created: number; changed: number; deleted: number }>;
  /** Why this user may not take them back; empty if they may. */
  not_allowed: string;
  conflicts: Array<{ what: string; version: number; user: string; time: string | null }>;
}
