/** Words beside nodes of the section: tags, and confidences below 5 on the edge to the parent. */
import { labelText } from "./label-text";
import { LABEL_TEXT } from "./palette";
import { contains, type PaintFrame, type Picture } from "./picture";

/** More text than this hides the tissue and is slow to draw. */
const MOST = 300;
const FONT = "11px system-ui, sans-serif";

export function paintText(ctx: CanvasRenderingContext2D, picture: Picture, frame: PaintFrame): void {
  if (!picture.look.labels) return;
  ctx.font = FONT;
  ctx.lineWidth = 3;
  ctx.strokeStyle = "rgb(0 0 0 / 75%)";
  ctx.fillStyle = LABEL_TEXT;
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  let room = MOST;
  const write = (text: string, x: number, y: number): void => {
    if (room-- <= 0 || !contains(frame, x, y)) return;
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  };
  paintTags(picture, write);
  paintConfidences(picture, write);
}

type Write = (text: string, x: number, y: number) => void;

function paintTags({ graph, section, view }: Picture, write: Write): void {
  if (graph.labels.size === 0) return;
  const tables = [
    { rows: section.nodes, columns: graph.nodes.columns },
    { rows: section.connectors, columns: graph.connectors.columns },
  ];
  for (const { rows, columns } of tables) {
    for (const row of rows) {
      const names = graph.labels.get(columns.id[row] as number);
      if (!names) continue;
      const [px, py] = view.toScreen(columns.x[row] as number, columns.y[row] as number);
      write(names.map(labelText).join(", "), px + 9, py - 8);
    }
  }
}

function paintConfidences({ graph, topology, section, view }: Picture, write: Write): void {
  const { x, y, confidence } = graph.nodes.columns;
  for (const row of section.nodes) {
    const parent = topology.parentRow[row] as number;
    if (parent < 0 || (confidence[row] as number) >= 5) continue;
    const [px, py] = view.toScreen(
      ((x[row] as number) * 2 + (x[parent] as number)) / 3,
      ((y[row] as number) * 2 + (y[parent] as number)) / 3,
    );
    write(String(confidence[row]), px + 3, py);
  }
}
