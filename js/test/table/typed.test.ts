import { describe, expect, it } from "vitest";
import { TypedRows } from "../../src/shared/table/typed";

function neurons(): TypedRows {
  return new TypedRows(
    {
      id: Float64Array.of(11, 12, 13, 14),
      name: ["DNa10", "dna2", "Basin-4", "DNa02"],
      nodes: Int32Array.of(5, 70, 5, 9),
    },
    "id",
  );
}

const shown = (rows: TypedRows): unknown[] =>
  Array.from({ length: rows.length }, (_, index) => rows.value("id", rows.row(index) ?? -1));

describe("rows of typed columns", () => {
  it("are sorted: text as people sort it, equal ones in their own order", () => {
    const rows = neurons();
    rows.sort({ name: "name", isDescending: false });
    expect(shown(rows)).toEqual([13, 12, 14, 11]);
    rows.sort({ name: "nodes", isDescending: true });
    expect(shown(rows)).toEqual([12, 14, 11, 13]);
    rows.sort(null);
    expect(shown(rows)).toEqual([11, 12, 13, 14]);
  });

  it("are filtered by text anywhere, by numbers from their beginning, and stay sorted", () => {
    const rows = neurons();
    rows.sort({ name: "nodes", isDescending: true });
    rows.filter({ name: " dna ", nodes: "" });
    expect(shown(rows)).toEqual([12, 14, 11]);
    expect(rows.total).toBe(4);
    expect(() => rows.filter({ nodes: "many" })).toThrow("write 12, >500");
    expect(shown(rows)).toEqual([12, 14, 11]);
    rows.filter({ nodes: "7" });
    expect(shown(rows)).toEqual([12]);
    rows.filter({});
    expect(rows.length).toBe(4);
  });

  it("are found by their keys where they are shown", () => {
    const rows = neurons();
    expect(rows.indexOf(12)).toBe(1);
    rows.sort({ name: "name", isDescending: false });
    expect([13, 12, 14, 11].map((key) => rows.indexOf(key))).toEqual([0, 1, 2, 3]);
    rows.filter({ name: "basin" });
    expect([rows.indexOf(13), rows.indexOf(12), rows.indexOf(99)]).toEqual([0, -1, -1]);
  });

  it("are replaced, and stay sorted and filtered by columns that are still there", () => {
    const rows = neurons();
    rows.sort({ name: "nodes", isDescending: true });
    rows.filter({ name: "dna" });
    rows.replace({ id: Int32Array.of(1, 2, 3), name: ["DNa1", "KC", "DNa2"], nodes: Int32Array.of(1, 2, 3) });
    expect(shown(rows)).toEqual([3, 1]);
    expect([rows.indexOf(1), rows.indexOf(2), rows.rowOf(2)]).toEqual([1, -1, 1]);
    rows.replace({ id: Int32Array.of(8, 9) });
    expect(shown(rows)).toEqual([8, 9]);
  });

  it("have columns that are made when somebody sorts or filters by them, and anew when they are others", () => {
    let nodes = [3, 1, 2];
    let times = 0;
    const made = () => {
      times++;
      return Int32Array.from(nodes);
    };
    const columns = { id: Int32Array.of(1, 2, 3), nodes: made };
    const rows = new TypedRows(columns, "id");
    expect([rows.length, rows.has("nodes"), times]).toEqual([3, true, 0]);
    rows.sort({ name: "nodes", isDescending: false });
    rows.filter({ nodes: ">1" });
    expect([shown(rows), times]).toEqual([[3, 1], 1]);
    nodes = [1, 2, 3];
    rows.sort(null);
    rows.forget(["nodes"]);
    rows.sort({ name: "nodes", isDescending: true });
    expect([shown(rows), times]).toEqual([[3, 2], 2]);
    rows.replace(columns);
    expect([shown(rows), times]).toEqual([[3, 2], 3]);
    expect(() => rows.replace({ ...columns, nodes: () => [] })).toThrow("different lengths");
  });

  it("have keys that are made, too", () => {
    const rows = new TypedRows({ id: [] }, "id");
    rows.replace({ id: () => ["a", "b"], nodes: Int32Array.of(1, 2) });
    expect([rows.length, rows.indexOf("b"), rows.key(0)]).toEqual([2, 1, "a"]);
  });

  it("tell the values of those that are shown", () => {
    const rows = neurons();
    expect([...rows.distinctShown("nodes")]).toEqual([5, 70, 9]);
    rows.filter({ name: "dna" });
    expect([...rows.distinctShown("nodes")]).toEqual([5, 70, 9]);
    rows.filter({ name: "basin" });
    expect([...rows.distinctShown("nodes")]).toEqual([5]);
  });

  it("need columns of one length that exist", () => {
    expect(() => new TypedRows({ id: Int32Array.of(1, 2), name: ["a"] }, "id")).toThrow("different lengths");
    expect(() => neurons().sort({ name: "size", isDescending: false })).toThrow("no column size");
  });
});
