/** What tests and benchmarks read from a viewer's root element. */

import type { TileLoader } from "../shared/image/loader";
import type { TransportKind } from "../shared/tile-transport";

export interface SectionChange {
  section: number;
  /** From the change to the frame in which all its tiles were painted, ms. */
  ms: number;
  /** All tiles were here when the change came. */
  warm: boolean;
}

export interface ViewerStats {
  transport: TransportKind | null;
  frames: number;
  /** The last frame showed all that there is to show. */
  complete: boolean;
  /** Time spent painting the last frame, ms. */
  frameMs: number;
  /** Tiles of the wanted section and level in the last frame. */
  tilesPainted: number;
  tilesLoaded: number;
  tilesCancelled: number;
  tilesFailed: number;
  lastTileMs: number;
  cacheBytes: number;
  sectionChanges: SectionChange[];
}

const KEPT = 200;

/** Measures as the viewer works. */
export class FrameMeter {
  private frames = 0;
  private frameMs = 0;
  private painted = 0;
  private complete = false;
  private readonly changes: SectionChange[] = [];
  private awaited: { section: number; since: number; warm: boolean } | null = null;

  constructor(
    private readonly loader: TileLoader,
    private readonly transport: () => TransportKind | null,
  ) {}

  sectionChanged(section: number, warm: boolean): void {
    this.awaited = { section, since: performance.now(), warm };
  }

  frame(started: number, painted: number, section: number, settled: boolean): void {
    const now = performance.now();
    this.frames++;
    this.frameMs = now - started;
    this.painted = painted;
    this.complete = settled;
    const { awaited } = this;
    if (!awaited || !settled || awaited.section !== section) return;
    this.changes.push({ section, ms: now - awaited.since, warm: awaited.warm });
    if (this.changes.length > KEPT) this.changes.shift();
    this.awaited = null;
  }

  read(): ViewerStats {
    const { loaded, cancelled, failed, lastLoadMs } = this.loader.stats;
    return {
      transport: this.transport(),
      frames: this.frames,
      complete: this.complete,
      frameMs: this.frameMs,
      tilesPainted: this.painted,
      tilesLoaded: loaded,
      tilesCancelled: cancelled,
      tilesFailed: failed,
      lastTileMs: lastLoadMs,
      cacheBytes: this.loader.cacheBytes,
      sectionChanges: [...this.changes],
    };
  }
}
