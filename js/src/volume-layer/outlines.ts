/** Outlines of volumes by section: asked for when a view needs them, and for the sections beside it. */

import { typed } from "../shared/columns";
import type { View } from "../shared/layer";
import { LruCache } from "../shared/lru";
import type { CallOptions, Reply } from "../shared/rpc";

/** Rings of one volume; x and y (nm) follow each other. */
export type Rings = Float64Array[];

/** Rings by the key of the volume. */
export type SectionOutlines = ReadonlyMap<number, Rings>;

interface OutlinesAnswer {
  /** For each depth and each key, the numbers of points of its rings. */
  rings: number[][][];
  /** Volumes whose surface has holes there. */
  gaps: number[];
}

export interface OutlinesContext {
  call(method: string, params: object, options?: CallOptions): Promise<Reply<OutlinesAnswer>>;
  /** Keys of the volumes that are shown. */
  keys(): number[];
  loaded(gaps: number[]): void;
  failed(error: unknown): void;
}

/** Sections on either side that are asked for before they are wanted. */
const BESIDE = 2;
const CACHE_BYTES = 32 * 2 ** 20;
/** Bytes that an entry takes beside its points. */
const ENTRY_BYTES = 200;

export class Outlines {
  private readonly cache = new LruCache<SectionOutlines>(CACHE_BYTES);
  private isAsking = false;
  private isStopped = false;
  private wanted: View | null = null;

  constructor(private readonly context: OutlinesContext) {}

  /** The outlines at a depth, if they are here. */
  at(depth: number): SectionOutlines | undefined {
    return this.cache.get(this.name(depth));
  }

  /** Whether nothing is missing for the view that was shown last. */
  get isComplete(): boolean {
    return !this.isAsking && this.missing().length === 0;
  }

  viewChanged(view: View): void {
    this.wanted = view;
    void this.ask();
  }

  stop(): void {
    this.isStopped = true;
    this.wanted = null;
    this.cache.clear();
  }

  /** One request at a time, always for where the view is by then. */
  private async ask(): Promise<void> {
    const depths = this.missing();
    if (this.isAsking || depths.length === 0) return;
    this.isAsking = true;
    const keys = this.context.keys();
    // The section shown comes alone, and those beside it when it is here.
    const now = depths[0] === this.wanted?.sectionDepth ? depths.slice(0, 1) : depths;
    let gaps: number[] = [];
    try {
      const { result, buffers } = await this.context.call("outlines", { keys, depths: now });
      this.put(keys, now, result, buffers[0]);
      gaps = result.gaps;
    } catch (error) {
      this.wanted = null;
      if (!this.isStopped) this.context.failed(error);
    } finally {
      this.isAsking = false;
    }
    if (this.isStopped) return;
    this.context.loaded(gaps);
    void this.ask();
  }

  private put(
    keys: number[],
    depths: number[],
    { rings }: OutlinesAnswer,
    buffer: DataView | undefined,
  ): void {
    const points = typed(Float64Array, buffer);
    let start = 0;
    const taken = (length: number): Float64Array => {
      const ring = points.subarray(start, start + 2 * length);
      start += 2 * length;
      return ring.slice();
    };
    depths.forEach((depth, index) => {
      const first = start;
      const found = new Map(keys.map((key, place) => [key, (rings[index]?.[place] ?? []).map(taken)]));
      this.cache.set(nameOf(keys, depth), found, ENTRY_BYTES + 8 * (start - first));
    });
  }

  /** Depths that are wanted and not here, the section shown first. */
  private missing(): number[] {
    const view = this.wanted;
    if (!view || this.context.keys().length === 0) return [];
    const steps = [0];
    const hasRoom = this.cache.size < CACHE_BYTES / 2;
    for (let step = 1; hasRoom && step <= BESIDE; step++) steps.push(step, -step);
    return steps
      .map((step) => view.sectionDepth + step * view.sectionThickness)
      .filter((depth) => !this.cache.has(this.name(depth)));
  }

  private name(depth: number): string {
    return nameOf(this.context.keys(), depth);
  }
}

function nameOf(keys: number[], depth: number): string {
  return `${keys.join(",")} ${depth}`;
}
