/** What is known of skeletons, by their ids: it comes in groups, and some of it later. */
import { array, type TypedArray } from "../shared/columns";
import type { FactColumns, FactGroup, SkeletonFate } from "./state";

export interface SkeletonFacts {
  name: string;
  nodes: number;
  /** nm */
  cableLength: number;
  exists: boolean;
  /** When it was edited last, seconds since 1970, and by whom; NaN and empty where it is not known. */
  editionTime: number;
  editor: string;
  pre: number;
  post: number;
  /** Percent. */
  review: number;
  annotations: string;
  /** Each annotation, who gave it, and when (ISO); the last two are empty where they are not known. */
  annotationAuthors: ReadonlyArray<[annotation: string, user: string, time: string]>;
  /** Which groups are known: bits of `GROUP`. */
  known: number;
  fate: SkeletonFate | null;
}

/** What stands between names; no name has it. */
const SEPARATOR = "\0";

const NUMBERS = [
  ["nodes", "nodes"],
  ["cable_length", "cableLength"],
  ["pre", "pre"],
  ["post", "post"],
  ["review", "review"],
  ["edition_time", "editionTime"],
] as const;

type FactNumber = (typeof NUMBERS)[number][1];

const GROUP: Readonly<Record<FactGroup, number>> = { size: 1, synapses: 2, review: 4, annotations: 8 };

/** Whether a group is known of a skeleton. */
export function isKnown(facts: SkeletonFacts | undefined, group: FactGroup): boolean {
  return facts !== undefined && (facts.known & GROUP[group]) !== 0;
}

export class Facts {
  private readonly byId = new Map<number, SkeletonFacts>();

  of(id: number): SkeletonFacts {
    const known = this.byId.get(id);
    if (known) return known;
    const made: SkeletonFacts = {
      name: "",
      nodes: 0,
      cableLength: 0,
      exists: true,
      editionTime: Number.NaN,
      editor: "",
      pre: 0,
      post: 0,
      review: 0,
      annotations: "",
      annotationAuthors: [],
      known: 0,
      fate: null,
    };
    this.byId.set(id, made);
    return made;
  }

  /** Those of some skeletons of which a group is not known. */
  lacking(group: FactGroup, ids: Iterable<number>): number[] {
    const found: number[] = [];
    for (const id of ids) if (!isKnown(this.byId.get(id), group)) found.push(id);
    return found;
  }

  /** Take in an answer; returns the skeletons in it that are gone. */
  received(group: FactGroup, columns: FactColumns): number[] {
    const ids = array(columns.skeleton_id);
    const numbers: Array<[name: FactNumber, values: TypedArray]> = [];
    for (const [column, name] of NUMBERS) {
      const values = columns[column];
      if (values) numbers.push([name, array(values)]);
    }
    const exists = columns.exists && array(columns.exists);
    const names = columns.names?.split(SEPARATOR);
    const gone: number[] = [];
    ids.forEach((id, row) => {
      const facts = this.of(id);
      facts.known |= GROUP[group];
      for (const [name, values] of numbers) facts[name] = values[row] ?? 0;
      annotated(facts, columns, row);
      if (!exists) return;
      facts.editor = columns.editor?.[row] ?? "";
      facts.exists = exists[row] === 1;
      if (facts.exists) named(facts, names?.[row]);
      else gone.push(id);
    });
    return gone;
  }

  /** Ask for all of these anew; what is known stays until then. */
  forget(ids: Iterable<number>): void {
    for (const id of ids) {
      const facts = this.byId.get(id);
      if (facts) facts.known = 0;
    }
  }
}

/** Note annotations, where an answer has them. */
function annotated(facts: SkeletonFacts, columns: FactColumns, row: number): void {
  if (columns.annotations) facts.annotations = (columns.annotations[row] ?? []).join(", ");
  if (columns.annotation_authors) facts.annotationAuthors = columns.annotation_authors[row] ?? [];
}

/** Note the name of a skeleton that is there; of one that is gone, the name that it had tells more than none. */
function named(facts: SkeletonFacts, name = ""): void {
  facts.name = name;
  facts.fate = null;
}
