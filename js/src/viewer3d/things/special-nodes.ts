/** Treenodes that may be marked, and their labels, as the kernel tells them. */
import { type MessageBytes, typed } from "../../shared/columns";
import type { Rpc } from "../../shared/rpc";
import { NeuronReader, type NeuronReaderHost, PATIENCE_MS } from "./neuron-reader";

/** A treenode that may be marked. */
export interface SpecialNode {
  row: number;
  /** Any of soma, open_end, low_confidence, labelled. */
  kinds: ReadonlySet<string>;
  /** nm; -1 where unset. */
  radius: number;
  labels: readonly string[];
}

export interface SpecialAnswer {
  skeleton_ids: number[];
  /** Numbers of the kinds, which are added up. */
  kinds: Record<string, number>;
  labels: string[];
}

/** @param somaRadius - gives the radius of a soma without a label, nm; null: none */
export function specialNodesReader(
  rpc: Rpc,
  somaRadius: () => number | null,
  host: NeuronReaderHost,
): NeuronReader<SpecialNode[]> {
  return new NeuronReader(host, async (ids, signal) => {
    const params = { skeleton_ids: ids, soma_radius: somaRadius() };
    const options = { signal, timeoutMs: PATIENCE_MS };
    const { result, buffers } = await rpc.call<SpecialAnswer>("special", params, options);
    return specialNodesOf(result, buffers);
  });
}

/** Special nodes by skeleton, of the columns of an answer. */
export function specialNodesOf(
  { skeleton_ids: skeletonIds, kinds: numbers, labels }: SpecialAnswer,
  buffers: readonly MessageBytes[],
): Map<number, SpecialNode[]> {
  const [owners, rows, tagged, names] = [0, 1, 6, 7].map((at) => typed(Int32Array, buffers[at]));
  const kinds = typed(Uint8Array, buffers[2]);
  const radii = typed(Float32Array, buffers[4]);
  const labelsOf = new Map<number, string[]>();
  for (const [at, node] of (tagged ?? []).entries()) {
    const known = labelsOf.get(node) ?? [];
    labelsOf.set(node, [...known, labels[names?.[at] ?? -1] ?? ""]);
  }
  const found = new Map<number, SpecialNode[]>();
  for (const [at, index] of (owners ?? []).entries()) {
    const skeletonId = skeletonIds[index] ?? -1;
    const nodes = found.get(skeletonId) ?? [];
    found.set(skeletonId, nodes);
    nodes.push({
      row: rows?.[at] ?? -1,
      kinds: kindsOf(kinds[at] ?? 0, numbers),
      radius: radii[at] ?? -1,
      labels: labelsOf.get(at) ?? [],
    });
  }
  return found;
}

function kindsOf(sum: number, numbers: Readonly<Record<string, number>>): Set<string> {
  return new Set(Object.keys(numbers).filter((kind) => (sum & (numbers[kind] ?? 0)) !== 0));
}
