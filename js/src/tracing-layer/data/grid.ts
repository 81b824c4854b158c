/** Points of a plane in square cells, to find the one under the pointer. */

/** Row numbers of points, sorted by the cell they lie in. */
export class PointGrid {
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  private constructor(
    private readonly x: Float64Array,
    private readonly y: Float64Array,
    private readonly left: number,
    private readonly top: number,
    private readonly cell: number,
    private readonly columns: number,
    private readonly lines: number,
    members: Int32Array,
  ) {
    // A counting sort: how many in each cell, where each cell starts, then every row to its place.
    const cells = Int32Array.from(members, (row) => this.cellOf(x[row] as number, y[row] as number));
    this.starts = new Int32Array(columns * lines + 1);
    for (const index of cells) this.starts[index + 1] = (this.starts[index + 1] as number) + 1;
    for (let index = 0; index < columns * lines; index++) {
      this.starts[index + 1] = (this.starts[index + 1] as number) + (this.starts[index] as number);
    }
    const next = this.starts.slice();
    this.rows = new Int32Array(members.length);
    for (let at = 0; at < members.length; at++) {
      const index = cells[at] as number;
      this.rows[next[index] as number] = members[at] as number;
      next[index] = (next[index] as number) + 1;
    }
  }

  /**
   * Grid over some rows of two coordinate columns (nm).
   *
   * The cells are as large as lets about two points fall into one.
   */
  static over(x: Float64Array, y: Float64Array, members: Int32Array): PointGrid {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const row of members) {
      left = Math.min(left, x[row] as number);
      right = Math.max(right, x[row] as number);
      top = Math.min(top, y[row] as number);
      bottom = Math.max(bottom, y[row] as number);
    }
    if (members.length === 0) [left, top, right, bottom] = [0, 0, 0, 0];
    const width = Math.max(right - left, 1);
    const height = Math.max(bottom - top, 1);
    const cell = Math.max(
      Math.sqrt((width * height * 2) / Math.max(members.length, 1)),
      width / 1024,
      height / 1024,
    );
    const columns = Math.floor(width / cell) + 1;
    const lines = Math.floor(height / cell) + 1;
    return new PointGrid(x, y, left, top, cell, columns, lines, members);
  }

  /** The row nearest to a point, at most `reach` nm away; -1 if there is none. */
  nearest(px: number, py: number, reach: number): number {
    let best = -1;
    let bestSquare = reach * reach;
    this.within(px - reach, py - reach, px + reach, py + reach, (row) => {
      const square = ((this.x[row] as number) - px) ** 2 + ((this.y[row] as number) - py) ** 2;
      if (square > bestSquare) return;
      best = row;
      bestSquare = square;
    });
    return best;
  }

  /** Visit the rows in the cells that a box touches. */
  within(left: number, top: number, right: number, bottom: number, visit: (row: number) => void): void {
    if (this.rows.length === 0) return;
    const firstColumn = Math.max(0, Math.floor((left - this.left) / this.cell));
    const lastColumn = Math.min(this.columns - 1, Math.floor((right - this.left) / this.cell));
    const firstLine = Math.max(0, Math.floor((top - this.top) / this.cell));
    const lastLine = Math.min(this.lines - 1, Math.floor((bottom - this.top) / this.cell));
    for (let line = firstLine; line <= lastLine; line++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const index = line * this.columns + column;
        const end = this.starts[index + 1] as number;
        for (let at = this.starts[index] as number; at < end; at++) visit(this.rows[at] as number);
      }
    }
  }

  private cellOf(x: number, y: number): number {
    const column = Math.min(this.columns - 1, Math.floor((x - this.left) / this.cell));
    const line = Math.min(this.lines - 1, Math.floor((y - this.top) / this.cell));
    return line * this.columns + column;
  }
}
