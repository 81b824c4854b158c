/**
 * The page's copy of a selection, one for all widgets of the page.
 *
 * What a widget changes is in all others at once, and on its way to the kernel, whose order of changes counts: until
 * it has confirmed a change, the change is applied again after each that comes from elsewhere.
 */
import { SelectionColumns } from "./columns";
import {
  DEFAULT_FLAGS,
  type Delta,
  type DeltaMessage,
  delta,
  deltaOf,
  FLAG,
  messageOf,
  PALETTE,
} from "./delta";

export type WhatChanged = "all" | "added" | "removed" | "selected" | "active" | "colors" | "flags";

export interface SelectionChange {
  /** `all`: all rows were replaced. */
  what: WhatChanged;
  /** The skeletons concerned; of `active`, the one that is active now. */
  ids: Int32Array;
}

export type ChangeListener = (change: SelectionChange) => void;

/** What the module of a selection's model gives to other widgets. */
export interface SelectionExports {
  selection: SelectionStore;
}

export interface KernelMessage {
  delta?: DeltaMessage;
  /** Whose change this is, and its number there. */
  page?: string;
  seq?: number;
  /** A change that changed nothing in the kernel. */
  unchanged?: { page: string; seq: number };
  /** A change that the kernel did not make. */
  refused?: { page: string; seq: number; message: string };
}

/** The way to the kernel. */
export interface SelectionLine {
  send(content: object, buffers: ArrayBuffer[]): void;
  /** All columns, and their revision. */
  state(): Promise<{ message: DeltaMessage; buffers: DataView[] }>;
}

interface Pending {
  seq: number;
  change: Delta;
}

export class SelectionStore {
  /** Settles when the columns are there; fails if the kernel does not give them. */
  readonly ready: Promise<void>;
  private readonly columns = new SelectionColumns();
  private readonly listeners = new Map<object, [what: WhatChanged, listener: ChangeListener]>();
  /** Tells this page's changes from those of others. */
  private readonly page = `${Math.random()}${Math.random()}`;
  private pending: Pending[] = [];
  private seq = 0;
  private revision = -1;
  private isLoading = false;
  /** Messages that came while all columns were on their way. */
  private early: Array<[message: KernelMessage, buffers: readonly DataView[]]> = [];
  /** Rows came or went elsewhere while such a change was on its way from here: the order may be another one. */
  private isDoubtful = false;

  constructor(
    private readonly line: SelectionLine,
    private readonly refused: (sentence: string) => void = () => {},
  ) {
    this.ready = this.load();
    // Whoever waits for it hears of the failure; nobody has to.
    this.ready.catch(() => {});
  }

  get length(): number {
    return this.columns.length;
  }

  /** Ids in their order; not to be written to. */
  get ids(): Int32Array {
    return this.columns.ids;
  }

  /** Colours, 0xRRGGBBAA, in the same order; not to be written to. */
  get rgba(): Uint32Array {
    return this.columns.rgba;
  }

  /** Bits of `FLAG`, in the same order; not to be written to. */
  get flags(): Uint8Array {
    return this.columns.flags;
  }

  get active(): number | null {
    return this.columns.active;
  }

  has(id: number): boolean {
    return this.columns.rowOf(id) >= 0;
  }

  /** Where an id is; -1 if it is not there. */
  rowOf(id: number): number {
    return this.columns.rowOf(id);
  }

  /** 0xRRGGBBAA; undefined if it is not there. */
  colorOf(id: number): number | undefined {
    return this.columns.rgba[this.columns.rowOf(id)];
  }

  /** 0 if it is not there. */
  flagsOf(id: number): number {
    return this.columns.flags[this.columns.rowOf(id)] ?? 0;
  }

  isVisible(id: number): boolean {
    return (this.flagsOf(id) & FLAG.VISIBLE) !== 0;
  }

  isSelected(id: number): boolean {
    return (this.flagsOf(id) & FLAG.SELECTED) !== 0;
  }

  /** Ids of the selected rows, in their order. */
  selected(): Int32Array {
    const { flags, ids } = this.columns;
    const found: number[] = [];
    for (let row = 0; row < flags.length; row++) {
      if (((flags[row] ?? 0) & FLAG.SELECTED) !== 0) found.push(ids[row] ?? 0);
    }
    return Int32Array.from(found);
  }

  /** Tell a listener of changes, or those of one kind; where all was replaced, all are told. Returns what ends this. */
  subscribe(what: WhatChanged, listener: ChangeListener): () => void {
    const token = {};
    this.listeners.set(token, [what, listener]);
    return () => this.listeners.delete(token);
  }

  /** Append skeletons that are not there yet; colours are the palette's next unless given. */
  add(ids: Iterable<number>, rgba?: ArrayLike<number>): void {
    const given = Int32Array.from(ids);
    const fresh = [...new Set(given)].filter((id) => !this.has(id));
    if (fresh.length === 0) return;
    const color = (id: number, at: number): number =>
      rgba ? (rgba[given.indexOf(id)] ?? 0) : (PALETTE[(this.length + at) % PALETTE.length] ?? 0);
    this.change(
      delta("added", {
        ids: Int32Array.from(fresh),
        rgba: Uint32Array.from(fresh, color),
        flags: new Uint8Array(fresh.length).fill(DEFAULT_FLAGS),
      }),
    );
  }

  remove(ids: Iterable<number>): void {
    const known = this.known(ids);
    if (known.length > 0) this.change(delta("removed", { ids: known }));
  }

