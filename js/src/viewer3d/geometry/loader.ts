/** Asks for the geometry of neurons, some at a time, and hands it on as it comes. */
import { isAbort } from "../../shared/rpc";
import { OVERVIEW, type UnpackedAnswer, type UnpackedNeuron, type Vector } from "./unpack";
import { Unpacker } from "./worker-client";

export type { UnpackedNeuron } from "./unpack";

/** Few at first, so that there is soon something to see. */
const FIRST_BATCH = 50;
const BATCH = 200;
/** Asked for while the last answer is unpacked. */
const AHEAD = 2;
/** Neurons of the first overview, and of those after it. */
const FIRST_OVERVIEW = 200;
const OVERVIEW_BATCH = 1000;

/** What the `geometry` method takes. */
export interface GeometryParams {
  skeleton_ids: number[];
  /** Skeleton ids and versions; these skeletons are left out of the answer if they are still the same. */
  known: [skeletonId: number, version: number][];
  /** Overviews are enough where neurons are large. */
  overview?: boolean;
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
  /** Neurons that come as overviews first, so that all are seen soon. */
  overview?: readonly number[];
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
    { signal, known = new Map(), overview = [], onProgress }: LoadOptions = {},
  ): Promise<void> {
    const { firstBatch = FIRST_BATCH, batch = BATCH } = this.options;
    const left = new Set(ids);
    const total = left.size;
    const take = ({ neurons, unchanged, gone }: UnpackedAnswer, done: number[]): void => {
      signal?.throwIfAborted();
      onBatch({ neurons, unchanged, gone });
      for (const id of done) left.delete(id);
      onProgress?.(total - left.size, total);
    };
    this.loads++;
    try {
      await this.loadOverview([...overview], take, signal);
      const ask = (part: number[]) =>
        this.ask({ skeleton_ids: part, known: versionsOf(part, known) }, signal);
      await this.inTurn(batchesOf([...left], firstBatch, batch), ask, take);
    } finally {
      this.loads--;
      if (this.loads === 0) this.unpacker.rest();
    }
  }

  private async loadOverview(
    ids: number[],
    take: (answer: UnpackedAnswer, done: number[]) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (ids.length > FIRST_BATCH) this.unpacker.begin();
    const ask = (part: number[]) => this.ask({ skeleton_ids: part, known: [], overview: true }, signal);
    try {
      await this.inTurn(batchesOf(ids, FIRST_OVERVIEW, OVERVIEW_BATCH), ask, (answer) => {
        const whole = answer.neurons.filter(({ version }) => version !== OVERVIEW);
        take(answer, [...whole.map(({ skeletonId }) => skeletonId), ...answer.gone]);
      });
    } catch (error) {
      // Without it the neurons come later, and if they do not either, it is told then.
      if (isAbort(error) || signal?.aborted) throw error;
    }
  }

  /** Ask for batches, the next one while the last is unpacked, and take the answers in turn. */
  private async inTurn(
    batches: readonly number[][],
    ask: (batch: number[]) => Promise<Uint8Array>,
    take: (answer: UnpackedAnswer, batch: number[]) => void,
  ): Promise<void> {
    const asked: Promise<Uint8Array>[] = [];
    for (const [index, batch] of batches.entries()) {
      for (const next of batches.slice(asked.length, index + AHEAD)) asked.push(ask(next));
      take(await this.unpacked(asked[index] ?? ask(batch)), batch);
    }
  }

  private ask(params: GeometryParams, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const answer = this.call(params, signal);
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

function batchesOf(ids: readonly number[], first: number, more: number): number[][] {
  const batches: number[][] = [];
  for (let start = 0; start < ids.length; ) {
    const end = start + (start === 0 ? first : more);
    batches.push(ids.slice(start, end));
    start = end;
  }
  return batches;
}

function versionsOf(ids: readonly number[], known: ReadonlyMap<number, number>): GeometryParams["known"] {
  return ids.flatMap((id): [number, number][] => {
    const version = known.get(id);
    return version === undefined ? [] : [[id, version]];
  });
}
