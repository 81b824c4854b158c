/** Transports of tiles into the browser. */
import { failureOf, ImageFailure } from "./image/failure";
import type { Rpc } from "./rpc";
import { bytes, isAbort } from "./rpc";
import type { Tile } from "./tiles";

export type TransportKind = "direct" | "proxy" | "comm";

export interface TileTransport {
  readonly kind: TransportKind;
  /** How many tiles are worth asking for at the same time. */
  readonly concurrency: number;
  /** The encoded tile; null when the stack has none there. Fails when nobody can tell. */
  load(tile: Tile, signal: AbortSignal): Promise<Blob | null>;
}

/** An address that a browser may be able to reach by itself. */
export interface DirectAddress {
  /** Absolute, or relative to the Jupyter server's own address. */
  base_url: string;
  /** `{zoom}/{z}/{row}/{col}.jpg` or the like, below the base. */
  template: string;
  ticket: string | null;
}

/** Plain HTTP from the browser. */
export class DirectTransport implements TileTransport {
  readonly kind: TransportKind;
  readonly concurrency = 8;
  private readonly base: URL;

  constructor(
    private readonly address: DirectAddress,
    jupyterBase: string,
  ) {
    this.kind = /^https?:/.test(address.base_url) ? "direct" : "proxy";
    this.base = new URL(address.base_url, jupyterBase);
  }

  async load(tile: Tile, signal: AbortSignal): Promise<Blob | null> {
    const response = await fetch(this.url(tile), { signal, credentials: this.credentials() });
    if (response.ok) {
      const failure = failureOf(response.headers);
      if (failure) {
        void response.body?.cancel();
        throw failure;
      }
      const blob = await response.blob();
      // A proxy that wants a login answers a page, with status 200.
      if (!blob.type.startsWith("image/")) throw new Error(`no image but ${blob.type}`);
      return blob;
    }
    if (response.status === 404) return null;
    throw new Error(`HTTP ${response.status}`);
  }

  url(tile: Tile): string {
    const path = this.address.template.replace(/\{(zoom|z|row|col)\}/g, (_, name: keyof Tile) =>
      String(tile[name]),
    );
    const url = new URL(path, this.base);
    if (this.address.ticket !== null) url.searchParams.set("ticket", this.address.ticket);
    return url.href;
  }

  private credentials(): RequestCredentials {
    return this.kind === "proxy" ? "same-origin" : "omit";
  }
}

interface Waiting {
  tile: Tile;
  signal: AbortSignal;
  resolve(blob: Blob | null): void;
  reject(error: unknown): void;
}

interface TilesReply {
  /** For each tile asked for, whether its buffer holds an image. */
  ok: boolean[];
  /** Why it cannot be had now; older saved pages do not have it. */
  errors?: Array<string | null>;
  media_type: string;
}

/** Batches of tiles over the kernel, for browsers that reach nothing else. */
export class CommTransport implements TileTransport {
  readonly kind = "comm";
  readonly concurrency = 32;
  private static readonly BATCH = 16;
  private queue: Waiting[] = [];

  constructor(private readonly rpc: Rpc) {}

  load(tile: Tile, signal: AbortSignal): Promise<Blob | null> {
    return new Promise((resolve, reject) => {
      if (this.queue.length === 0) queueMicrotask(() => this.flush());
      this.queue.push({ tile, signal, resolve, reject });
    });
  }

  private flush(): void {
    const groups = new Map<string, Waiting[]>();
    for (const waiting of this.queue) {
      const key = `${waiting.tile.zoom}/${waiting.tile.z}`;
      groups.set(key, [...(groups.get(key) ?? []), waiting]);
    }
    this.queue = [];
    for (const group of groups.values()) {
      for (let start = 0; start < group.length; start += CommTransport.BATCH) {
        void this.request(group.slice(start, start + CommTransport.BATCH));
      }
    }
  }

