/** The rows of a selection: ids, colours and flags as columns, and which row is active. */
import type { Delta, DeltaColumn } from "./delta";

export class SelectionColumns {
  ids = new Int32Array(0);
  /** 0xRRGGBBAA */
  rgba = new Uint32Array(0);
  flags = new Uint8Array(0);
  active: number | null = null;
  private rows: Map<number, number> | null = null;

  get length(): number {
    return this.ids.length;
  }

  /** Where an id is; -1 if it is not there. */
  rowOf(id: number): number {
    this.rows ??= rowsOf(this.ids);
    return this.rows.get(id) ?? -1;
  }

  /** Apply a change; ids that are not there, or already there where they are added, are left out. */
  apply(change: Delta): void {
    APPLY[change.column](this, change);
  }

  /** Replace all rows. */
  replace({ ids, rgba, flags, active }: Delta): void {
    this.ids = ids.slice();
    this.rgba = rgba.slice();
    this.flags = flags.slice();
    this.active = active;
    this.rows = null;
  }

  add({ ids, rgba, flags }: Delta): void {
    const fresh: number[] = [];
    const seen = new Set<number>();
    ids.forEach((id, at) => {
      if (this.rowOf(id) < 0 && !seen.has(id)) fresh.push(at);
      seen.add(id);
    });
    const start = this.length;
    const pick = (values: ArrayLike<number>) => fresh.map((at) => values[at] ?? 0);
    this.ids = joined(Int32Array, this.ids, pick(ids));
    this.rgba = joined(Uint32Array, this.rgba, pick(rgba));
    this.flags = joined(Uint8Array, this.flags, pick(flags));
    fresh.forEach((at, index) => {
      this.rows?.set(ids[at] ?? 0, start + index);
    });
  }

  remove(ids: Int32Array): void {
    const gone = new Set(ids);
    const kept = Uint32Array.from(this.ids.keys()).filter((row) => !gone.has(this.ids[row] ?? 0));
    this.ids = Int32Array.from(kept, (row) => this.ids[row] ?? 0);
    this.rgba = Uint32Array.from(kept, (row) => this.rgba[row] ?? 0);
    this.flags = Uint8Array.from(kept, (row) => this.flags[row] ?? 0);
    this.rows = null;
    if (this.active !== null && gone.has(this.active)) this.active = null;
  }

  /** Call for each id that is there: its row, and where it is among the ids. */
  each(ids: Int32Array, write: (row: number, at: number) => void): void {
    ids.forEach((id, at) => {
      const row = this.rowOf(id);
      if (row >= 0) write(row, at);
    });
  }
}

function rowsOf(ids: Int32Array): Map<number, number> {
  const rows = new Map<number, number>();
  for (let row = 0; row < ids.length; row++) rows.set(ids[row] ?? 0, row);
  return rows;
}

const APPLY: Record<DeltaColumn, (columns: SelectionColumns, change: Delta) => void> = {
  added: (columns, change) => columns.add(change),
  removed: (columns, { ids }) => columns.remove(ids),
  rgba: (columns, { ids, rgba }) =>
    columns.each(ids, (row, at) => {
      columns.rgba[row] = rgba[at] ?? 0;
    }),
  flags: (columns, { ids, flags, mask }) =>
    columns.each(ids, (row, at) => {
      columns.flags[row] = ((columns.flags[row] ?? 0) & ~mask) | (flags[at] ?? 0);
    }),
  active: (columns, { active }) => {
    columns.active = active !== null && columns.rowOf(active) < 0 ? null : active;
  },
  all: (columns, change) => columns.replace(change),
};

function joined<T extends Int32Array | Uint32Array | Uint8Array>(
  make: new (length: number) => T,
  first: T,
  rest: readonly number[],
): T {
  const all = new make(first.length + rest.length);
  all.set(first);
  all.set(rest, first.length);
  return all;
}
