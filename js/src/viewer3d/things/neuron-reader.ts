/** What is known of each visible neuron: asked for when neurons come, and kept until they are edited. */
import { isAbort } from "../../shared/rpc";
import { type Arrivals, LaterWork } from "../arrivals";

/** Neurons come and go together: they are asked for when that is over. */
const WAIT_MS = 150;
const AT_ONCE = 200;
export const PATIENCE_MS = 120_000;

export interface NeuronReaderHost {
  /** Neurons that are shown. */
  visible(): number[];
  readonly arrivals: Arrivals;
  failed(error: unknown): void;
}

export class NeuronReader<T> {
  private readonly known = new Map<number, T | null>();
  /** Those of the known ones that may be otherwise now. */
  private readonly old = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private readonly reading: LaterWork;

  /** `ask` gives what there is of some neurons, by skeleton; of the others there is nothing. */
  constructor(
    private readonly host: NeuronReaderHost,
    private readonly ask: (ids: number[], signal: AbortSignal) => Promise<Map<number, T>>,
  ) {
    this.reading = new LaterWork(WAIT_MS, host.arrivals, (signal) => this.read(signal));
  }

  /** Listen to what has come; returns a function that stops it. */
  onArrival(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  of(id: number): T | undefined {
    return this.old.has(id) ? undefined : this.lastOf(id);
  }

  /** Whether it was read since the last edit, also if there is nothing. */
  has(id: number): boolean {
    return this.known.has(id) && !this.old.has(id);
  }

  /** What was known last: it may be old, until it comes again. */
  lastOf(id: number): T | undefined {
    return this.known.get(id) ?? undefined;
  }

  /** Have all of the visible neurons, soon: those are told who listen. */
  readLater(): void {
    this.reading.ask();
  }

  /** Neurons may be otherwise now; null: any may. What is on its way may be too old: ask for it again. */
  forget(ids: readonly number[] | null): void {
    this.reading.abort();
    for (const id of ids ?? this.known.keys()) this.old.add(id);
  }

  dispose(): void {
    this.reading.stop();
    this.listeners.clear();
  }

  private async read(signal: AbortSignal): Promise<void> {
    const missing = this.host.visible().filter((id) => this.old.has(id) || !this.known.has(id));
    try {
      for (let start = 0; start < missing.length; start += AT_ONCE) {
        const part = missing.slice(start, start + AT_ONCE);
        const found = await this.ask(part, signal);
        if (signal.aborted) return;
        for (const id of part) {
          this.known.set(id, found.get(id) ?? null);
          this.old.delete(id);
        }
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) this.host.failed(error);
      return;
    }
    for (const listener of this.listeners) listener();
  }
}