  private async request(batch: Waiting[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const { zoom, z } = first.tile;
    try {
      const { result, buffers } = await this.rpc.call<TilesReply>(
        "tiles",
        { zoom, z, tiles: batch.map(({ tile }) => [tile.row, tile.col]) },
        { signal: allAborted(batch.map(({ signal }) => signal)) },
      );
      batch.forEach(({ resolve, reject }, index) => {
        const error = result.errors?.[index];
        if (error) {
          reject(new ImageFailure(error));
          return;
        }
        const buffer = buffers[index];
        const present = result.ok[index] && buffer;
        resolve(present ? new Blob([bytes(buffer)], { type: result.media_type }) : null);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** Aborted when the last of several signals is. */
function allAborted(signals: AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  const check = (): void => {
    if (signals.every((signal) => signal.aborted)) controller.abort();
  };
  for (const signal of signals) signal.addEventListener("abort", check, { once: true });
  check();
  return controller.signal;
}

/** Addresses of the tiles that the kernel knows. */
interface TileAccess {
  direct: DirectAddress[];
}

const PROBE_MS = 2_000;
const ACCESS_MS = 8_000;
/** How soon a better way is looked for again, and how seldom at last. */
const FIRST_LOOK_MS = 10_000;
const LAST_LOOK_MS = 300_000;
/** The fastest first. */
const KINDS: readonly TransportKind[] = ["direct", "proxy", "comm"];

/** The fastest transport that works, found by trying; the kernel's comm is the last. A better one is looked for again. */
export class TileSource {
  private readonly comm: CommTransport;
  private chosen: Promise<TileTransport> | undefined;
  private active: TileTransport | undefined;
  private pause = FIRST_LOOK_MS;
  private lookAt = Number.POSITIVE_INFINITY;

  /** `told` is called with each way that is taken. */
  constructor(
    private readonly rpc: Rpc,
    private readonly jupyterBase: string,
    private readonly told: (kind: TransportKind) => void = () => undefined,
  ) {
    this.comm = new CommTransport(rpc);
  }

  /** The way in use, once found. */
  get kind(): TransportKind | null {
    return this.active?.kind ?? null;
  }

  get concurrency(): number {
    return this.active?.concurrency ?? this.comm.concurrency;
  }

  async load(tile: Tile, signal: AbortSignal): Promise<Blob | null> {
    const transport = await this.transport(tile);
    signal.throwIfAborted();
    if (performance.now() >= this.lookAt) void this.lookForBetter(tile);
    try {
      return await transport.load(tile, signal);
    } catch (error) {
      if (isAbort(error) || error instanceof ImageFailure) throw error;
      // Ticket run out, or the service went or moved: asking the kernel again cures what can be cured.
      if (this.active === transport) this.chosen = undefined;
      if (transport === this.comm) throw error;
      return this.comm.load(tile, signal);
    }
  }

  private transport(tile: Tile): Promise<TileTransport> {
    this.chosen ??= this.choose(tile).then(
      (transport) => this.take(transport),
      (error: unknown) => {
        this.chosen = undefined;
        throw error;
      },
    );
    return this.chosen;
  }

  private take(transport: TileTransport): TileTransport {
    const isOther = this.active?.kind !== transport.kind;
    this.active = transport;
    this.lookAt = transport.kind === KINDS[0] ? Number.POSITIVE_INFINITY : performance.now() + this.pause;
    if (isOther) this.told(transport.kind);
    return transport;
  }

  /** Take a faster way if one works by now; what is loaded meanwhile comes as before. */
  private async lookForBetter(tile: Tile): Promise<void> {
    const before = this.active;
    this.pause = Math.min(2 * this.pause, LAST_LOOK_MS);
    this.lookAt = performance.now() + this.pause;
    const found = await this.choose(tile).catch(() => null);
    if (!found || !before || this.active !== before) return;
    if (KINDS.indexOf(found.kind) >= KINDS.indexOf(before.kind)) return;
    this.pause = FIRST_LOOK_MS;
    this.chosen = Promise.resolve(this.take(found));
  }

  private async choose(tile: Tile): Promise<TileTransport> {
    const { result } = await this.rpc.call<TileAccess>("tile_access", {}, { timeoutMs: ACCESS_MS });
    const candidates = result.direct.map((address) => new DirectTransport(address, this.jupyterBase));
    for (const kind of ["direct", "proxy"]) {
      const probes = candidates
        .filter((candidate) => candidate.kind === kind)
        .map((each) => probe(each, tile));
      const fastest = await Promise.any(probes).catch(() => null);
      if (fastest) return fastest;
    }
    return this.comm;
  }
}

/** The transport, if a tile comes by it, or the service says why it has none. */
async function probe(transport: DirectTransport, tile: Tile): Promise<TileTransport> {
  const blob = await transport.load(tile, AbortSignal.timeout(PROBE_MS)).catch((error: unknown) => {
    if (error instanceof ImageFailure) return error;
    throw error;
  });
  // A Jupyter server without a proxy says "not found" to everything.
  if (!blob && transport.kind === "proxy") throw new Error("no image");
  return transport;
}