  /** Give skeletons a colour, 0xRRGGBBAA: one for all, or one for each. */
  setColors(ids: Iterable<number>, rgba: number | ArrayLike<number>): void {
    const given = Int32Array.from(ids);
    const of = (at: number): number => (typeof rgba === "number" ? rgba : (rgba[at] ?? 0)) >>> 0;
    const kept = Array.from(given.keys()).filter((at) => this.colorOf(given[at] ?? 0) !== of(at));
    const changed = kept.filter((at) => this.has(given[at] ?? 0));
    if (changed.length === 0) return;
    this.change(
      delta("rgba", {
        ids: Int32Array.from(changed, (at) => given[at] ?? 0),
        rgba: Uint32Array.from(changed, of),
      }),
    );
  }

  /** Set those bits of skeletons' flags that are in `mask`. */
  setFlags(ids: Iterable<number>, mask: number, flags: number): void {
    const bits = flags & mask;
    const changed = this.known(ids).filter((id) => (this.flagsOf(id) & mask) !== bits);
    if (changed.length === 0) return;
    this.change(delta("flags", { ids: changed, flags: new Uint8Array(changed.length).fill(bits), mask }));
  }

  /** Select these rows and no others. */
  select(ids: Iterable<number>): void {
    const wanted = new Set(this.known(ids));
    const changed = this.columns.ids.filter((id) => this.isSelected(id) !== wanted.has(id));
    if (changed.length === 0) return;
    const flags = Uint8Array.from(changed, (id) => (wanted.has(id) ? FLAG.SELECTED : 0));
    this.change(delta("flags", { ids: changed, flags, mask: FLAG.SELECTED }));
  }

  setActive(id: number | null): void {
    if (id === this.active || (id !== null && !this.has(id))) return;
    this.change(delta("active", { active: id }));
  }

  /** Take in a message of the kernel. */
  received(message: KernelMessage, buffers: readonly DataView[]): void {
    if (this.isLoading) this.early.push([message, buffers]);
    else if (message.delta) this.deltaReceived(message, message.delta, buffers);
    else if (message.unchanged?.page === this.page) this.confirmed(message.unchanged.seq);
    else if (message.refused?.page === this.page) {
      this.confirmed(message.refused.seq);
      this.refused(message.refused.message);
      void this.reload();
    }
  }

  private change(change: Delta): void {
    this.columns.apply(change);
    const pending = { seq: this.seq++, change };
    this.pending.push(pending);
    const [message, buffers] = messageOf(change, this.revision);
    this.line.send({ delta: message, page: this.page, seq: pending.seq }, buffers);
    this.tell(change);
  }

  private deltaReceived(message: KernelMessage, content: DeltaMessage, buffers: readonly DataView[]): void {
    const isOwn = message.page === this.page && message.seq !== undefined;
    if (content.rev <= this.revision) {
      if (isOwn) this.confirmed(message.seq ?? -1);
      return;
    }
    if (content.from !== this.revision && content.col !== "all") {
      void this.reload();
      return;
    }
    this.revision = content.rev;
    const change = deltaOf(content, buffers);
    if (isOwn) {
      const own = this.pending.find(({ seq }) => seq === message.seq);
      // The kernel did less than was done here: the copies are different.
      if (own && own.change.ids.length !== change.ids.length) this.isDoubtful = true;
      this.confirmed(message.seq ?? -1);
      return;
    }
    this.columns.apply(change);
    for (const { change: own } of this.pending) this.columns.apply(own);
    if (this.pending.length > 0 && [change, ...this.pending.map((one) => one.change)].some(isStructural)) {
      this.isDoubtful = true;
    }
    this.tell(change);
  }

  private confirmed(seq: number): void {
    this.pending = this.pending.filter((one) => one.seq !== seq);
    if (this.isDoubtful && this.pending.length === 0) void this.reload();
  }

  /** Read all columns again; what failed is tried again at the next change. */
  private async reload(): Promise<void> {
    if (this.isLoading) return;
    await this.load().catch(() => {});
  }

  private async load(): Promise<void> {
    this.isLoading = true;
    this.isDoubtful = this.pending.some(({ change }) => isStructural(change));
    try {
      const { message, buffers } = await this.line.state();
      this.columns.apply(deltaOf(message, buffers));
      this.revision = message.rev;
      for (const { change } of this.pending) this.columns.apply(change);
    } finally {
      this.isLoading = false;
    }
    this.tell(delta("all", { ids: this.columns.ids, active: this.columns.active }));
    for (const [message, buffers] of this.early.splice(0)) this.received(message, buffers);
  }

  private tell(change: Delta): void {
    const told = changeOf(change);
    for (const [what, listener] of [...this.listeners.values()]) {
      if (what === "all" || told.what === "all" || what === told.what) listener(told);
    }
  }

  private known(ids: Iterable<number>): Int32Array {
    return Int32Array.from(new Set(ids)).filter((id) => this.has(id));
  }
}

/** Whether rows come or go, so that the order in which changes are made matters. */
function isStructural({ column }: Delta): boolean {
  return column === "added" || column === "removed" || column === "all";
}

function changeOf({ column, ids, mask, active }: Delta): SelectionChange {
  switch (column) {
    case "rgba":
      return { what: "colors", ids };
    case "flags":
      return { what: mask === FLAG.SELECTED ? "selected" : "flags", ids };
    case "active":
      return { what: "active", ids: Int32Array.from(active === null ? [] : [active]) };
    default:
      return { what: column, ids };
  }
}
