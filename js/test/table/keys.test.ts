import { describe, expect, it } from "vitest";
import { type Cell, movedCell } from "../../src/shared/table/keys";

const SIZE = { rows: 100, columns: 4, page: 10, hasHead: false };

function press(key: string, at: Cell, more: object = {}): Cell | null {
  return movedCell({ key, ctrlKey: false, metaKey: false, ...more }, at, SIZE);
}

describe("keys of a grid", () => {
  it("move by one cell and stay inside", () => {
    expect(press("ArrowDown", { row: 5, column: 1 })).toEqual({ row: 6, column: 1 });
    expect(press("ArrowUp", { row: 0, column: 1 })).toEqual({ row: 0, column: 1 });
    expect(press("ArrowDown", { row: 99, column: 1 })).toEqual({ row: 99, column: 1 });
    expect(press("ArrowRight", { row: 5, column: 3 })).toEqual({ row: 5, column: 3 });
    expect(press("ArrowLeft", { row: 5, column: 3 })).toEqual({ row: 5, column: 2 });
  });

  it("move by what is seen at once", () => {
    expect(press("PageDown", { row: 5, column: 0 })).toEqual({ row: 15, column: 0 });
    expect(press("PageDown", { row: 95, column: 0 })).toEqual({ row: 99, column: 0 });
    expect(press("PageUp", { row: 5, column: 0 })).toEqual({ row: 0, column: 0 });
  });

  it("go to the ends of a row, and with Ctrl of the table", () => {
    expect(press("Home", { row: 5, column: 2 })).toEqual({ row: 5, column: 0 });
    expect(press("End", { row: 5, column: 2 })).toEqual({ row: 5, column: 3 });
    expect(press("Home", { row: 5, column: 2 }, { ctrlKey: true })).toEqual({ row: 0, column: 0 });
    expect(press("End", { row: 5, column: 2 }, { metaKey: true })).toEqual({ row: 99, column: 3 });
  });

  it("reach the head only where it can be used", () => {
    const up = { key: "ArrowUp", ctrlKey: false, metaKey: false };
    expect(movedCell(up, { row: 0, column: 2 }, { ...SIZE, hasHead: true })).toEqual({ row: -1, column: 2 });
    expect(movedCell(up, { row: 0, column: 0 }, { ...SIZE, rows: 0 })).toEqual({ row: -1, column: 0 });
  });

  it("leave other keys alone", () => {
    expect(press("Tab", { row: 0, column: 0 })).toBeNull();
    expect(press("PageDown", { row: 0, column: 0 }, { ctrlKey: true })).toBeNull();
  });
});
