/** State of a tracing layer for tests and benchmarks: `globalThis.catmaid.tracing[layer_id]`. */
import type { Active } from "./data/selection";

interface ReviewPlace {
  skeleton: number;
  segment: number;
  segments: number;
  step: number;
  node: number;
  left: number;
}

export interface TracingHook {
  readonly counts: { treenodes: number; connectors: number; links: number };
  /** Treenodes, virtual nodes and connectors of the section shown. */
  readonly section: { treenodes: number; virtual: number; connectors: number };
  readonly pending: number;
  /** How often the nodes of the view were read. */
  readonly readings: number;
  readonly active: Active | null;
  readonly activeSkeleton: number | null;
  /** What is reviewed, and where; `left` are nodes of the segment that are not reviewed. */
  readonly review: ReviewPlace | null;
  /** ms from click to the end of its frame, of the latest edits. */
  readonly clickToDrawn: readonly number[];
  readonly clickToConfirmed: readonly number[];
  /** ms that painting all took last. */
  readonly paintTime: number;
  /** CSS pixels from the picture's upper left corner, z in nm; null if the node is not loaded. */
  locate(id: number): { px: number; py: number; z: number } | null;
  node(id: number): Record<string, number> | null;
  labels(id: number): string[];
  /** Links of a connector as `[treenode id, relation]`. */
  links(connectorId: number): Array<[number, string]>;
  /** Settles when no edit is pending and the newest state is shown. */
  settled(): Promise<void>;
}

interface Catmaid {
  tracing: Record<string, TracingHook>;
}

/** Publish a layer's hook; returns a function that removes it. */
export function exposeHook(layerId: string, hook: TracingHook): () => void {
  const scope = globalThis as { catmaid?: Partial<Catmaid> };
  scope.catmaid ??= {};
  scope.catmaid.tracing ??= {};
  const { tracing } = scope.catmaid;
  tracing[layerId] = hook;
  return () => {
    if (tracing[layerId] === hook) delete tracing[layerId];
  };
}
