/** What every edit is made of, and how kinds of edits are described. */
import type { Point } from "../../shared/layer";
import type { components } from "../../wire/api";
import type { Graph, Timed } from "../data/graph";
import { type Fields, readFields, type Stamp, type Translation, type Values } from "./fields";

type Answered = components["schemas"]["Answers"];

/** What the kernel answers, by operation: the service's own answer but for connectors, with their link, undo, and redo. */
export interface Answers {
  create_treenode: Answered["treenode/create"];
  insert_treenode: Answered["treenode/insert"];
  delete_treenode: Answered["treenode/delete"];
  move_nodes: Answered["node/update"];
  set_confidence: Answered["treenodes/{treenode_id}/confidence"];
  set_labels: Answered["label/treenode/{node_id}/update"];
  remove_label: Answered["label/treenode/{node_id}/remove"];
  set_radius: Answered["treenode/{treenode_id}/radius"];
  create_connector: Answered["connector/create"] & { link?: Answered["link/create"] };
  delete_connector: Answered["connector/delete"];
  create_link: Answered["link/create"];
  delete_link: Answered["link/delete"];
  join_skeletons: Answered["skeleton/join"];
  split_skeleton: Answered["skeleton/split"];
  reroot_skeleton: Answered["skeleton/reroot"];
  review_treenodes: Answered["nodes/reviewed"];
  suppress_virtual_node: { id: number };
  add_annotations: { annotations: unknown[] };
  rename_neuron: { old_name: string };
  /** `undone` is null if there was nothing to undo. */
  undo: { undone: string | null } & ChangedPlace;
  /** `redone` is null if there was nothing to redo. */
  redo: { redone: string | null } & ChangedPlace;
}

/** Where undo or redo changed something, nm, and a node that did, as far as the service says. */
export interface ChangedPlace {
  position?: Point | null;
  /** Of a node that exists. */
  node_id?: number | null;
  /** Null if the node is a connector. */
  skeleton_id?: number | null;
}

/** Names of operations, as the kernel knows them. */
export type Op = keyof Answers;
export type Answer<O extends Op = Op> = Answers[O] & {
  /** What the edit wrote. */
  versions?: number[];
};

export type RealId = (id: number) => number;

/** Ids and edition times that are known when an edit is sent. */
export interface Sending {
  id: RealId;
  /** `[id, ISO time]`, as a state check wants it. */
  stamp(stamp: Stamp): [number, string];
}

/** Receives the ids and edition times from an answer. */
export interface Learning {
  id(temporary: number, real: number): void;
  time(of: Timed, id: number, iso: string): void;
}

export interface Edit<O extends Op = Op> {
  readonly op: O;
  /** All that it is made of, as JSON can hold it: its kind makes it from this again. */
  readonly values: object;
  /** Completes "Could not …". */
  readonly purpose: string;
  /** Temporary ids that it gives out. */
  readonly creates: readonly number[];
  /** Ids that must exist for it. */
  readonly needs: readonly number[];
  /** Whether it changes edition times that are not in its answer. */
  readonly restamps: boolean;
  /** Change a graph as the service will change the project. */
  apply(graph: Graph, id: RealId): void;
  request(sending: Sending): { args: Record<string, unknown>; state: unknown };
  /** Take ids and edition times from the answer. */
  learn(answer: Answers[O], learning: Learning): void;
  /** One edit for this one and a later one, if neither was sent; null if they are two. */
  absorb?(later: Edit): Edit | null;
}

interface Description<O extends Op, F extends Fields> {
  op: O;
  purpose: string;
  fields: F;
  restamps?: boolean;
  /** What to do first, for a person whose edit has nothing to change. */
  hint?: string;
}

type Parts<O extends Op> = Pick<Edit<O>, "apply" | "request"> &
  Partial<Omit<Edit<O>, "op" | "values" | "restamps">>;

/** A kind of edit: call it to make one from what is drawn. */
export interface EditKind<O extends Op, Args extends unknown[]> {
  (...args: Args): Edit<O>;
  readonly op: O;
  readonly purpose: string;
  /** Make one from its values; throws `Unreadable` if they are none. */
  read(values: unknown, translation: Translation): Edit<O>;
  readonly hint: string;
}

/** Describe a kind of edit; `see` takes its values from what is drawn, and `make` says what it does with them. */
export function editKind<O extends Op, F extends Fields, Args extends unknown[]>(
  { op, purpose, fields, restamps = false, hint = "" }: Description<O, F>,
  see: (...args: Args) => Values<F>,
  make: (values: Values<F>) => Parts<O>,
): EditKind<O, Args> {
  const of = (values: Values<F>): Edit<O> => ({
    op,
    values,
    purpose,
    restamps,
    creates: [],
    needs: [],
    learn: () => {},
    ...make(values),
  });
  return Object.assign((...args: Args) => of(see(...args)), {
    op,
    purpose,
    hint,
    read: (values: unknown, translation: Translation) => of(readFields(fields, values, translation)),
  });
}

/** Confidence of new nodes, connectors and links. */
export const SURE = 5;

/** A node or link with its edition time as drawn now. */
export function seenAs(graph: Graph, of: Timed, id: number): Stamp {
  return { of, id, time: graph.time(of, id) };
}
