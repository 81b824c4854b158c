/** A matrix as files. */
import { element } from "../shared/dom";
import { save } from "../shared/save-file";
import { csv } from "../shared/table/columns";
import { draw, LEFT, type MatrixLook, TOP } from "./picture";
import { countAt, type MatrixContent, type MatrixSnapshot } from "./state";

const CELL = 20;
const MOST_PIXELS = 6000;
const SNAPSHOT_PIXELS = 800;
const SNAPSHOT_QUALITY = 0.85;

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

/** All of the matrix, also what is not seen now, as a file. */
export function savePng(content: MatrixContent, image: CanvasImageSource | null, look: MatrixLook): void {
  paper(content, image, look, MOST_PIXELS)?.toBlob(
    (blob) => blob && save("connectivity.png", "image/png", blob),
  );
}

/** All of the matrix, small enough to live in a notebook file; nothing if it has no cells. */
export function snapshotOf(
  content: MatrixContent,
  image: CanvasImageSource | null,
  look: MatrixLook,
): MatrixSnapshot | null {
  if (content.rows.names.length === 0 || content.columns.names.length === 0) return null;
  const picture = paper(content, image, look, SNAPSHOT_PIXELS);
  if (!picture) return null;
  return {
    image: picture.toDataURL("image/jpeg", SNAPSHOT_QUALITY),
    width: picture.width,
    height: picture.height,
  };
}

/** Black on white, also where the page is dark. */
function paper(
  content: MatrixContent,
  image: CanvasImageSource | null,
  look: MatrixLook,
  most: number,
): HTMLCanvasElement | null {
  const { length: rows } = content.rows.names;
  const { length: columns } = content.columns.names;
  const cell = Math.min(CELL, most / Math.max(rows, columns, 1));
  const width = Math.ceil(LEFT + columns * cell);
  const height = Math.ceil(TOP + rows * cell);
  const picture = element("canvas", { width, height });
  const context = picture.getContext("2d");
  if (!context) return null;
  const plain = { left: 0, top: 0, width, height, cell, active: null, ink: "#000", isSelected: () => false };
  draw(context, content, image, { ...look, ...plain });
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return picture;
}
