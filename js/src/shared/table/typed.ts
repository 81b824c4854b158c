/** Rows of typed columns, sorted and filtered; a row is its index in the columns. */
import type { TypedArray } from "../columns";
import type { RowKey, RowSource } from "./source";

export type ColumnValues = TypedArray | readonly string[];

export interface SortOrder {
  name: string;
  isDescending: boolean;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export class TypedRows implements RowSource<number> {
  readonly isComplete = true;
  private readonly size: number;
  /** Indices of the rows that fit, in the order in which they are shown. */
  private order: Uint32Array;
  private positions: Uint32Array | null = null;
  private sorting: SortOrder | null = null;
  private filters: ReadonlyMap<string, string> = new Map();

  /** `keys` names the column with a constant and unique value for each row. */
  constructor(
    private readonly columns: Readonly<Record<string, ColumnValues>>,
    private readonly keys: string,
  ) {
    this.size = this.values(keys).length;
    const odd = Object.keys(columns).find((name) => this.values(name).length !== this.size);
    if (odd !== undefined) throw new Error(`The columns ${keys} and ${odd} have different lengths.`);
    this.order = this.fitting();
  }

  get length(): number {
    return this.order.length;
  }

  get sortOrder(): SortOrder | null {
    return this.sorting;
  }

  row(index: number): number | undefined {
    return this.order[index];
  }

  value(name: string, row: number): number | string | undefined {
    return this.values(name)[row];
  }

  key(row: number): RowKey {
    return this.values(this.keys)[row] ?? row;
  }

  indexOf(key: RowKey): number {
    const row = (this.values(this.keys) as ArrayLike<RowKey> & { indexOf(key: RowKey): number }).indexOf(key);
    if (row < 0) return -1;
    this.positions ??= this.inverse();
    return (this.positions[row] ?? 0) - 1;
  }

  reach(): void {}

  /** Sort by a column, equal rows in their own order; null for the order of the columns. */
  sort(order: SortOrder | null): void {
    this.sorting = order;
    this.arrange();
  }

  /** Show only rows whose columns contain a text, in either case; a number has to begin with it. */
  filter(texts: Readonly<Record<string, string>>): void {
    const given = Object.entries(texts).map(([name, text]) => [name, text.trim().toLowerCase()] as const);
    this.filters = new Map(given.filter(([, text]) => text !== ""));
    this.arrange();
  }

  private arrange(): void {
    this.order = this.fitting();
    this.positions = null;
    if (!this.sorting) return;
    const { name, isDescending } = this.sorting;
    const values = this.values(name);
    const sign = isDescending ? -1 : 1;
    this.order.sort((a, b) => sign * compared(values, a, b) || a - b);
  }

  private fitting(): Uint32Array {
    const tests = [...this.filters].map(([name, text]) => testOf(this.values(name), text));
    const found = new Uint32Array(this.size);
    let count = 0;
    for (let row = 0; row < this.size; row++) {
      if (tests.every((test) => test(row))) found[count++] = row;
    }
    return found.subarray(0, count);
  }

  /** For each row its place among the shown ones, counted from 1; 0 if it is not shown. */
  private inverse(): Uint32Array {
    const positions = new Uint32Array(this.size);
    this.order.forEach((row, index) => {
      positions[row] = index + 1;
    });
    return positions;
  }

  private values(name: string): ColumnValues {
    const values = this.columns[name];
    if (!values) throw new Error(`There is no column ${name}.`);
    return values;
  }
}

function compared(values: ColumnValues, a: number, b: number): number {
  const left = values[a];
  const right = values[b];
  if (typeof left === "string" || typeof right === "string") return COLLATOR.compare(`${left}`, `${right}`);
  return (left ?? 0) - (right ?? 0);
}

function testOf(values: ColumnValues, text: string): (row: number) => boolean {
  return (row) => {
    const value = values[row];
    return typeof value === "string" ? value.toLowerCase().includes(text) : `${value}`.startsWith(text);
  };
}
