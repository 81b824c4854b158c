/** Colours of nodes by the rule that Python has, and their legend. */
import type { AnyModel } from "@anywidget/types";
import { bytes, isAbort, type Rpc } from "../shared/rpc";
import { type Arrivals, LaterWork } from "./arrivals";
import { legendNodes, type ShadingLegend } from "./helpers/legend";
import type { NeuronScene } from "./neuron-scene";
import { SAME_PLACES, type ShadeScale, scaleBetween, shadeOf } from "./neurons/shade-scales";
import type { NodeColors } from "./neurons/shading";
import type { Viewer3DState } from "./state";

const PATIENCE_MS = 120_000;
/** Neurons come and go together: they are coloured when that is over. */
const WAIT_MS = 150;

interface ShadingAnswer {
  legend: ShadingLegend;
  /** Values that have the first and the last colour; null: places of nodes are those of colours. */
  limits: [first: number, last: number] | null;
  /** Skeletons that do not exist. */
  gone: number[];
  /** Those whose columns have come, as they were not known here. */
  skeleton_ids: number[];
  digests: number[];
  /** How many nodes each had. */
  rows: number[];
  /** What place 0 stands for, and how much each is. */
  lows: number[];
  steps: number[];
}

/** A place for each node, and what it stands for. */
interface NodeColumn {
  places: Uint8Array;
  digest: number;
  low: number;
  step: number;
}

export interface NodeShadingHost {
  readonly arrivals: Arrivals;
  changed(): void;
  /** Show what explains the colours; nothing if there are none. */
  legend(parts: HTMLElement[]): void;
  failed(error: unknown): void;
}

export class NodeShading {
  private readonly reading: LaterWork;
  private shaded = new Set<number>();
  /** Of all neurons that are here, as they came last: an edit changes that of one. */
  private readonly columns = new Map<number, NodeColumn>();
  private palette = new Uint8Array(0);
  private limits: ShadingAnswer["limits"] = null;

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly rpc: Rpc,
    private readonly neurons: NeuronScene,
    private readonly host: NodeShadingHost,
  ) {
    this.reading = new LaterWork(WAIT_MS, host.arrivals, (signal) => this.read(signal));
  }

  /** The rule, or the neurons, may be other ones now. */
  refresh(): void {
    if (this.model.get("shading_rule").title !== undefined) this.reading.ask();
    else this.clear();
  }

  dispose(): void {
    this.reading.stop();
  }

  colorsOf(id: number): NodeColors | undefined {
    const column = this.columns.get(id);
    if (!column || !this.shaded.has(id) || column.places.length !== this.neurons.rowsOf(id)) return undefined;
    const scale = this.scaleOf(column);
    return { column: column.places.map((place) => shadeOf(scale, place)), palette: this.palette };
  }

  private clear(): void {
    this.reading.stop();
    this.columns.clear();
    if (this.shaded.size === 0) return;
    for (const id of this.shaded) this.neurons.lines.shade(id, null);
    this.shaded.clear();
    this.host.legend([]);
    this.host.changed();
  }

  private async read(signal: AbortSignal): Promise<void> {
    const ids = this.neurons.visibleHere();
    if (ids.length === 0) {
      this.host.legend([]);
      return;
    }
    const known = ids.map((id) => this.columns.get(id)?.digest ?? 0);
    try {
      const options = { signal, timeoutMs: PATIENCE_MS };
      const { result, buffers } = await this.rpc.call<ShadingAnswer | null>(
        "shading",
        { skeleton_ids: ids, known },
        options,
      );
      const [places, palette] = buffers;
      if (!result || !places || !palette) return;
      const fresh = this.take(result, bytes(places));
      this.palette = bytes(palette).slice();
      this.limits = result.limits;
      const gone = new Set(result.gone);
      this.shade(new Set(ids.filter((id) => !gone.has(id))), fresh);
      this.host.legend(legendNodes(result.legend));
      this.host.changed();
    } catch (error) {
      if (!isAbort(error)) this.host.failed(error);
    }
  }

  /** Keep the columns that have come; returns whose. */
  private take(answer: ShadingAnswer, places: Uint8Array): Set<number> {
    for (const id of this.columns.keys()) if (this.neurons.rowsOf(id) === undefined) this.columns.delete(id);
    let start = 0;
    answer.skeleton_ids.forEach((id, at) => {
      const end = start + (answer.rows[at] ?? 0);
      this.columns.set(id, {
        places: places.slice(start, end),
        digest: answer.digests[at] ?? 0,
        low: answer.lows[at] ?? 0,
        step: answer.steps[at] ?? 1,
      });
      start = end;
    });
    return new Set(answer.skeleton_ids);
  }

  /** Colour neurons, and no others; those that are not fresh have their columns already unless they were put anew. */
  private shade(ids: Set<number>, fresh: ReadonlySet<number>): void {
    const { lines } = this.neurons;
    lines.setShadingPalette(this.palette);
    for (const id of ids) {
      const column = this.columns.get(id);
      // With another number of nodes an edit came between; its news lets this be asked for again.
      if (!column || column.places.length !== this.neurons.rowsOf(id)) continue;
      const scale = this.scaleOf(column);
      if (fresh.has(id) || !lines.isShaded(id)) lines.shade(id, column.places, scale);
      else lines.rescale(id, scale);
    }
    // Places of those that were hidden since mean other colours now.
    for (const id of this.shaded) if (!ids.has(id)) lines.shade(id, null);
    this.shaded = ids;
  }

  private scaleOf({ low, step }: NodeColumn): ShadeScale {
    return this.limits ? scaleBetween(this.limits, low, step) : SAME_PLACES;
  }
}
