/** Rows that are loaded in pages while a person scrolls down. */
import { isAbort } from "../rpc";
import type { RowKey, RowSource } from "./source";

export interface RowPage<Row, Next> {
  rows: Row[];
  /** Where the next page begins; null if this is the last one. */
  next: Next | null;
}

export interface PageHost<Row, Next> {
  key(row: Row): RowKey;
  /** Load a page; null for the first one. */
  load(next: Next | null, signal: AbortSignal): Promise<RowPage<Row, Next>>;
  changed(): void;
  failed(error: unknown): void;
}

export class PagedRows<Row, Next> implements RowSource<Row> {
  private rows: Row[] = [];
  private readonly indices = new Map<RowKey, number>();
  private next: Next | null = null;
  private stopping = new AbortController();
  private state: "loading" | "ready" | "failed" = "ready";

  /** margin : rows that are left below when the next page is requested. */
  constructor(
    private readonly host: PageHost<Row, Next>,
    private readonly margin = 50,
  ) {}

  get length(): number {
    return this.rows.length;
  }

  get isComplete(): boolean {
    return this.state === "ready" && this.next === null;
  }

  get isLoading(): boolean {
    return this.state === "loading";
  }

  row(index: number): Row | undefined {
    return this.rows[index];
  }

  key(row: Row): RowKey {
    return this.host.key(row);
  }

  indexOf(key: RowKey): number {
    return this.indices.get(key) ?? -1;
  }

  all(): readonly Row[] {
    return this.rows;
  }

  /** Forget all rows and load the first page. */
  async restart(): Promise<void> {
    this.stopping.abort();
    this.stopping = new AbortController();
    this.replace([]);
    this.next = null;
    await this.load();
  }

  /** After a failure the next page is asked for again when somebody scrolls. */
  reach(index: number): void {
    if (this.state === "loading" || (this.state === "ready" && this.next === null)) return;
    if (index >= this.rows.length - this.margin) void this.load();
  }

  /** Put rows that are not loaded yet on top; returns their number. */
  prepend(rows: readonly Row[]): number {
    const added = rows.filter((row) => !this.indices.has(this.host.key(row)));
    if (added.length > 0) this.replace([...added, ...this.rows]);
    return added.length;
  }

  /** Change rows in place. */
  update(change: (row: Row) => Row): void {
    this.replace(this.rows.map(change));
  }

  dispose(): void {
    this.stopping.abort();
  }

  private async load(): Promise<void> {
    const { signal } = this.stopping;
    this.state = "loading";
    this.host.changed();
    try {
      const page = await this.host.load(this.next, signal);
      if (signal.aborted) return;
      this.state = "ready";
      this.next = page.next;
      this.replace([...this.rows, ...page.rows.filter((row) => !this.indices.has(this.host.key(row)))]);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.state = "failed";
      this.host.failed(error);
    }
  }

  private replace(rows: Row[]): void {
    this.rows = rows;
    this.indices.clear();
    rows.forEach((row, index) => {
      this.indices.set(this.host.key(row), index);
    });
    this.host.changed();
  }
}
