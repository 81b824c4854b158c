/** Colours of nodes by the rule that Python has, and their legend. */
import type { AnyModel } from "@anywidget/types";
import { bytes, isAbort, type Rpc } from "../shared/rpc";
import { legendNodes, type ShadingLegend } from "./helpers/legend";
import type { NeuronScene } from "./neuron-scene";
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
  changed(): void;
  /** Show what explains the colours; nothing if there are none. */
  legend(parts: HTMLElement[]): void;
  failed(error: unknown): void;
}

export class NodeShading {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private shaded: number[] = [];

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly rpc: Rpc,
    private readonly neurons: NeuronScene,
    private readonly host: NodeShadingHost,
  ) {}

  /** The rule, or the neurons, may be other ones now. */
  refresh(): void {
    clearTimeout(this.timer);
    if (this.model.get("shading_rule").title !== undefined)
      this.timer = setTimeout(() => void this.read(), WAIT_MS);
    else this.clear();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  private clear(): void {
    this.asking?.abort();
    if (this.shaded.length === 0) return;
    for (const id of this.shaded) this.neurons.lines.shade(id, null);
    this.shaded = [];
    this.host.legend([]);
    this.host.changed();
  }

  private async read(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const ids = this.neurons.visibleHere();
    if (ids.length === 0) return;
    try {
      const options = { signal: asking.signal, timeoutMs: PATIENCE_MS };
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
    let start = 0;
    answer.skeleton_ids.forEach((id, at) => {
      const rows = answer.rows[at] ?? 0;
      // With another number of nodes an edit came between; its news lets all be asked for again.
      if (this.neurons.rowsOf(id) === rows) lines.shade(id, columns.slice(start, start + rows));
      start += rows;
    });
    this.shaded = answer.skeleton_ids;
    this.host.legend(legendNodes(answer.legend));
    this.host.changed();
  }
}
