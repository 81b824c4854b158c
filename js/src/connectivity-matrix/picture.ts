/** Draws a matrix, or the part of it that is seen, on a canvas. */
import { colorOf, cssColor, fractionOf, inkOn, type PaletteName } from "./colors";
import { countAt, type MatrixContent } from "./state";

/** CSS pixels left of, and above, the cells: for names. */
export const LEFT = 130;
export const TOP = 110;
const LEAST_FOR_NAMES = 9;
const LEAST_FOR_COUNTS = 18;
/** Rows or columns of a drawing whose cells have counts. */
const MOST_WITH_COUNTS = 150;
const NAME_SIZE = 11;

export interface CellPlace {
  /** -1: the names of columns. */
  row: number;
  /** -1: the names of rows. */
  column: number;
}

export interface MatrixLook {
  palette: PaletteName;
  isLogarithmic: boolean;
  /** CSS pixels. */
  cell: number;
  left: number;
  top: number;
  width: number;
  height: number;
  active: CellPlace | null;
  ink: string;
  accent: string;
  font: string;
  isSelected(skeletonIds: readonly number[]): boolean;
}

/** One pixel for each cell, to be drawn as large as is wanted. */
export function pixels(
  content: MatrixContent,
  palette: PaletteName,
  isLogarithmic: boolean,
): ImageData | null {
  const { length: width } = content.columns.names;
  const { length: height } = content.rows.names;
  if (width === 0 || height === 0) return null;
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    const fraction = fractionOf(content.counts[at] ?? 0, content.most, isLogarithmic);
    image.data.set([...colorOf(palette, fraction), 255], 4 * at);
  }
  return image;
}

/** The cell, or the name, at a place of the picture; null if there is none. */
export function cellAt(content: MatrixContent, look: MatrixLook, x: number, y: number): CellPlace | null {
  const column = x < LEFT ? -1 : Math.floor((x - LEFT + look.left) / look.cell);
  const row = y < TOP ? -1 : Math.floor((y - TOP + look.top) / look.cell);
  if (row >= content.rows.names.length || column >= content.columns.names.length) return null;
  return row < 0 && column < 0 ? null : { row, column };
}

export function draw(
  context: CanvasRenderingContext2D,
  content: MatrixContent,
  image: CanvasImageSource | null,
  look: MatrixLook,
): void {
  const { cell, left, top, width, height } = look;
  const rows = content.rows.names.length;
  const columns = content.columns.names.length;
  context.clearRect(0, 0, width, height);
  if (!image) return;
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP, width - LEFT, height - TOP);
  context.clip();
  context.imageSmoothingEnabled = false;
  context.drawImage(image, LEFT - left, TOP - top, columns * cell, rows * cell);
  context.strokeStyle = look.ink;
  context.lineWidth = 1;
  context.strokeRect(LEFT - left, TOP - top, columns * cell, rows * cell);
  if (cell >= LEAST_FOR_COUNTS) drawCounts(context, content, look);
  if (look.active) {
    context.strokeStyle = look.accent;
    context.lineWidth = 2;
    const { row, column } = look.active;
    const x = LEFT - left + column * cell;
    const y = TOP - top + row * cell;
    context.strokeRect(x, y, Math.max(cell, 4), Math.max(cell, 4));
  }
  context.restore();
  drawNames(context, content, look);
}

function seen(offset: number, room: number, cell: number, count: number): [first: number, end: number] {
  return [Math.max(0, Math.floor(offset / cell)), Math.min(count, Math.ceil((offset + room) / cell))];
}

function drawCounts(context: CanvasRenderingContext2D, content: MatrixContent, look: MatrixLook): void {
  const { cell, left, top, width, height } = look;
  const [firstRow, endRow] = seen(top, height - TOP, cell, content.rows.names.length);
  const [firstColumn, endColumn] = seen(left, width - LEFT, cell, content.columns.names.length);
  context.font = look.font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) {
      const count = countAt(content, row, column);
      if (count === 0) continue;
      const fraction = fractionOf(count, content.most, look.isLogarithmic);
      context.fillStyle = inkOn(colorOf(look.palette, fraction));
      context.fillText(`${count}`, LEFT - left + (column + 0.5) * cell, TOP - top + (row + 0.5) * cell, cell);
    }
  }
}

