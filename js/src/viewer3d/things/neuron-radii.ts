/** Neurons as tubes, as thick as their radii say: radii are read when tubes are wanted. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Object3D } from "three";
import { byRows, typed } from "../../shared/columns";
import type { Rpc } from "../../shared/rpc";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { NeuronReader, type NeuronReaderHost, PATIENCE_MS } from "./neuron-reader";

export interface NeuronRadiiState {
  tubes: boolean;
  /** nm, of treenodes without a radius; 0: they stay lines. */
  tube_radius: number;
}

interface RadiiAnswer {
  /** Skeletons with any radius. */
  skeleton_ids: number[];
  /** How many nodes each had. */
  rows: number[];
}

export class NeuronRadii implements SceneContent {
  /** The tubes are beside the neurons' lines. */
  readonly object = new Object3D();
  private readonly radii: NeuronReader<Float32Array>;
  private areTubes = false;
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<NeuronRadiiState>,
    rpc: Rpc,
    private readonly neurons: NeuronScene,
    private readonly host: NeuronReaderHost & { changed(): void },
  ) {
    this.object.name = "radii";
    this.radii = new NeuronReader(host, async (ids, signal) => {
      const options = { signal, timeoutMs: PATIENCE_MS };
      const { result, buffers } = await rpc.call<RadiiAnswer>("radii", { skeleton_ids: ids }, options);
      return byRows(result.skeleton_ids, result.rows, typed(Float32Array, buffers[0]));
    });
    this.radii.onArrival(() => this.apply());
    for (const name of ["tubes", "tube_radius"] as const) {
      const follow = (): void => this.neuronsChanged();
      model.on(`change:${name}`, follow);
      this.stopping.push(() => model.off(`change:${name}`, follow));
    }
    this.neuronsChanged();
  }

  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  neuronsChanged(): void {
    const isWanted = this.model.get("tubes");
    if (isWanted) this.radii.readLater();
    if (isWanted === this.areTubes) return;
    this.areTubes = isWanted;
    this.neurons.lines.setStyle(isWanted ? "tubes" : "lines");
    this.host.changed();
  }

  edited(ids: readonly number[] | null): void {
    this.radii.forget(ids);
    this.neuronsChanged();
  }

  dispose(): void {
    this.radii.dispose();
    for (const stop of this.stopping) stop();
  }

  private apply(): void {
    const least = this.model.get("tube_radius");
    for (const id of this.neurons.visibleHere()) {
      const rows = this.neurons.rowsOf(id) ?? 0;
      const known = this.radii.of(id);
      // With another number of nodes an edit came between; its news lets all be asked for again.
      if (known && known.length !== rows) continue;
      this.neurons.lines.setRadii(id, withLeast(known, rows, least));
    }
    this.host.changed();
  }
}

/** Radii with another one where there is none; null: of no node. */
export function withLeast(known: Float32Array | undefined, rows: number, least: number): Float32Array | null {
  if (!(least > 0)) return known ?? null;
  return known ? known.map((radius) => (radius > 0 ? radius : least)) : new Float32Array(rows).fill(least);
}
