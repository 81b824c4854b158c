/** Requests to the kernel side of a widget, and events from it, over its custom messages. */
import type { AnyModel } from "@anywidget/types";
import { decode } from "@msgpack/msgpack";
import { ERROR_CODE } from "../wire/facts";

export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];

/** A request that the kernel refused or could not do. */
export class RpcError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly detail: unknown = null,
  ) {
    super(message);
    this.name = "RpcError";
  }
}

/** No answer came from the kernel in time: it has ended, or is busy and cannot answer meanwhile. */
export class KernelSilent extends RpcError {
  constructor(message = "The kernel does not answer.") {
    super(ERROR_CODE.UNREACHABLE, message);
  }
}

export interface Reply<T> {
  result: T;
  buffers: DataView[];
}

export interface CallOptions {
  /** Aborting drops the answer and cancels the work behind it. */
  signal?: AbortSignal;
  /** After so many ms without an answer the call fails as `unreachable`; 0 waits for ever. */
  timeoutMs?: number;
}

/** The id of no call. */
const NO_CALL = -1;

interface PendingCall {
  resolve(reply: Reply<unknown>): void;
  reject(error: unknown): void;
}

interface ReplyMessage {
  rid: number;
  result?: unknown;
  binary?: boolean;
  error?: { code: ErrorCode; message: string; detail?: unknown };
}

interface EventMessage {
  event: string;
  data?: unknown;
  /** The data of several events that came together. */
  all?: unknown[];
}

interface Signal {
  connect(slot: () => void): void;
  disconnect(slot: () => void): void;
}

/** What JupyterLab's managers have beyond those of other hosts. */
interface NotebookManager {
  context?: { sessionContext?: { kernelChanged?: Signal } };
}

type RpcListener = (data: unknown) => void;

/** The browser's side of the requests: one for each widget model. */
export class Rpc {
  // Several pages and views may share one model and all see every reply: start far apart.
  private nextId = Math.floor(Math.random() * 2 ** 40);
  private readonly pending = new Map<number, PendingCall>();
  private readonly listeners = new Map<string, Set<RpcListener>>();
  private readonly ends = new Set<() => void>();
  private readonly receive = (message: unknown, buffers?: DataView[]): void =>
    this.received(message, buffers ?? []);

  /** Hosts tell of a lost or new connection before they end it: look when they have. */
  private readonly connectionChanged = (): void => void setTimeout(() => this.checkConnection());

  constructor(private readonly model: AnyModel) {
    model.on("msg:custom", this.receive);
    model.on("comm_live_update", this.connectionChanged);
    this.kernelChanged?.connect(this.connectionChanged);
  }

  /** A kernel that is shut down takes its widgets' connections along without a word: only the notebook's session tells. */
  private get kernelChanged(): Signal | undefined {
    const { widget_manager } = this.model as { widget_manager?: NotebookManager };
    return widget_manager?.context?.sessionContext?.kernelChanged;
  }

  /** Call a method of the kernel side; JSON in `result`, raw bytes in `buffers`. */
  call<T>(method: string, params: object = {}, options: CallOptions = {}): Promise<Reply<T>> {
    const { signal, timeoutMs = 30_000 } = options;
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const rid = this.nextId++;
    return new Promise<Reply<T>>((resolve, reject) => {
      const stop = (error: unknown): void => {
        this.settle(rid)?.reject(error);
        this.post({ cancel: rid });
      };
      const onAbort = (): void => stop(aborted(signal));
      const timer = timeoutMs > 0 ? setTimeout(() => stop(new KernelSilent()), timeoutMs) : undefined;
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      this.pending.set(rid, {
        resolve: (reply) => {
          done();
          resolve(reply as Reply<T>);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      signal?.addEventListener("abort", onAbort);
      if (!this.post({ rid, method, params })) {
        this.settle(rid)?.reject(restarted());
      }
    });
  }

  /** Call a method that answers one msgpack payload. */
  async callBinary<T>(method: string, params: object = {}, options: CallOptions = {}): Promise<T> {
    const { buffers } = await this.call(method, params, options);
    const payload = buffers[0];
    if (!payload) throw new RpcError(ERROR_CODE.INTERNAL, `${method} answered without a payload`);
    return decode(bytes(payload)) as T;
  }

  /** Listen to an event of the kernel side; returns a function that stops it. */
  on(event: string, listener: RpcListener): () => void {
    const listeners = this.listeners.get(event) ?? new Set<RpcListener>();
    this.listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Be told when the kernel side is gone, as far as the host tells; returns a function that stops it. */
  onGone(listener: () => void): () => void {
    this.ends.add(listener);
    return () => this.ends.delete(listener);
  }

  dispose(): void {
    this.ends.clear();
    this.model.off("msg:custom", this.receive);
    this.model.off("comm_live_update", this.connectionChanged);
    this.kernelChanged?.disconnect(this.connectionChanged);
    for (const rid of [...this.pending.keys()]) {
      this.settle(rid)?.reject(new DOMException("the widget is gone", "AbortError"));
    }
    this.listeners.clear();
  }

  private received(message: unknown, buffers: DataView[]): void {
    if (isReply(message)) {
      const pending = this.settle(message.rid);
      if (!pending) return;
      if (message.error) {
        const { code, message: text, detail } = message.error;
        pending.reject(new RpcError(code, text, detail));
      } else {
        pending.resolve({ result: message.result, buffers });
      }
    } else if (isEvent(message)) {
      for (const data of message.all ?? [message.data]) {
        for (const listener of this.listeners.get(message.event) ?? []) listener(data);
      }
    }
  }

  /** Fail the calls that nobody will answer. */
  private checkConnection(): void {
    const rids = [...this.pending.keys()];
    if ((rids.length === 0 && this.ends.size === 0) || this.post({ cancel: NO_CALL })) return;
    for (const listener of this.ends) listener();
    for (const rid of rids) this.settle(rid)?.reject(restarted());
  }

  /** False if the kernel side does not exist any more; not all hosts report that. */
  private post(content: object): boolean {
    try {
      this.model.send(content);
      return true;
    } catch {
      return false;
    }
  }

  private settle(rid: number): PendingCall | undefined {
    const pending = this.pending.get(rid);
    this.pending.delete(rid);
    return pending;
  }
}

function restarted(): KernelSilent {
  return new KernelSilent("The kernel has been restarted. Run the cell again.");
}

/** Whether an error says that the caller aborted the call. */
export function isAbort(error: unknown): error is Error {
  return error instanceof Error && error.name === "AbortError";
}

/** A view of a message buffer as bytes; hosts give DataView, ArrayBuffer or Uint8Array. */
export function bytes(buffer: DataView | ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
}

function aborted(signal: AbortSignal | undefined): unknown {
  const reason: unknown = signal?.reason;
  return isAbort(reason) ? reason : new DOMException("the request was cancelled", "AbortError");
}

function isReply(message: unknown): message is ReplyMessage {
  return typeof message === "object" && message !== null && "rid" in message;
}

function isEvent(message: unknown): message is EventMessage {
  return typeof message === "object" && message !== null && "event" in message;
}
