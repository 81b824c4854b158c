/** The synced traits of a search, and what its kernel side answers. */
import type { FirstRows } from "../shared/table/first-rows";

export type Notation = "form" | "text" | "python";

export interface SearchState {
  query: string;
  view: Notation;
  height: number;
  selection_names: string[];
  target: string;
  /** Reference to the model of that selection; empty if there is none. */
  target_model: string;
  /** In words; empty for the present. */
  version_shown: string;
  /** Fingerprint of database, user and project. */
  place: string;
  first_rows: FirstRows;
}

export type FieldKind =
  | "text"
  | "pattern"
  | "flag"
  | "users"
  | "ids"
  | "numbers"
  | "count"
  | "dates"
  | "choice";

export interface FieldDescription {
  name: string;
  kind: FieldKind;
  example: string;
  unit: string;
  choices: string[];
}

export interface ConditionDescription {
  condition: string;
  title: string;
  /** The value, then the options. */
  fields: FieldDescription[];
}

/** A query as plain data. */
export type PlainQuery =
  | { all: PlainQuery[] }
  | { any: PlainQuery[] }
  | { not: PlainQuery }
  | { condition: string; [field: string]: unknown };

export interface Problem {
  message: string;
  /** Where in the text. */
  start: number;
  end: number;
  /** Which condition of a form, from 0 in the order in which they are shown; null if all of it is meant. */
  row: number | null;
}

export interface Notations {
  text: string;
  python: string;
  form: PlainQuery | null;
  problem: Problem | null;
}

export interface FoundRow {
  skeleton_id: number;
  neuron_id: number;
  name: string;
  nodes: number;
  /** nm. */
  cable_length: number;
  creator: string;
  /** ISO. */
  creation_time: string;
  edition_time: string;
  annotations: string[];
}

export interface SearchPage {
  rows: FoundRow[];
  next: number | null;
  total: number;
}

export interface SavedSearch {
  name: string;
  query: string;
  shared: boolean;
}
