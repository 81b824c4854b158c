import { describe, expect, it } from "vitest";
import { drawnText } from "../../src/shared/table/cell-look";
import { csv, placed, type TableColumn, tsv } from "../../src/shared/table/columns";

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

describe("columns of a person's own", () => {
  const widths = (room: number, shown: Record<string, boolean>, own: Record<string, number> = {}) =>
    placed([ID, NAME, SIZE, { ...CABLE, isHidden: true }], room, { shown, widths: own }).map(
      ({ column, width }) => [column.name, width],
    );

  it("are there, whatever room there is, and others are not", () => {
    expect(widths(200, { size: true, id: false })).toEqual([
      ["name", 120],
      ["size", 80],
    ]);
    expect(widths(400, { cable: true, size: false }).map(([name]) => name)).toEqual(["id", "name", "cable"]);
    expect(widths(400, {}).map(([name]) => name)).toEqual(["id", "name", "size"]);
  });

  it("have the width that was given to them", () => {
    expect(widths(400, {}, { name: 50, id: 70 })).toEqual([
      ["id", 70],
      ["name", 50],
      ["size", 80],
    ]);
  });
});

describe("rows as comma-separated text", () => {
  it("are quoted where they need be, and no spreadsheet takes a name for a formula", () => {
    const rows = [
      { id: 1, name: 'a "b", c' },
      { id: -2, name: "=HYPERLINK(1)" },
      { id: 3, name: "-x" },
    ];
    expect(csv([ID, NAME], rows)).toBe('Id,Name\r\n1,"a ""b"", c"\r\n-2,"\'=HYPERLINK(1)"\r\n3,"\'-x"\r\n');
  });
});

describe("long and rounded texts", () => {
  const long = { id: 1, name: "n".repeat(10_000) };
  const rounded: TableColumn<Neuron> = { ...ID, text: () => "0.3", exact: () => "0.3333" };

  it("are cut and rounded where they are drawn alone", () => {
    expect(drawnText(NAME, long)).toBe(`${"n".repeat(300)}…`);
    expect(csv([rounded, NAME], [long])).toBe(`Id,Name\r\n0.3333,${long.name}\r\n`);
    expect(tsv([rounded, NAME], [long])).toBe(`Id\tName\n0.3333\t${long.name}\n`);
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
