/** Sizes of tables in CSS pixels. */

export const ROW_HEIGHT = 24;
export const SCROLLBAR = 16;
/** With fewer rows it looks like a table all the same. */
const LEAST_ROWS = 3;

/** Of a table with so many rows, its head and a scroll bar. */
export function neededHeight(rows: number): number {
  return (Math.max(rows, LEAST_ROWS) + 1) * ROW_HEIGHT + SCROLLBAR;
}
