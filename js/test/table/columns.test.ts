import { describe, expect, it } from "vitest";
import { placed, type TableColumn, tsv } from "../../src/shared/table/columns";

interface Neuron {
  id: number;
  name: string;
}

const ID: TableColumn<Neuron> = { name: "id", title: "Id", width: 60, text: ({ id }) => String(id) };
const NAME: TableColumn<Neuron> = {
  name: "name",
  title: "Name",
  width: 100,
  grow: 1,
  text: ({ name }) => name,
};
const SIZE: TableColumn<Neuron> = { name: "size", title: "Size", width: 80, rank: 2, text: () => "7" };
const CABLE: TableColumn<Neuron> = {
  name: "cable",
  title: "Cable",
  width: 80,
  rank: 1,
  grow: 1,
  text: () => "8",
};

describe("columns", () => {
  const widths = (room: number) =>
    placed([ID, NAME, SIZE, CABLE], room).map(({ column, width }) => [column.name, width]);

  it("fill the room there is", () => {
    expect(widths(420)).toEqual([
      ["id", 60],
      ["name", 150],
      ["size", 80],
      ["cable", 130],
    ]);
  });

  it("give way where there is too little, those of the highest rank first", () => {
    expect(widths(300).map(([name]) => name)).toEqual(["id", "name", "cable"]);
    expect(widths(200).map(([name]) => name)).toEqual(["id", "name"]);
    expect(widths(50)).toEqual([
      ["id", 60],
      ["name", 100],
    ]);
  });
});

describe("rows as tab-separated text", () => {
  it("have a line of titles, and no tabs or line breaks within a cell", () => {
    const rows = [
      { id: 1, name: "a\tb\nc" },
      { id: 2, name: "" },
    ];
    expect(tsv([ID, NAME], rows)).toBe("Id\tName\n1\ta b c\n2\t\n");
  });
});
