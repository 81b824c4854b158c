import { expect, test } from "vitest";
import { colorOf, fractionOf } from "../../src/connectivity-matrix/colors";
import { matrixCsv } from "../../src/connectivity-matrix/exports";
import { cellAt, LEFT, type MatrixLook, svgOf, TOP } from "../../src/connectivity-matrix/picture";

const content = {
  rows: { names: ["=a", "<b>"], skeleton_ids: [[1], [2, 3]] },
  columns: { names: ["c", "d", "e"], skeleton_ids: [[4], [5], [6]] },
  counts: [0, 5, 1, 0, 0, 2],
  most: 5,
};
const look = { cell: 10, left: 15, top: 0 } as MatrixLook;

test("places of the picture are cells or names", () => {
  expect(cellAt(content, look, LEFT + 7, TOP + 12)).toEqual({ row: 1, column: 2 });
  expect(cellAt(content, look, 3, TOP + 2)).toEqual({ row: 0, column: -1 });
  expect(cellAt(content, look, LEFT + 1, 4)).toEqual({ row: -1, column: 1 });
  expect(cellAt(content, look, LEFT + 90, TOP)).toBeNull();
  expect(cellAt(content, look, 3, 3)).toBeNull();
});

test("colours go from none to the most", () => {
  expect(colorOf("gray", 0)).toEqual([255, 255, 255]);
  expect(colorOf("gray", 0.5)).toEqual([128, 128, 128]);
  expect(colorOf("viridis", 2)).toEqual([253, 231, 37]);
  expect([fractionOf(5, 5, true), fractionOf(0, 5, true), fractionOf(0, 0, false)]).toEqual([1, 0, 0]);
});

test("files have all numbers, and names as text", () => {
  expect(matrixCsv(content)).toBe('pre \\ post,c,d,e\r\n"\'=a",0,5,1\r\n<b>,0,0,2\r\n');
  const svg = svgOf(content, "blue", false);
  expect(svg).toContain("&lt;b&gt; → e: 2");
  expect(svg.match(/<title>/g)).toHaveLength(3);
  expect(svg).toContain('<rect width="100%" height="100%" fill="#fff"/>');
  // The largest count is written in white on dark blue, small ones in black.
  expect(svg).toMatch(/fill="#fff" pointer-events="none">5</);
  expect(svg).toMatch(/fill="#000" pointer-events="none">1</);
  expect(svgOf(content, "blue", false, 14)).not.toContain(">5</text>");
});
