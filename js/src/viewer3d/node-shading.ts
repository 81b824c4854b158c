/** Colours of nodes by the rule that Python has, and their legend. */
import type { AnyModel } from "@anywidget/types";
import { bytes, isAbort, type Rpc } from "../shared/rpc";
import { type Arrivals, LaterWork } from "./arrivals";
import { legendNodes, type ShadingLegend } from "./helpers/legend";
import type { NeuronScene } from "./neuron-scene";
import type { NodeColors } from "./neurons/shading";
import type { Viewer3DState } from "./state";

const PATIENCE_MS = 120_000;
/** Neurons come and go together: they are coloured when that is over. */
const WAIT_MS = 150;

interface ShadingAnswer {
  legend: ShadingLegend;
  skeleton_ids: number[];
  /** How many nodes each had. */
  rows: number[];
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
  private readonly columns = new Map<number, Uint8Array>();
  private palette = new Uint8Array(0);

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
    return column?.length === this.neurons.rowsOf(id) && column
      ? { column, palette: this.palette }
      : undefined;
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
    try {
      const options = { signal, timeoutMs: PATIENCE_MS };
      const { result, buffers } = await this.rpc.call<ShadingAnswer | null>(
        "shading",
        { skeleton_ids: ids },
        options,
      );
      const [columns, palette] = buffers;
      if (result && columns && palette) this.shade(result, bytes(columns), bytes(palette));
    } catch (error) {
      if (!isAbort(error)) this.host.failed(error);
    }
  }

  private shade(answer: ShadingAnswer, columns: Uint8Array, palette: Uint8Array): void {
    const { lines } = this.neurons;
    lines.setShadingPalette(palette);
    this.palette = palette.slice();
    this.columns.clear();
    let start = 0;
    answer.skeleton_ids.forEach((id, at) => {
      const rows = answer.rows[at] ?? 0;
      // With another number of nodes an edit came between; its news lets all be asked for again.
      if (this.neurons.rowsOf(id) === rows) {
        const column = columns.slice(start, start + rows);
        lines.shade(id, column);
        this.columns.set(id, column);
      }
      start += rows;
    });
    // Places of those that were hidden since mean other colours now.
    const now = new Set(answer.skeleton_ids);
    for (const id of this.shaded) if (!now.has(id)) lines.shade(id, null);
    this.shaded = now;
    this.host.legend(legendNodes(answer.legend));
    this.host.changed();
  }
}
