/** Rows with an id, held as columns: no object for a row, so that a copy is a few memory copies. */
import type { TypedArray } from "../../shared/columns";

/** Ids of links may be larger than 32 bits, and are exact up to 2^53. */
export type Columns = { id: Int32Array | Float64Array } & Record<string, TypedArray>;
export type Row<C extends Columns> = { [name in keyof C]?: number };

const NONE = -1;

/** From an id to a row: open addressing over typed arrays, cheap to copy. */
export class IdIndex {
  private constructor(
    private keys: Float64Array,
    private rows: Int32Array,
    private used: number,
  ) {}

  static withRoomFor(count: number): IdIndex {
    let size = 16;
    while (size < count * 2) size *= 2;
    return new IdIndex(new Float64Array(size), new Int32Array(size).fill(NONE), 0);
  }

  static of(ids: Int32Array | Float64Array, count: number): IdIndex {
    const index = IdIndex.withRoomFor(count);
    for (let row = 0; row < count; row++) index.set(ids[row] as number, row);
    return index;
  }

  copy(): IdIndex {
    return new IdIndex(this.keys.slice(), this.rows.slice(), this.used);
  }

  /** Row of an id, -1 if there is none. */
  row(id: number): number {
    return this.rows[this.slot(id)] as number;
  }

  set(id: number, row: number): void {
    if (this.used * 2 >= this.keys.length) this.grow();
    const slot = this.slot(id);
    if (this.rows[slot] === NONE) this.used++;
    this.keys[slot] = id;
    this.rows[slot] = row;
  }

  remove(id: number): void {
    let hole = this.slot(id);
    if (this.rows[hole] === NONE) return;
    const mask = this.keys.length - 1;
    // Close the hole: later entries of the same run move up, or a search would stop at it.
    for (let next = (hole + 1) & mask; this.rows[next] !== NONE; next = (next + 1) & mask) {
      const home = this.home(this.keys[next] as number);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.keys[hole] = this.keys[next] as number;
      this.rows[hole] = this.rows[next] as number;
      hole = next;
    }
    this.rows[hole] = NONE;
    this.used--;
  }

  private slot(id: number): number {
    const mask = this.keys.length - 1;
    let slot = this.home(id);
    while (this.rows[slot] !== NONE && this.keys[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  private home(id: number): number {
    return (Math.imul(id, 0x9e3779b1) >>> 7) & (this.keys.length - 1);
  }

  private grow(): void {
    const { keys, rows } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.rows = new Int32Array(keys.length * 2).fill(NONE);
    this.used = 0;
    for (let slot = 0; slot < keys.length; slot++) {
      if (rows[slot] !== NONE) this.set(keys[slot] as number, rows[slot] as number);
    }
  }
}

/** A growing table; the first `count` entries of each column are its rows, in no order. */
export class Table<C extends Columns> {
  private constructor(
    public columns: C,
    public count: number,
    private readonly index: IdIndex,
  ) {}

  static of<C extends Columns>(columns: C): Table<C> {
    const count = columns.id.length;
    return new Table(columns, count, IdIndex.of(columns.id, count));
  }

  copy(): Table<C> {
    return new Table(
      this.each((column) => column.slice()),
      this.count,
      this.index.copy(),
    );
  }

  /** Row of an id, -1 if there is none. */
  row(id: number): number {
    return this.index.row(id);
  }

  has(id: number): boolean {
    return this.row(id) !== NONE;
  }

  /** One value; undefined if there is no such row. */
  value(id: number, name: keyof C): number | undefined {
    const row = this.row(id);
    return row === NONE ? undefined : (this.columns[name] as TypedArray)[row];
  }

  /** Add a row, or change the given columns of the one with this id. */
  put(id: number, values: Row<C>): void {
    let row = this.row(id);
    if (row === NONE) {
      row = this.count;
      if (row >= this.columns.id.length) this.grow();
      for (const name of Object.keys(this.columns)) (this.columns[name] as TypedArray)[row] = 0;
      this.columns.id[row] = id;
      this.index.set(id, row);
      this.count++;
    }
    for (const name of Object.keys(values)) {
      (this.columns[name] as TypedArray)[row] = values[name] as number;
    }
  }

  /** Remove a row; the last row moves to its place. */
  remove(id: number): void {
    const row = this.row(id);
    if (row === NONE) return;
    const last = --this.count;
    this.index.remove(id);
    if (row === last) return;
    for (const name of Object.keys(this.columns)) {
      const column = this.columns[name] as TypedArray;
      column[row] = column[last] as number;
    }
    this.index.set(this.columns.id[row] as number, row);
  }

  /** Ids of the rows whose column has this value. */
  where(name: keyof C, value: number): number[] {
    const column = this.columns[name] as TypedArray;
    const found: number[] = [];
    for (let row = 0; row < this.count; row++) {
      if (column[row] === value) found.push(this.columns.id[row] as number);
    }
    return found;
  }

  private grow(): void {
    const room = Math.max(16, Math.ceil(this.columns.id.length * 1.5));
    this.columns = this.each((column) => {
      const grown = new (column.constructor as new (length: number) => TypedArray)(room);
      grown.set(column);
      return grown;
    });
  }

  private each(change: (column: TypedArray) => TypedArray): C {
    const entries = Object.entries(this.columns).map(([name, column]) => [name, change(column)]);
    return Object.fromEntries(entries) as C;
  }
}
