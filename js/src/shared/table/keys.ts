/** Move the active cell of a table by keyboard, as in the grid pattern of WAI-ARIA. */

export interface Cell {
  /** -1 is the head. */
  row: number;
  column: number;
}

export interface GridSize {
  rows: number;
  columns: number;
  /** Rows that are visible at once. */
  page: number;
  /** Whether the head can be active, to sort. */
  hasHead: boolean;
}

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">;

/** The cell that a key moves to; null for other keys. */
export function movedCell(event: Key, at: Cell, size: GridSize): Cell | null {
  const isFar = event.ctrlKey || event.metaKey;
  const target = isFar ? farCell(event.key, at, size) : nearCell(event.key, at, size);
  return target && within(target, size);
}

function nearCell(key: string, { row, column }: Cell, size: GridSize): Cell | null {
  switch (key) {
    case "ArrowUp":
      return { row: row - 1, column };
    case "ArrowDown":
      return { row: row + 1, column };
    case "ArrowLeft":
      return { row, column: column - 1 };
    case "ArrowRight":
      return { row, column: column + 1 };
    case "PageUp":
      return { row: Math.max(0, row - size.page), column };
    case "PageDown":
      return { row: row + size.page, column };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: size.columns - 1 };
    default:
      return null;
  }
}

function farCell(key: string, { row, column }: Cell, size: GridSize): Cell | null {
  switch (key) {
    case "Home":
      return { row: 0, column: 0 };
    case "End":
      return { row: size.rows - 1, column: size.columns - 1 };
    case "ArrowUp":
      return { row: 0, column };
    case "ArrowDown":
      return { row: size.rows - 1, column };
    case "ArrowLeft":
      return { row, column: 0 };
    case "ArrowRight":
      return { row, column: size.columns - 1 };
    default:
      return null;
  }
}

function within({ row, column }: Cell, size: GridSize): Cell {
  const lowest = size.hasHead || size.rows === 0 ? -1 : 0;
  return {
    row: Math.max(lowest, Math.min(size.rows - 1, row)),
    column: Math.max(0, Math.min(size.columns - 1, column)),
  };
}
