import { describe, expect, it } from "vitest";
import { RowSelection } from "../../src/shared/table/selection";
import type { RowSource } from "../../src/shared/table/source";

function bench() {
  const keys = ["a", "b", "c", "d", "e"];
  const source: RowSource<string> = {
    get length() {
      return keys.length;
    },
    isComplete: true,
    row: (index) => keys[index],
    key: (row) => row,
    indexOf: (key) => keys.indexOf(String(key)),
    reach: () => {},
  };
  const told: string[] = [];
  const selection = new RowSelection(source, (selected) => told.push(selected.join("")));
  return { keys, selection, told };
}

describe("selected rows", () => {
  it("are one, several, or a range from the last one", () => {
    const { selection, told } = bench();
    selection.only(1);
    selection.toggle(3);
    selection.toggle(1);
    selection.extendTo(4);
    selection.all();
    selection.clear();
    expect(told).toEqual(["b", "bd", "d", "bcde", "abcde", ""]);
  });

  it("stay selected when rows come before them", () => {
    const { keys, selection } = bench();
    selection.only(2);
    keys.unshift("z");
    expect(selection.has("c")).toBe(true);
    selection.extendTo(5);
    expect(selection.rows()).toEqual(["c", "d", "e"]);
  });

  it("are told of only if a person changed them", () => {
    const { selection, told } = bench();
    selection.set(["b", "x"]);
    expect(told).toEqual([]);
    expect(selection.rows()).toEqual(["b"]);
    selection.toggle(9);
    expect(told).toEqual([]);
    selection.extendTo(0);
    expect(told).toEqual(["a"]);
  });
});
