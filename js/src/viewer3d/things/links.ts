/** Links of the visible neurons to connectors, read once for all that draw them. */
import { type MessageBytes, typed } from "../../shared/columns";
import type { Rpc } from "../../shared/rpc";
import { NeuronReader, type NeuronReaderHost, PATIENCE_MS } from "./neuron-reader";

/** Those of Okabe and Ito, whom colour-blind people tell apart. */
const RELATION_COLORS: Readonly<Record<string, string>> = {
  presynaptic_to: "#d55e00",
  postsynaptic_to: "#56b4e9",
  gapjunction_with: "#f0e442",
};
const OTHER_COLOR = "#999999";

/** CSS. */
export function relationColor(relation: string): string {
  return RELATION_COLORS[relation] ?? OTHER_COLOR;
}

/** A link of a neuron. */
export interface NeuronLink {
  row: number;
  /** Empty: another one than CATMAID has. */
  relation: string;
  /** The one skeleton at the other side; -1 if there is none, or there are several. */
  partner: number;
  /** Of the connector, relative to the scene's origin. */
  place: [x: number, y: number, z: number];
}

export interface LinkAnswer {
  skeleton_ids: number[];
  relations: string[];
}

export type NeuronLinks = NeuronReader<NeuronLink[]>;

/** @param origin - gives the scene's origin, in project space */
export function linksReader(rpc: Rpc, origin: () => number[], host: NeuronReaderHost): NeuronLinks {
  return new NeuronReader(host, async (ids, signal) => {
    const params = { skeleton_ids: ids, origin: origin() };
    const options = { signal, timeoutMs: PATIENCE_MS };
    const { result, buffers } = await rpc.call<LinkAnswer>("synapses", params, options);
    return linksOf(result, buffers);
  });
}

/** Links by skeleton, of the columns of an answer. */
export function linksOf(
  { skeleton_ids: skeletonIds, relations }: LinkAnswer,
  buffers: readonly MessageBytes[],
): Map<number, NeuronLink[]> {
  const [owners, rows, kinds, , partners, places] = buffers;
  const row = typed(Int32Array, rows);
  const kind = typed(Uint8Array, kinds);
  const partner = typed(Int32Array, partners);
  const xyz = typed(Float32Array, places);
  const found = new Map<number, NeuronLink[]>();
  for (const [at, index] of typed(Int32Array, owners).entries()) {
    const skeletonId = skeletonIds[index] ?? -1;
    const links = found.get(skeletonId) ?? [];
    found.set(skeletonId, links);
    const [x = 0, y = 0, z = 0] = xyz.subarray(3 * at, 3 * at + 3);
    links.push({
      row: row[at] ?? -1,
      relation: relations[kind[at] ?? -1] ?? "",
      partner: partner[at] ?? -1,
      place: [x, y, z],
    });
  }
  return found;
}
