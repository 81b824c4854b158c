/** Fetches the tiles that are wanted now, gives up those that no longer are, and keeps what came. */
import { LruCache } from "../lru";
import { isAbort } from "../rpc";
import { TILE_MEMORY, type Tile, tileKey } from "../tiles";
import { ImageFailure } from "./failure";

export type TileState = "ready" | "missing" | "failed" | "loading";

interface Source {
  readonly concurrency: number;
  load(tile: Tile, signal: AbortSignal): Promise<Blob | null>;
}

interface Failure {
  error: unknown;
  attempts: number;
  retryAt: number;
}

/** Tiles worth having, most urgent first. */
export interface Wanted {
  /** What the view shows. */
  seen: Tile[];
  /** What it may show next: asked for when everything seen is here. */
  ahead: Tile[];
}

export interface LoaderStats {
  loaded: number;
  missing: number;
  failed: number;
  cancelled: number;
  /** ms from request to decoded tile, of the last one. */
  lastLoadMs: number;
}

const MOST_MISSING = 100_000;
const MOST_FAILURES = 10_000;
const NEVER = Number.POSITIVE_INFINITY;
const LONGEST_PAUSE_MS = 5_000;
/** How many are asked for at once while they fail: a browser has six connections to a server, also for other images. */
const IN_TROUBLE = 2;

export class TileLoader {
  private readonly cache = new LruCache<ImageBitmap>(TILE_MEMORY, (bitmap) => bitmap.close());
  private readonly running = new Map<string, AbortController>();
  private readonly missing = new LruCache<true>(MOST_MISSING);
  private readonly failures = new LruCache<Failure>(MOST_FAILURES);
  private wanted: Wanted = { seen: [], ahead: [] };
  private disposed = false;
  /** The last one that was asked for failed. */
  private isInTrouble = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  readonly stats: LoaderStats = { loaded: 0, missing: 0, failed: 0, cancelled: 0, lastLoadMs: 0 };

  constructor(
    private readonly source: Source,
    private readonly changed: () => void,
    private readonly decode: (blob: Blob) => Promise<ImageBitmap> = (blob) => createImageBitmap(blob),
  ) {}

  get cacheBytes(): number {
    return this.cache.size;
  }

  /** A tile that is here, which counts as used. */
  tile(tile: Tile): ImageBitmap | undefined {
    return this.cache.get(tileKey(tile));
  }

  state(tile: Tile): TileState {
    const key = tileKey(tile);
    if (this.cache.has(key)) return "ready";
    if (this.missing.has(key)) return "missing";
    return this.failures.has(key) ? "failed" : "loading";
  }

  /** Why the last failed tile of those wanted failed. */
  failure(tiles: Tile[]): unknown {
    return tiles.map((tile) => this.failures.get(tileKey(tile))?.error).find((error) => error !== undefined);
  }

  /** Whether the source says that it cannot give a tile now. */
  isRefused(tile: Tile): boolean {
    return this.failures.get(tileKey(tile))?.error instanceof ImageFailure;
  }

  /** Want these tiles and no others. */
  want(wanted: Wanted): void {
    if (this.disposed) return;
    this.wanted = wanted;
    const keys = new Set([...wanted.seen, ...wanted.ahead].map(tileKey));
    for (const [key, controller] of this.running) {
      if (keys.has(key)) continue;
      this.running.delete(key);
      this.stats.cancelled++;
      controller.abort();
    }
    this.fill();
  }

  /** Try failed tiles again now. */
  retryNow(): void {
    for (const tile of [...this.wanted.seen, ...this.wanted.ahead]) {
      const failure = this.failures.get(tileKey(tile));
      if (failure) failure.retryAt = 0;
    }
    this.fill();
  }

  /** Forget everything, for good. */
  dispose(): void {
    this.want({ seen: [], ahead: [] });
    this.disposed = true;
    this.cache.clear();
    this.missing.clear();
    this.failures.clear();
  }

  private fill(): void {
    clearTimeout(this.retry);
    const retryAt = Math.min(
      this.start(this.wanted.seen),
      this.seenUnderWay() ? NEVER : this.start(this.wanted.ahead),
    );
    if (retryAt < NEVER) this.retry = setTimeout(() => this.fill(), retryAt - performance.now());
  }

  private seenUnderWay(): boolean {
    return this.wanted.seen.some((tile) => this.running.has(tileKey(tile)));
  }

  /** Ask for those that are absent, as far as is good; gives when the next failed one may be tried again. */
  private start(tiles: Tile[]): number {
    const now = performance.now();
    const { concurrency } = this.source;
    const atOnce = this.isInTrouble ? Math.min(IN_TROUBLE, concurrency) : concurrency;
    let next = NEVER;
    for (const tile of tiles) {
      if (this.running.size >= atOnce) break;
      const key = tileKey(tile);
      if (this.running.has(key) || this.cache.has(key) || this.missing.has(key)) continue;
      const retryAt = this.failures.get(key)?.retryAt ?? 0;
      if (retryAt <= now) void this.fetch(tile, key);
      else next = Math.min(next, retryAt);
    }
    return next;
  }

  private async fetch(tile: Tile, key: string): Promise<void> {
    const controller = new AbortController();
    this.running.set(key, controller);
    const started = performance.now();
    try {
      const blob = await this.source.load(tile, controller.signal);
      const bitmap = blob && (await this.decode(blob));
      this.arrived(key, bitmap);
      this.stats.lastLoadMs = performance.now() - started;
    } catch (error) {
      if (!isAbort(error) && !controller.signal.aborted) this.failed(key, error);
    }
    if (this.running.get(key) !== controller) return;
    this.running.delete(key);
    this.changed();
    this.fill();
  }

  private arrived(key: string, bitmap: ImageBitmap | null): void {
    this.failures.delete(key);
    this.isInTrouble = false;
    if (this.disposed) {
      bitmap?.close();
    } else if (bitmap) {
      this.stats.loaded++;
      this.cache.set(key, bitmap, bitmap.width * bitmap.height * 4);
    } else {
      this.stats.missing++;
      this.missing.set(key, true, 1);
    }
  }

  private failed(key: string, error: unknown): void {
    const attempts = (this.failures.get(key)?.attempts ?? 0) + 1;
    const said = error instanceof ImageFailure ? error.retryMs : null;
    const pause = said ?? Math.min(1_000 * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    this.isInTrouble = true;
    this.failures.set(key, { error, attempts, retryAt: performance.now() + pause }, 1);
    this.stats.failed++;
  }
}
