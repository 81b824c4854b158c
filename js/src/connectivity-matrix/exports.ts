/** A matrix as files. */
import { element } from "../shared/dom";
import { save } from "../shared/save-file";
import { csv } from "../shared/table/columns";
import { draw, LEFT, type MatrixLook, TOP } from "./picture";
import { countAt, type MatrixContent } from "./state";

const CELL = 20;
const MOST_PIXELS = 6000;

export function matrixCsv(content: MatrixContent): string {
  const { rows, columns } = content;
  const names = { name: "", title: "pre \\ post", width: 0, text: (row: number) => rows.names[row] ?? "" };
  const numbers = columns.names.map((title, column) => ({
    name: title,
    title,
    width: 0,
    text: (row: number) => `${countAt(content, row, column)}`,
  }));
  return csv([names, ...numbers], rows.names.keys());
}

/** All of the matrix, also what is not seen now. */
export function savePng(content: MatrixContent, image: CanvasImageSource | null, look: MatrixLook): void {
  const { length: rows } = content.rows.names;
  const { length: columns } = content.columns.names;
  const cell = Math.min(CELL, MOST_PIXELS / Math.max(rows, columns, 1));
  const width = Math.ceil(LEFT + columns * cell);
  const height = Math.ceil(TOP + rows * cell);
  const picture = element("canvas", { width, height });
  const context = picture.getContext("2d");
  if (!context) return;
  const plain = { left: 0, top: 0, width, height, cell, active: null, ink: "#000", isSelected: () => false };
  draw(context, content, image, { ...look, ...plain });
  // Black on white, also where the page is dark.
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  picture.toBlob((blob) => blob && save("connectivity.png", "image/png", blob));
}