function drawNames(context: CanvasRenderingContext2D, content: MatrixContent, look: MatrixLook): void {
  const { cell, left, top, width, height } = look;
  context.font = look.font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const name = (axis: MatrixContent["rows"], at: number, x: number, y: number): void => {
    context.fillStyle = look.isSelected(axis.skeleton_ids[at] ?? []) ? look.accent : look.ink;
    context.fillText((axis.names[at] ?? "").slice(0, 24), x, y);
  };
  if (cell < LEAST_FOR_NAMES) return;
  context.save();
  context.beginPath();
  context.rect(0, TOP, LEFT, height - TOP);
  context.clip();
  const [firstRow, endRow] = seen(top, height - TOP, cell, content.rows.names.length);
  for (let row = firstRow; row < endRow; row++)
    name(content.rows, row, LEFT - 5, TOP - top + (row + 0.5) * cell);
  context.restore();
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, TOP);
  context.clip();
  context.textAlign = "left";
  const [first, end] = seen(left, width - LEFT, cell, content.columns.names.length);
  for (let column = first; column < end; column++) {
    context.save();
    context.translate(LEFT - left + (column + 0.5) * cell, TOP - 5);
    context.rotate(-Math.PI / 2);
    name(content.columns, column, 0, 0);
    context.restore();
  }
  context.restore();
}

/** Cells of small matrices have room for their counts. */
function svgCell({ rows, columns }: MatrixContent): number {
  return Math.max(rows.names.length, columns.names.length) <= MOST_WITH_COUNTS ? 20 : 14;
}

/** A matrix as an SVG picture, black on white: cells as rectangles with names and numbers as titles, counts in large ones. */
export function svgOf(
  content: MatrixContent,
  palette: PaletteName,
  isLogarithmic: boolean,
  cell = svgCell(content),
): string {
  const { rows, columns } = content;
  const width = LEFT + columns.names.length * cell;
  const height = TOP + rows.names.length * cell;
  const parts = rows.names.map(
    (name, row) =>
      `<text x="${LEFT - 5}" y="${TOP + (row + 0.7) * cell}" text-anchor="end">${escaped(name.slice(0, 24))}</text>`,
  );
  columns.names.forEach((name, column) => {
    const x = LEFT + (column + 0.7) * cell;
    parts.push(
      `<text transform="translate(${x} ${TOP - 5}) rotate(-90)">${escaped(name.slice(0, 24))}</text>`,
    );
  });
  const empty = cssColor(colorOf(palette, 0));
  parts.push(
    `<rect x="${LEFT}" y="${TOP}" width="${width - LEFT}" height="${height - TOP}" fill="${empty}" stroke="#888"/>`,
  );
  rows.names.forEach((rowName, row) => {
    columns.names.forEach((columnName, column) => {
      const count = countAt(content, row, column);
      if (count === 0) return;
      const color = colorOf(palette, fractionOf(count, content.most, isLogarithmic));
      parts.push(
        `<rect x="${LEFT + column * cell}" y="${TOP + row * cell}" width="${cell}" height="${cell}" fill="${cssColor(color)}">` +
          `<title>${escaped(`${rowName} → ${columnName}: ${count}`)}</title></rect>`,
      );
      if (cell >= LEAST_FOR_COUNTS) parts.push(svgCount(count, row, column, cell, inkOn(color)));
    });
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" ` +
    `font-size="${NAME_SIZE}"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`
  );
}

/** A count in the middle of its cell, smaller if it is long; clicks and titles are the cell's. */
function svgCount(count: number, row: number, column: number, cell: number, ink: string): string {
  const text = `${count}`;
  const size = Math.min(NAME_SIZE, (1.5 * cell) / text.length);
  const x = LEFT + (column + 0.5) * cell;
  const y = TOP + (row + 0.5) * cell + 0.35 * size;
  return `<text x="${x}" y="${y}" text-anchor="middle" font-size="${size}" fill="${ink}" pointer-events="none">${text}</text>`;
}

function escaped(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // Control characters are no XML.
  return text.replaceAll(/[&<>"]/g, (sign) => named[sign] ?? sign).replaceAll(/\p{Cc}/gu, " ");
}
