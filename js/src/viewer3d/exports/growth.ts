/** Neurons as they grew: their edges in the order in which treenodes were made. */
import { BufferAttribute, BufferGeometry, LineBasicMaterial, LineSegments } from "three";
import { withRawColors } from "../things/raw-colors";
import type { ExportedNeuron } from "./export-scene";

/** Ids of treenodes, of each skeleton in the order of rows. */
export type TreenodeIds = ReadonlyMap<number, Float64Array>;

/** The edges of neurons as one object that shows the first of them only: servers number treenodes as they make them. */
export class GrowingNeurons {
  readonly object: LineSegments<BufferGeometry, LineBasicMaterial>;
  private readonly edges: number;

  /** @throws Error with a sentence if a neuron was edited meanwhile. */
  constructor(neurons: readonly ExportedNeuron[], ids: TreenodeIds) {
    const edges = orderedEdges(neurons, ids);
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(edges.positions, 3));
    geometry.setAttribute("color", new BufferAttribute(edges.colors, 3, true));
    this.edges = edges.positions.length / 6;
    const material = withRawColors(new LineBasicMaterial({ vertexColors: true }));
    this.object = new LineSegments(geometry, material);
    this.object.frustumCulled = false;
  }

  /** Show a part of the edges, 0 to 1. */
  show(part: number): void {
    this.object.geometry.setDrawRange(0, 2 * Math.round(part * this.edges));
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

/** Edges of all neurons: their time (the id of the younger node), whose they are, and the child's row. */
interface TimedEdges {
  times: Float64Array;
  owners: Int32Array;
  rows: Int32Array;
}

/** Edges, those first whose younger node is oldest. */
export function orderedEdges(
  neurons: readonly ExportedNeuron[],
  ids: TreenodeIds,
): { positions: Float32Array; colors: Uint8Array } {
  const { times, owners, rows } = timedEdges(neurons, ids);
  const order = Uint32Array.from(times.keys()).sort((one, other) => (times[one] ?? 0) - (times[other] ?? 0));
  const positions = new Float32Array(6 * order.length);
  const colors = new Uint8Array(6 * order.length);
  for (const [place, edge] of order.entries()) {
    const neuron = neurons[owners[edge] ?? 0];
    if (!neuron) continue;
    const row = rows[edge] ?? 0;
    for (const [end, one] of [row, neuron.parents[row] ?? row].entries()) {
      positions.set(neuron.positions.subarray(3 * one, 3 * one + 3), 6 * place + 3 * end);
      colors.set(nodeColor(neuron, one), 6 * place + 3 * end);
    }
  }
  return { positions, colors };
}

function timedEdges(neurons: readonly ExportedNeuron[], ids: TreenodeIds): TimedEdges {
  const count = neurons.reduce((sum, { parents }) => sum + parents.filter((one) => one >= 0).length, 0);
  const found = {
    times: new Float64Array(count),
    owners: new Int32Array(count),
    rows: new Int32Array(count),
  };
  let at = 0;
  for (const [number, { skeletonId, parents }] of neurons.entries()) {
    const own = ids.get(skeletonId);
    if (own?.length !== parents.length)
      throw new Error(`Skeleton ${skeletonId} was edited while the film was begun. Make it again.`);
    for (const [row, parent] of parents.entries()) {
      if (parent < 0) continue;
      found.times[at] = Math.max(own[row] ?? 0, own[parent] ?? 0);
      found.owners[at] = number;
      found.rows[at++] = row;
    }
  }
  return found;
}

/** Red, green and blue (0 to 255) of a node. */
export function nodeColor(neuron: ExportedNeuron | undefined, row: number): [number, number, number] {
  if (!neuron) return [0, 0, 0];
  if (neuron.shades) {
    const start = 4 * (neuron.shades.column[row] ?? 0);
    const [red = 0, green = 0, blue = 0] = neuron.shades.palette.subarray(start, start + 3);
    return [red, green, blue];
  }
  const { color } = neuron;
  return [(color >>> 24) & 255, (color >>> 16) & 255, (color >>> 8) & 255];
}
