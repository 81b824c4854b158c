/** Rows of typed columns, sorted and filtered; a row is its index in the columns. */
import type { TypedArray } from "../columns";
import { numberTest, textTest } from "./row-filters";
import type { RowKey, RowSource } from "./source";

export type ColumnValues = TypedArray | Uint32Array | readonly string[];
/** Columns by name; a function makes one that takes a while, when somebody first sorts or filters by it. */
export type TypedColumns = Readonly<Record<string, ColumnValues | (() => ColumnValues)>>;

export interface SortOrder {
  name: string;
  isDescending: boolean;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export class TypedRows implements RowSource<number> {
  readonly isComplete = true;
  private readonly made = new Map<string, ColumnValues>();
  /** What rows that are shown have in a column, until others are shown. */
  private readonly distinct = new Map<string, ReadonlySet<number | string>>();
  private size = 0;
  /** Indices of the rows that fit, in the order in which they are shown. */
  private order = new Uint32Array(0);
  private positions: Uint32Array | null = null;
  private rowsByKey: Map<RowKey, number> | null = null;
  private sorting: SortOrder | null = null;
  private filters: ReadonlyMap<string, string> = new Map();

  /** `keys` names the column with a constant and unique value for each row. */
  constructor(
    private columns: TypedColumns,
    private readonly keys: string,
  ) {
    this.replace(columns);
  }

  get length(): number {
    return this.order.length;
  }

  /** Rows there are, whether they fit the filters or not. */
  get total(): number {
    return this.size;
  }

  get sortOrder(): SortOrder | null {
    return this.sorting;
  }

  has(name: string): boolean {
    return name in this.columns;
  }

  row(index: number): number | undefined {
    return this.order[index];
  }

  /** The rows that are shown, from top to bottom. */
  shown(): Iterable<number> {
    return this.order;
  }

  /** The values of a column in the rows that are shown, each once; of a column that does not change. */
  distinctShown(name: string): ReadonlySet<number | string> {
    const known = this.distinct.get(name);
    if (known) return known;
    const values = this.values(name);
    const found = new Set<number | string>();
    for (const row of this.order) found.add(values[row] ?? "");
    this.distinct.set(name, found);
    return found;
  }

  value(name: string, row: number): number | string | undefined {
    return this.values(name)[row];
  }

  key(row: number): RowKey {
    return this.values(this.keys)[row] ?? row;
  }

  /** The row with a key, whether it fits the filters or not; -1 if there is none. */
  rowOf(key: RowKey): number {
    this.rowsByKey ??= this.rowsOfKeys();
    return this.rowsByKey.get(key) ?? -1;
  }

  indexOf(key: RowKey): number {
    const row = this.rowOf(key);
    if (row < 0) return -1;
    this.positions ??= this.inverse();
    return (this.positions[row] ?? 0) - 1;
  }

  reach(): void {}

  /** Have other columns, sorted and filtered as these were; one that is not there any more does not count. */
  replace(columns: TypedColumns): void {
    this.columns = columns;
    this.made.clear();
    const keys = columns[this.keys];
    if (!keys) throw new Error(`There is no column ${this.keys}.`);
    const madeKeys = typeof keys === "function" ? keys() : keys;
    this.made.set(this.keys, madeKeys);
    this.size = madeKeys.length;
    for (const [name, values] of Object.entries(columns)) {
      if (typeof values !== "function") this.checkLength(name, values);
    }
    this.rowsByKey = null;
    this.filters = new Map([...this.filters].filter(([name]) => name in columns));
    if (this.sorting && !(this.sorting.name in columns)) this.sorting = null;
    this.arrange();
  }

  /** Columns that functions make have other values now; rows stay where they are until they are arranged again. */
  forget(names: Iterable<string>): void {
    for (const name of names) this.made.delete(name);
  }

  /** Sort by a column, equal rows in their own order; null for the order of the columns. */
  sort(order: SortOrder | null): void {
    const isSame = this.sorting?.name === order?.name && this.sorting?.isDescending === order?.isDescending;
    this.sorting = order;
    if (!isSame) this.arrange();
  }

  /** Show only rows that fit (see `row-filters`); `BadFilter`, and all stays as it was, for what cannot be understood. */
  filter(texts: Readonly<Record<string, string>>): void {
    const given = Object.entries(texts).map(([name, text]) => [name, text.trim()] as const);
    const before = this.filters;
    this.filters = new Map(given.filter(([, text]) => text !== ""));
    if (isSameMap(before, this.filters)) return;
    try {
      this.arrange();
    } catch (error) {
      this.filters = before;
      throw error;
    }
  }

  private arrange(): void {
    this.order = this.fitting();
    this.positions = null;
    this.distinct.clear();
    if (!this.sorting) return;
    const { name, isDescending } = this.sorting;
    const values = this.values(name);
    const sign = isDescending ? -1 : 1;
    this.order.sort((a, b) => sign * compared(values, a, b) || a - b);
  }

  private fitting(): Uint32Array<ArrayBuffer> {
    const tests = [...this.filters].map(([name, text]) => testOf(this.values(name), text));
    const found = new Uint32Array(this.size);
    let count = 0;
    for (let row = 0; row < this.size; row++) {
      if (tests.length === 0 || tests.every((test) => test(row))) found[count++] = row;
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

  private rowsOfKeys(): Map<RowKey, number> {
    const found = new Map<RowKey, number>();
    for (let row = 0; row < this.size; row++) found.set(this.key(row), row);
    return found;
  }

  private values(name: string): ColumnValues {
    const known = this.made.get(name);
    if (known) return known;
    const values = this.columns[name];
    if (!values) throw new Error(`There is no column ${name}.`);
    if (typeof values !== "function") return values;
    const made = values();
    this.checkLength(name, made);
    this.made.set(name, made);
    return made;
  }

  private checkLength(name: string, { length }: ColumnValues): void {
    if (length !== this.size) throw new Error(`The columns ${this.keys} and ${name} have different lengths.`);
  }
}

function isSameMap(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, text]) => other.get(name) === text);
}

function compared(values: ColumnValues, a: number, b: number): number {
  const left = values[a];
  const right = values[b];
  if (typeof left === "string" || typeof right === "string") return COLLATOR.compare(`${left}`, `${right}`);
  return (left ?? 0) - (right ?? 0);
}

function testOf(values: ColumnValues, filter: string): (row: number) => boolean {
  if (Array.isArray(values)) {
    const test = textTest(filter);
    return (row) => test(`${values[row] ?? ""}`);
  }
  const test = numberTest(filter);
  return (row) => test(Number(values[row]));
}
