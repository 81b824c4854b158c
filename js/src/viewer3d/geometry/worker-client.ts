/** Unpacks geometry in a Worker, or here where the page may have none. */
import { BadGeometry, type UnpackedAnswer, unpackAnswer, type Vector } from "./unpack";
import type { WorkerMessage } from "./worker";
import workerText from "./worker.ts?worker-text";

/** Smaller bodies are unpacked sooner here than a Worker would start. */
const LEAST_BYTES = 128 * 1024;
const START_MS = 4000;

interface PendingUnpack {
  resolve(answer: UnpackedAnswer): void;
  reject(error: unknown): void;
}

export class Unpacker {
  private readonly pending = new Map<number, PendingUnpack>();
  private started: Promise<Worker | null> | null = null;
  private worker: Worker | null = null;
  private nextRequest = 0;

  /** Start the Worker, so that it is there when much has come. */
  begin(): void {
    this.started ??= this.start();
  }

  /**
   * Unpack an answer of the geometry route.
   *
   * @throws BadGeometry if it is none, or not all of it.
   */
  async unpack(body: Uint8Array, origin: Vector | null): Promise<UnpackedAnswer> {
    if (body.length < LEAST_BYTES) return unpackAnswer(body, origin);
    this.started ??= this.start();
    const worker = await this.started;
    if (worker === null) return unpackAnswer(body, origin);
    return new Promise((resolve, reject) => {
      const request = this.nextRequest++;
      this.pending.set(request, { resolve, reject });
      // A copy: the body may be part of a larger message that others still read.
      const own = body.slice();
      worker.postMessage({ request, body: own, origin }, [own.buffer]);
    });
  }

  /** End the Worker; the next body starts another one. */
  rest(): void {
    this.worker?.terminate();
    this.worker = null;
    this.started = null;
    for (const { reject } of this.pending.values())
      reject(new DOMException("the neurons are not wanted any more", "AbortError"));
    this.pending.clear();
  }

  /** A Worker that runs; null where Workers, Blobs or scripts from Blobs are refused. */
  private start(): Promise<Worker | null> {
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        worker = workerFromText();
      } catch {
        resolve(null);
        return;
      }
      this.worker = worker;
      const giveUp = (): void => {
        worker.terminate();
        resolve(null);
      };
      const timer = setTimeout(giveUp, START_MS);
      worker.onerror = (event) => {
        event.preventDefault();
        clearTimeout(timer);
        giveUp();
        this.fail(event.message);
      };
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if (data.kind === "ready") {
          clearTimeout(timer);
          resolve(worker);
        } else this.received(data);
      };
    });
  }

  private received(message: Exclude<WorkerMessage, { kind: "ready" }>): void {
    const pending = this.pending.get(message.request);
    this.pending.delete(message.request);
    if (message.kind === "unpacked") pending?.resolve(message.answer);
    else pending?.reject(new BadGeometry(message.message));
  }

  /** The Worker ended by itself, for instance for want of memory. */
  private fail(reason: string): void {
    this.started = Promise.resolve(null);
    for (const { reject } of this.pending.values())
      reject(new Error(`The neurons could not be unpacked: ${reason || "the browser ended the worker"}.`));
    this.pending.clear();
  }
}

function workerFromText(): Worker {
  const address = URL.createObjectURL(new Blob([workerText], { type: "text/javascript" }));
  try {
    return new Worker(address);
  } finally {
    // The Worker has fetched it by the time that this is due.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
