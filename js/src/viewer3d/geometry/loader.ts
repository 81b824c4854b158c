/** Asks for the geometry of neurons, some at a time, and hands it on as it comes. */
import type { UnpackedAnswer, UnpackedNeuron, Vector } from "./unpack";
import { Unpacker } from "./worker-client";

export type { UnpackedNeuron } from "./unpack";

/** Few at first, so that there is soon something to see. */
const FIRST_BATCH = 50;
const BATCH = 200;
/** Asked for while the last answer is unpacked. */
const AHEAD = 2;

/** What the `geometry` method takes. */
export interface GeometryParams {
  skeleton_ids: number[];
  /** Skeleton ids and versions; these skeletons are left out of the answer if they are still the same. */
  known: [skeletonId: number, version: number][];
}

export interface GeometryBatch {
  neurons: UnpackedNeuron[];
  /** Are as they were known. */
  unchanged: number[];
  /** Do not exist. */
  gone: number[];
}

export interface LoadOptions {
  /** Aborting drops what has not come yet; `load` fails with an AbortError. */
  signal?: AbortSignal;
  /** Versions of the neurons that are here already. */
  known?: ReadonlyMap<number, number>;
  /** Called after each batch. */
  onProgress?(loaded: number, total: number): void;
}

export interface LoaderOptions {
  firstBatch?: number;
  batch?: number;
}

export type GeometryCall = (params: GeometryParams, signal?: AbortSignal) => Promise<Uint8Array>;

export class GeometryLoader {
  /** Of the scene, in project space: where the first neurons suggested it; null before. */
  origin: Vector | null = null;
  /** Received so far. */
  bytes = 0;
  private readonly unpacker = new Unpacker();
  private loads = 0;
  /** Bodies are unpacked in turn: the first one says where the scene is. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly call: GeometryCall,
    private readonly options: LoaderOptions = {},
  ) {}

  /**
   * Load neurons; `onBatch` is called for each part of them in turn.
   *
   * @throws BadGeometry if an answer is not whole; what `call` throws.
   */
  async load(
    ids: Iterable<number>,
    onBatch: (batch: GeometryBatch) => void,
    { signal, known = new Map(), onProgress }: LoadOptions = {},
  ): Promise<void> {
    const all = [...new Set(ids)];
    const batches = this.batches(all);
    const asked: Promise<Uint8Array>[] = [];
    let loaded = 0;
    this.loads++;
    try {
      for (const [index, batch] of batches.entries()) {
        for (const next of batches.slice(asked.length, index + AHEAD))
          asked.push(this.ask(next, known, signal));
        const { neurons, unchanged, gone } = await this.unpacked(
          asked[index] ?? this.ask(batch, known, signal),
        );
        signal?.throwIfAborted();
        onBatch({ neurons, unchanged, gone });
        loaded += batch.length;
        onProgress?.(loaded, all.length);
      }
    } finally {
      this.loads--;
      if (this.loads === 0) this.unpacker.rest();
    }
  }

  private batches(ids: number[]): number[][] {
    const { firstBatch = FIRST_BATCH, batch = BATCH } = this.options;
    const batches: number[][] = [];
    for (let start = 0; start < ids.length; ) {
      const end = start + (start === 0 ? firstBatch : batch);
      batches.push(ids.slice(start, end));
      start = end;
    }
    return batches;
  }

  private ask(
    ids: number[],
    known: ReadonlyMap<number, number>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const versions = ids.flatMap((id): [number, number][] => {
      const version = known.get(id);
      return version === undefined ? [] : [[id, version]];
    });
    const answer = this.call({ skeleton_ids: ids, known: versions }, signal);
    // Whoever waits for it hears of the error; nobody may, if an earlier one failed.
    answer.catch(() => {});
    return answer;
  }

  private async unpacked(asked: Promise<Uint8Array>): Promise<UnpackedAnswer> {
    const body = await asked;
    this.bytes += body.byteLength;
    const answer = this.turn.then(() => this.unpack(body));
    this.turn = answer.catch(() => {});
    return answer;
  }

  private async unpack(body: Uint8Array): Promise<UnpackedAnswer> {
    const answer = await this.unpacker.unpack(body, this.origin);
    this.origin ??= answer.origin;
    return answer;
  }
}
