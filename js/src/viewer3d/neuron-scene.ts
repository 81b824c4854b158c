/** The neurons of a selection in the scene: loaded as they come, coloured, hidden and emphasised as it has them. */
import { Box3, type Object3D, type Vector3 } from "three";
import { bytes, isAbort, type Rpc } from "../shared/rpc";
import { hexOf } from "../shared/selection/delta";
import type { SelectionChange, SelectionStore } from "../shared/selection/store";
import { Arrivals } from "./arrivals";
import type { SpaceCamera } from "./camera/space-camera";
import type { ExportedNeuron } from "./exports/export-scene";
import type { FlatLines } from "./flat/flat-canvas";
import { type GeometryBatch, GeometryLoader } from "./geometry/loader";
import { OVERVIEW } from "./geometry/unpack";
import { NeuronLines, type PickedNode } from "./neurons/neuron-lines";

const PATIENCE_MS = 120_000;
const LOADING_EDGES = 200_000;

export interface NeuronSceneHost {
  /** Something is to be drawn anew. */
  changed(): void;
  /** The next picture can be finer. */
  refine(): void;
  /** Neurons came. */
  loaded(): void;
  failed(error: unknown): void;
}

export interface NeuronCounts {
  neurons: number;
  visible: number;
  /** Those that are here, of the visible ones. */
  loaded: number;
  /** Those that are seen, if only as overviews. */
  seen: number;
  /** Those that do not exist, of the visible ones. */
  gone: number;
  nodes: number;
}

export class NeuronScene {
  readonly lines = new NeuronLines({ refine: () => this.host.refine() });
  private readonly loader: GeometryLoader;
  private stopListening: () => void = () => {};
  /** The neurons that are here: numbers of nodes, and versions. */
  private readonly here = new Map<number, { rows: number; version: number }>();
  /** Those that are seen as overviews, until they come. */
  private readonly coarse = new Set<number>();
  /** Neurons that do not exist. */
  private readonly gone = new Set<number>();
  private readonly asked = new Set<number>();
  /** Edited since they were read. */
  private readonly stale = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly coming = new Arrivals();
  private isReading = false;

  /** `origin` is set to the scene's origin, in project space, when the first neurons come. */
  constructor(
    private readonly selection: SelectionStore,
    rpc: Rpc,
    private readonly origin: Vector3,
    private readonly host: NeuronSceneHost,
  ) {
    this.loader = new GeometryLoader(async (params, signal) => {
      const options = { timeoutMs: PATIENCE_MS, ...(signal ? { signal } : {}) };
      const { buffers } = await rpc.call("geometry", params, options);
      return bytes(buffers[0] ?? new Uint8Array(0));
    });
  }

  /** In the scene. */
  get object(): Object3D {
    return this.lines.object;
  }

  get counts(): NeuronCounts {
    const visible = this.visible();
    let nodes = 0;
    let loaded = 0;
    let coarse = 0;
    let gone = 0;
    for (const id of visible) {
      const found = this.here.get(id);
      if (found) loaded++;
      else if (this.coarse.has(id)) coarse++;
      nodes += found?.rows ?? 0;
      if (this.gone.has(id)) gone++;
    }
    const seen = loaded + coarse;
    return { neurons: this.selection.length, visible: visible.length, loaded, seen, gone, nodes };
  }

  get isLoading(): boolean {
    return this.isReading;
  }

  /** Settles when none of the neurons is on its way. */
  arrived(): Promise<void> {
    return this.coming.settled();
  }

  /** How many of the visible neurons are not here, of those that there are. */
  get missing(): number {
    const { visible, gone, loaded } = this.counts;
    return visible - gone - loaded;
  }

  get stats(): { bytes: number; edges: number; level: number } {
    return { bytes: this.loader.bytes, edges: this.lines.edges, level: this.lines.level };
  }

  /** Follow the selection from now on. */
  start(): void {
    this.stopListening = this.selection.subscribe("all", (change) => this.selectionChanged(change));
    this.takeAll();
  }

  /** Choose how fine each neuron is, as a camera sees it; a frame has at most so many edges. */
  chooseDetail(edges: number, { three, size }: SpaceCamera): void {
    // What comes is seen coarsely first: a fine picture of all takes longer than the next neurons do.
    const most = this.isReading ? Math.min(edges, LOADING_EDGES) : edges;
    this.lines.chooseLevel(most, { camera: three, size });
  }

  /** The node under a place of the screen (CSS pixels), as a camera sees it. */
  pick({ three, size }: SpaceCamera, px: number, py: number, tolerancePx: number): PickedNode | null {
    return this.lines.pick(three, px, py, size, tolerancePx);
  }

  /** Let the next picture be at once as fine as can be seen with a camera that is placed, however long it takes. */
  refineFor({ three, size }: SpaceCamera): void {
    this.lines.chooseAll({ camera: three, size });
  }

  /** The visible neurons, to be saved. */
  exported(): ExportedNeuron[] {
    return this.visibleHere().flatMap((skeletonId) => {
      const edges = this.lines.edgesOf(skeletonId);
      return edges ? [{ skeletonId, color: this.selection.colorOf(skeletonId) ?? 0xa0a0a0ff, ...edges }] : [];
    });
  }

  /** The visible neurons as lines on a plain canvas. */
  flatLines(): FlatLines[] {
    return this.visible().flatMap((id) => {
      const edges = this.lines.edgesOf(id);
      const color = hexOf(this.selection.colorOf(id) ?? 0);
      return edges ? [{ ...edges, color, isActive: id === this.selection.active }] : [];
    });
  }

