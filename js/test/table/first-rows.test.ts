import { describe, expect, it } from "vitest";
import type { TableColumn } from "../../src/shared/table/columns";
import { type FirstRows, firstRows } from "../../src/shared/table/first-rows";
import type { RowSource } from "../../src/shared/table/source";

const COLUMNS: TableColumn<number>[] = [
  { name: "name", title: "Name", width: 10, text: (row) => `PN ${row}` },
  { name: "go", title: "", width: 10, text: () => "→", press: () => {} },
  { name: "id", title: "Id", width: 10, isHidden: true, text: (row) => `${row}` },
  { name: "note", title: "Note", width: 10, text: () => "x".repeat(1000) },
];

function sourceOf(length: number): RowSource<number> {
  return {
    length,
    isComplete: true,
    row: (index) => (index < length ? index : undefined),
    key: (row) => row,
    indexOf: (key) => Number(key),
    reach: () => {},
  };
}

describe("firstRows", () => {
  it("has few rows, without buttons and hidden columns, and no long text", () => {
    const found: FirstRows = firstRows(COLUMNS, sourceOf(1200));
    expect(found.titles).toEqual(["Name", "Note"]);
    expect(found.total).toBe(1200);
    expect(found.rows).toHaveLength(20);
    expect(found.rows[3]?.[0]).toBe("PN 3");
    expect(found.rows[0]?.[1]).toHaveLength(200);
  });

  it("has what there is of less", () => {
    expect(firstRows(COLUMNS, sourceOf(2)).rows).toHaveLength(2);
    expect(firstRows(COLUMNS, sourceOf(0))).toEqual({ titles: ["Name", "Note"], rows: [], total: 0 });
  });
});
