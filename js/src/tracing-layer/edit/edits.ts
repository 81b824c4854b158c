/**
 * All edits, each described in one place: its name, what it does to a graph, what it asks of the service, and what it
 * learns from the answer.
 *
 * An edit is made from what the person saw: ids may be temporary ones of edits before it, and the
 * edition times in its state are those that were on the screen.
 */
import { createConnector, createLink, deleteConnector, deleteLink } from "./connectors";
import type { Edit, Op } from "./edit";
import type { Translation } from "./fields";
import { annotateNeuron, renameNeuron } from "./neurons";
import {
  createTreenode,
  deleteTreenode,
  insertTreenode,
  moveNode,
  removeLabel,
  setConfidence,
  setLabels,
  setRadius,
} from "./nodes";
import { reviewTreenodes, suppressVirtualNode } from "./reviews";
import { joinSkeletons, redoLast, rerootSkeleton, splitSkeleton, undoLast } from "./skeletons";

export * from "./connectors";
export * from "./neurons";
export * from "./nodes";
export * from "./reviews";
export * from "./skeletons";

interface AnyKind {
  readonly op: Op;
  read(values: unknown, translation: Translation): Edit;
}

export const EDITS: readonly AnyKind[] = [
  setLabels,
  removeLabel,
  setRadius,
  setConfidence,
  deleteTreenode,
  annotateNeuron,
  renameNeuron,
  rerootSkeleton,
  splitSkeleton,
  undoLast,
  redoLast,
  createTreenode,
  insertTreenode,
  moveNode,
  createConnector,
  deleteConnector,
  createLink,
  deleteLink,
  joinSkeletons,
  reviewTreenodes,
  suppressVirtualNode,
];
