/** Reads what the table shows of skeletons: names and sizes of all, the rest of those that are looked at. */
import { isAbort, type Rpc } from "../shared/rpc";
import type { Facts } from "./facts";
import type { FactColumns, FactGroup, SkeletonFate } from "./state";

const AT_ONCE = 2000;
/** Up to so many skeletons everything is read at once. */
const FEW = 5000;
const FIRST = 200;
const PATIENCE_MS = 120_000;
const REST_MS = 5000;
const FATES_AT_ONCE = 50;
export const LATER: readonly FactGroup[] = ["synapses", "review", "annotations"];

export interface FactLoaderHost {
  ids(): Int32Array;
  loaded(): void;
  failed(error: unknown): void;
}

export class FactLoader {
  private readonly stopping = new AbortController();
  /** One request of a group at a time: the newest wish comes next. */
  private readonly running = new Set<FactGroup>();
  private restingUntil = 0;
  private readonly wanted = new Map<FactGroup, Set<number>>();
  /** Groups of which all is wanted once the wishes for some skeletons are fulfilled. */
  private readonly wantedOfAll = new Set<FactGroup>();

  constructor(
    private readonly rpc: Rpc,
    private readonly facts: Facts,
    private readonly host: FactLoaderHost,
  ) {}

  get isLoading(): boolean {
    return this.running.size > 0;
  }

  /** Read of all skeletons what is not known: their sizes, and the rest if they are few. */
  start(): void {
    this.restingUntil = 0;
    const ids = this.host.ids();
    // What is seen first comes first.
    if (ids.length > FEW) this.want("size", ids.subarray(0, FIRST));
    this.wantAll("size");
    if (ids.length <= FEW) for (const group of LATER) this.wantAll(group);
  }

  /** Read a group of all skeletons, as far as it is not known; nothing for a while after a failure. */
  wantAll(group: FactGroup): void {
    if (performance.now() < this.restingUntil) return;
    this.wantedOfAll.add(group);
    void this.run(group);
  }

  /** Read a group of skeletons, as far as it is not known; nothing for a while after a failure. */
  want(group: FactGroup, ids: Iterable<number>): void {
    if (performance.now() < this.restingUntil) return;
    const lacking = this.facts.lacking(group, ids);
    if (lacking.length === 0) return;
    this.wanted.set(group, new Set([...lacking, ...(this.wanted.get(group) ?? [])]));
    void this.run(group);
  }

  dispose(): void {
    this.stopping.abort();
  }

  private async run(group: FactGroup): Promise<void> {
    if (this.running.has(group)) return;
    this.running.add(group);
    try {
      for (let ids = this.next(group); ids.length > 0; ids = this.next(group)) await this.read(group, ids);
    } catch (error) {
      this.wanted.delete(group);
      this.wantedOfAll.delete(group);
      this.restingUntil = performance.now() + REST_MS;
      if (!isAbort(error)) this.host.failed(error);
    } finally {
      this.running.delete(group);
      if (!this.stopping.signal.aborted) this.host.loaded();
    }
  }

  /** What is read next: all where that is one request for the kernel, else a part. */
  private next(group: FactGroup): number[] {
    const waiting = this.facts.lacking(group, this.wanted.get(group) ?? []);
    const isOfAll = waiting.length === 0 && this.wantedOfAll.delete(group);
    const lacking = isOfAll ? this.facts.lacking(group, this.host.ids()) : waiting;
    const isWhole = group === "size" && lacking.length > FEW;
    const part = isWhole ? lacking : lacking.slice(0, AT_ONCE);
    if (part.length === lacking.length) this.wanted.delete(group);
    else this.wanted.set(group, new Set(lacking.slice(AT_ONCE)));
    return part;
  }

  private async read(group: FactGroup, ids: number[]): Promise<void> {
    const { signal } = this.stopping;
    const skeleton_ids = ids.length > FEW ? null : ids;
    const options = { signal, timeoutMs: PATIENCE_MS };
    const columns = await this.rpc.callBinary<FactColumns>("rows", { group, skeleton_ids }, options);
    const gone = this.facts.received(group, columns);
    this.host.loaded();
    if (gone.length > 0) await this.readFates(gone);
  }

  private async readFates(ids: number[]): Promise<void> {
    const options = { signal: this.stopping.signal, timeoutMs: PATIENCE_MS };
    const params = { skeleton_ids: ids.slice(0, FATES_AT_ONCE) };
    const { result } = await this.rpc.call<SkeletonFate[]>("fates", params, options);
    for (const fate of result) this.facts.of(fate.skeleton_id).fate = fate;
    this.host.loaded();
  }
}
