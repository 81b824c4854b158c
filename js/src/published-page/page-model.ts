/** A widget's model without a kernel: anywidget's interface over saved state. */
import type { AnyModel } from "@anywidget/types";

type Listener = (...values: never[]) => void;
type State = Record<string, unknown>;

export interface ModelReply {
  content: object;
  buffers: DataView[];
}

/** Answers what a widget sends to its kernel side; null: nothing comes. */
export type Answering = (content: unknown) => Promise<ModelReply | null>;

export class PageModel implements AnyModel {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    readonly id: string,
    private readonly state: State,
    private readonly answer: Answering,
    private readonly modelOf: (id: string) => Promise<AnyModel>,
  ) {}

  readonly widget_manager = {
    get_model: <T extends State>(id: string) => this.modelOf(id) as Promise<AnyModel<T>>,
  };

  // biome-ignore lint/suspicious/noExplicitAny: as anywidget has it
  get(key: string): any {
    return this.state[key];
  }

  set(key: string, value: unknown): void {
    if (this.state[key] === value) return;
    this.state[key] = value;
    this.emit(`change:${key}`, this, value);
    this.emit("change", this);
  }

  on(name: string, listener: Listener): void {
    const listeners = this.listeners.get(name) ?? new Set<Listener>();
    this.listeners.set(name, listeners);
    listeners.add(listener);
  }

  off(name?: string | null, listener?: Listener | null): void {
    for (const [known, listeners] of this.listeners) {
      if (name && known !== name) continue;
      if (listener) listeners.delete(listener);
      else listeners.clear();
    }
  }

  /** Nobody is there to keep it. */
  save_changes(): void {}

  /** The answer comes a moment later, as from a kernel. */
  send(content: unknown): void {
    void this.answer(content).then((reply) => {
      if (reply) this.emit("msg:custom", reply.content, reply.buffers);
    });
  }

  private emit(name: string, ...values: unknown[]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) listener(...(values as never[]));
  }
}