  /** The box around neurons, by default the visible ones, relative to the scene's origin; empty if none is here. */
  bounds(ids?: readonly number[]): Box3 {
    const known = (ids ?? this.visible()).filter((id) => this.isSeen(id));
    return known.length === 0 ? new Box3() : this.lines.bounds(known);
  }

  /** Ids of the visible neurons that are here. */
  visibleHere(): number[] {
    return this.visible().filter((id) => this.here.has(id));
  }

  /** Number of nodes of a neuron that is here. */
  rowsOf(id: number): number | undefined {
    return this.here.get(id)?.rows;
  }

  /** Neurons were edited: read those again that are shown; null: any may be. */
  edited(ids: readonly number[] | null): void {
    for (const id of ids ?? this.asked) {
      this.gone.delete(id);
      if (this.asked.has(id)) this.stale.add(id);
    }
    this.load();
  }

  /** Try again what failed. */
  retry(): void {
    this.load();
  }

  dispose(): void {
    this.stopping.abort();
    this.stopListening();
    this.lines.dispose();
  }

  private visible(): number[] {
    return Array.from(this.selection.ids).filter((id) => this.selection.isVisible(id));
  }

  private takeAll(): void {
    this.forget([...this.asked].filter((id) => !this.selection.has(id)));
    this.look([...this.here.keys(), ...this.coarse]);
    this.lines.setActive(this.selection.active);
    this.lines.setSelected(this.selection.selected());
    this.load();
    this.host.changed();
  }

  private selectionChanged({ what, ids }: SelectionChange): void {
    switch (what) {
      case "all":
        this.takeAll();
        return;
      case "removed":
        this.forget(ids);
        this.lines.setSelected(this.selection.selected());
        break;
      case "active":
        this.lines.setActive(this.selection.active);
        break;
      case "colors":
      case "flags":
        this.look(ids);
        this.load();
        break;
      case "added":
        this.load();
        break;
      case "selected":
        this.lines.setSelected(this.selection.selected());
        break;
    }
    this.host.changed();
  }

  /** Neurons are in the selection no more. */
  private forget(ids: Iterable<number>): void {
    this.remove(ids);
    for (const id of ids) for (const known of [this.asked, this.stale, this.gone]) known.delete(id);
  }

  private remove(ids: Iterable<number>): void {
    const known = [...ids].filter((id) => this.here.delete(id) || this.coarse.delete(id));
    if (known.length > 0) this.lines.remove(known);
  }

  /** Give neurons that are here the colours that they have, and hide those that are hidden. */
  private look(ids: Iterable<number>): void {
    const known = [...ids].filter((id) => this.isSeen(id));
    if (known.length === 0) return;
    this.lines.setColors(
      known,
      known.map((id) => this.selection.colorOf(id) ?? 0),
    );
    const hidden = known.filter((id) => !this.selection.isVisible(id));
    const shown = known.filter((id) => this.selection.isVisible(id));
    if (hidden.length > 0) this.lines.setVisible(hidden, false);
    if (shown.length > 0) this.lines.setVisible(shown, true);
  }

  /** Ask for the visible neurons that are not here, and those that are stale. */
  private load(): void {
    if (this.isReading || this.stopping.signal.aborted) return;
    const missing = this.visible().filter((id) => !this.asked.has(id));
    const again = [...this.stale].filter((id) => this.selection.isVisible(id));
    if (missing.length + again.length === 0) return;
    void this.coming.during(this.read([...new Set([...missing, ...again])], missing));
  }

  /** `missing`: those of them of which nothing was here yet. */
  private async read(ids: number[], missing: readonly number[]): Promise<void> {
    const { signal } = this.stopping;
    const known = new Map(ids.flatMap((id) => this.versionOf(id)));
    for (const id of ids) {
      this.asked.add(id);
      this.stale.delete(id);
    }
    this.isReading = true;
    try {
      await this.loader.load(ids, (batch) => this.take(batch), { signal, known, overview: missing });
    } catch (error) {
      this.isReading = false;
      // Those are asked for again that did not come.
      for (const id of ids)
        if (known.has(id)) this.stale.add(id);
        else if (!this.here.has(id)) this.asked.delete(id);
      if (!isAbort(error) && !signal.aborted) this.host.failed(error);
      return;
    }
    this.isReading = false;
    this.host.changed();
    this.load();
  }

  private isSeen(id: number): boolean {
    return this.here.has(id) || this.coarse.has(id);
  }

  private versionOf(id: number): Array<[id: number, version: number]> {
    const found = this.here.get(id);
    return found ? [[id, found.version]] : [];
  }

  private take({ neurons, gone }: GeometryBatch): void {
    if (this.stopping.signal.aborted) return;
    if (this.loader.origin) this.origin.set(...this.loader.origin);
    this.remove(gone);
    for (const id of gone) this.gone.add(id);
    const wanted = neurons.filter(({ skeletonId }) => this.selection.has(skeletonId));
    this.lines.put(wanted);
    for (const { skeletonId, rows, version } of wanted)
      if (version === OVERVIEW) this.coarse.add(skeletonId);
      else {
        this.coarse.delete(skeletonId);
        this.here.set(skeletonId, { rows, version });
      }
    this.look(wanted.map(({ skeletonId }) => skeletonId));
    this.lines.setActive(this.selection.active);
    this.host.loaded();
  }
}
