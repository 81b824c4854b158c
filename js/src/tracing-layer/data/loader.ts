/** Keeps the view and its surroundings loaded, with one request at a time. */
import type { Point, View } from "../../shared/layer";
import { isAbort, RpcError } from "../../shared/rpc";
import { throttle } from "../../shared/throttle";
import { ERROR_CODE } from "../../wire/facts";
import type { Corners } from "./news";

/** Corners in project space, nm. */
export interface Box {
  left: number;
  top: number;
  z1: number;
  right: number;
  bottom: number;
  z2: number;
}

export interface LoaderHost<T> {
  fetch(box: Box, signal: AbortSignal): Promise<T>;
  /** Whether an answer holds only part of what is in its box. */
  isPartial(answer: T): boolean;
  /** Called as a request goes out; what it returns comes back with the answer. */
  asked(): number;
  loaded(answer: T, asked: number): void;
  failed(error: unknown): void;
}

/** Part of the view's width and height that is asked for beyond each of its sides. */
const PADDING = 0.3;
/** Sections that are asked for beyond those that show. */
const AHEAD = 3;
/** ms between readings that news cause. */
const NEWS_INTERVAL = 300;
const PAUSES = [500, 1000, 2000, 5000];

interface Reading {
  box: Box;
  partial: boolean;
}

export class Loader<T> {
  private view: View | null = null;
  private fadeSections = 0;
  private held: Reading | null = null;
  private flight: { box: Box; abort: AbortController } | null = null;
  private stale = false;
  private waiting: Array<() => void> = [];
  /** Called after the answer to any request, or its failure. */
  private listeners: Array<() => void> = [];
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly newsThrottled = throttle<void>(() => void this.refresh(), NEWS_INTERVAL);

  constructor(private readonly host: LoaderHost<T>) {}

  viewChanged(view: View, fadeSections: number): void {
    this.view = view;
    this.fadeSections = fadeSections;
    const now = this.needed(view);
    if (this.flight) {
      // An answer for elsewhere is of no use any more.
      if (!covers(this.flight.box, now)) this.start();
    } else if (!this.held || !covers(this.held.box, now) || this.isTooCoarse(now)) {
      this.start();
    }
  }

  /** Whether something between two corners (nm) is in what was read, or is being read. */
  reaches([lower, upper]: Corners): boolean {
    const box = {
      left: lower[0],
      top: lower[1],
      z1: lower[2],
      right: upper[0],
      bottom: upper[1],
      z2: upper[2],
    };
    return [this.held?.box, this.flight?.box].some((read) => read !== undefined && meets(read, box));
  }

  /** Whether what is around a place (nm) was read. */
  has([x, y, z]: Point): boolean {
    return (
      this.held !== null && covers(this.held.box, { left: x, right: x, top: y, bottom: y, z1: z, z2: z })
    );
  }

  /** Settles when what is around a place (nm) was read, or could not be; false if another view came first. */
  async reads(place: Point): Promise<boolean> {
    while (this.flight && !this.has(place)) await new Promise<void>((next) => this.listeners.push(next));
    return this.has(place) || this.failures > 0 || !this.view;
  }

  /** The project has changed: read again soon. */
  news(): void {
    this.newsThrottled();
  }

  /** Read again; settles when an answer to a request made from now on is in, or failed. */
  refresh(): Promise<void> {
    this.stale = true;
    return new Promise((resolve) => {
      if (!this.view) return resolve();
      this.waiting.push(resolve);
      if (!this.flight) this.start();
    });
  }

  /** No viewer shows the layer: forget the view, so that changes cause no requests. */
  pause(): void {
    this.stop();
    this.view = null;
    this.held = null;
  }

  stop(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.newsThrottled.cancel();
    this.flight?.abort.abort();
    this.flight = null;
    this.release(this.waiting);
    this.waiting = [];
    this.release(this.listeners.splice(0));
  }

  private start(): void {
    const { view } = this;
    if (!view) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    this.flight?.abort.abort();
    const flight = { box: this.padded(view), abort: new AbortController() };
    this.flight = flight;
    this.stale = false;
    const waiting = this.waiting;
    this.waiting = [];
    void this.run(flight, waiting);
  }

  private async run(flight: { box: Box; abort: AbortController }, waiting: Array<() => void>): Promise<void> {
    const asked = this.host.asked();
    let failed = false;
    try {
      const answer = await this.host.fetch(flight.box, flight.abort.signal);
      if (this.flight !== flight) return this.pass(waiting);
      this.failures = 0;
      this.host.loaded(answer, asked);
      this.held = { box: flight.box, partial: this.host.isPartial(answer) };
      this.flight = null;
    } catch (error) {
      if (this.flight !== flight || isAbort(error)) return this.pass(waiting);
      this.flight = null;
      failed = true;
      this.failed(error);
    }
    this.release(waiting);
    this.release(this.listeners.splice(0));
    if (this.flight || this.retry) return;
    if (this.stale) this.start();
    else if (this.view && !failed) this.viewChanged(this.view, this.fadeSections);
  }

  private failed(error: unknown): void {
    this.host.failed(error);
    const pause = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
    if (!(error instanceof RpcError) || error.code !== ERROR_CODE.UNREACHABLE) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.start();
    }, pause);
  }

  /** Callers that wait for a replaced request wait for its replacement. */
  private pass(waiting: Array<() => void>): void {
    if (this.flight) this.waiting.push(...waiting);
    else this.release(waiting);
  }

  private release(waiting: Array<() => void>): void {
    for (const resolve of waiting) resolve();
  }

  /** Whether a partial answer was for a so much larger box that the view deserves its own. */
  private isTooCoarse(now: Box): boolean {
    if (!this.held?.partial) return false;
    const { box } = this.held;
    return (
      (box.right - box.left) * (box.bottom - box.top) > 4 * (now.right - now.left) * (now.bottom - now.top)
    );
  }

  private needed(view: View): Box {
    const [left, top] = view.toProject(0, 0);
    const [right, bottom] = view.toProject(view.width, view.height);
    const reach = (this.fadeSections + 0.5) * view.sectionThickness;
    return { left, top, right, bottom, z1: view.sectionDepth - reach, z2: view.sectionDepth + reach };
  }

  private padded(view: View): Box {
    const box = this.needed(view);
    const [dx, dy] = [(box.right - box.left) * PADDING, (box.bottom - box.top) * PADDING];
    const dz = AHEAD * view.sectionThickness;
    return {
      left: box.left - dx,
      top: box.top - dy,
      right: box.right + dx,
      bottom: box.bottom + dy,
      z1: box.z1 - dz,
      z2: box.z2 + dz,
    };
  }
}

function meets(one: Box, other: Box): boolean {
  return (
    one.left <= other.right &&
    one.right >= other.left &&
    one.top <= other.bottom &&
    one.bottom >= other.top &&
    one.z1 <= other.z2 &&
    one.z2 >= other.z1
  );
}

function covers(box: Box, part: Box): boolean {
  return (
    box.left <= part.left &&
    box.top <= part.top &&
    box.right >= part.right &&
    box.bottom >= part.bottom &&
    box.z1 <= part.z1 &&
    box.z2 >= part.z2
  );
}
