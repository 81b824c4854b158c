/** Marks of treenodes as reviewed, and sections that reviewers skip. */
import type { Plane } from "../../shared/layer";
import { type EditKind, editKind } from "./edit";
import { id as idField, listOf, number, oneOf } from "./fields";

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

/** Have reviewers skip a section between a node and its parent. */
export const suppressVirtualNode = editKind(
  {
    op: "suppress_virtual_node",
    purpose: "have reviewers skip this section",
    fields: { treenode: idField, depth: number, plane: oneOf<Plane>("xy", "xz", "zy") },
    hint: "Reviewers skip this section of the edge from now on.",
  },
  (treenode: number, depth: number, plane: Plane) => ({ treenode, depth, plane }),
  ({ treenode, depth, plane }) => ({
    needs: [treenode],
    apply: () => {},
    request: ({ id }) => ({ args: { treenode_id: id(treenode), depth, plane }, state: null }),
  }),
);

/** The treenodes that an edit marks, by its values. */
export function marked(values: object): number[] {
  return (values as { nodes: number[] }).nodes;
}
