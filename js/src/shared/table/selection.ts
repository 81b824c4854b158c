/** The selected rows, by their keys, so that they stay selected when rows are added or removed. */
import type { RowKey, RowSource } from "./source";

export class RowSelection<Row> {
  private readonly selected = new Set<RowKey>();
  /** Where a range begins. */
  private anchor: RowKey | null = null;

  constructor(
    private readonly source: RowSource<Row>,
    private readonly changed: (keys: RowKey[]) => void,
  ) {}

  get keys(): RowKey[] {
    return [...this.selected];
  }

  has(key: RowKey): boolean {
    return this.selected.has(key);
  }

  /** Select exactly these, without notifying anybody. */
  set(keys: Iterable<RowKey>): void {
    this.selected.clear();
    for (const key of keys) this.selected.add(key);
  }

  only(index: number): void {
    const key = this.keyAt(index);
    this.anchor = key;
    this.set(key === null ? [] : [key]);
    this.changed(this.keys);
  }

  toggle(index: number): void {
    const key = this.keyAt(index);
    if (key === null) return;
    this.anchor = key;
    if (!this.selected.delete(key)) this.selected.add(key);
    this.changed(this.keys);
  }

  /** Select all rows from the last one that was selected or deselected alone to this one. */
  extendTo(index: number): void {
    const start = this.anchor === null ? -1 : this.source.indexOf(this.anchor);
    if (start < 0) {
      this.only(index);
      return;
    }
    const [first, last] = start < index ? [start, index] : [index, start];
    const keys: RowKey[] = [];
    for (let at = first; at <= last; at++) {
      const key = this.keyAt(at);
      if (key !== null) keys.push(key);
    }
    this.set(keys);
    this.changed(this.keys);
  }

  /** Select all loaded rows. */
  all(): void {
    if (this.source.length === 0) return;
    this.anchor = this.keyAt(0);
    this.extendTo(this.source.length - 1);
  }

  clear(): void {
    this.anchor = null;
    this.set([]);
    this.changed([]);
  }

  /** The selected rows that are loaded, from top to bottom. */
  rows(): Row[] {
    const indices = this.keys.map((key) => this.source.indexOf(key)).filter((index) => index >= 0);
    return indices
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const row = this.source.row(index);
        return row === undefined ? [] : [row];
      });
  }

  private keyAt(index: number): RowKey | null {
    const row = this.source.row(index);
    return row === undefined ? null : this.source.key(row);
  }
}
