/** Marks of treenodes as reviewed. */
import { type EditKind, editKind } from "./edit";
import { id as idField, listOf } from "./fields";

/** Treenodes in one edit. */
const MOST = 1000;

export type ReviewTreenodes = EditKind<"review_treenodes", [nodes: number[]]>;

/** Mark treenodes as reviewed now; marks that wait for their turn are written in one. */
export const reviewTreenodes: ReviewTreenodes = editKind(
  {
    op: "review_treenodes",
    purpose: "mark nodes as reviewed",
    fields: { nodes: listOf(idField) },
  },
  (nodes: number[]) => ({ nodes }),
  ({ nodes }) => ({
    apply: () => {},
    request: ({ id }) => ({ args: { treenode_ids: nodes.map(id) }, state: null }),
    absorb: (later) => {
      const more = later.op === "review_treenodes" ? marked(later.values) : [];
      const all = [...new Set([...nodes, ...more])];
      return more.length > 0 && all.length <= MOST ? reviewTreenodes(all) : null;
    },
  }),
);

/** The treenodes that an edit marks, by its values. */
export function marked(values: object): number[] {
  return (values as { nodes: number[] }).nodes;
}
