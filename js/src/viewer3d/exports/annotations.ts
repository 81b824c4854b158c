/** What is written on a picture or a drawing: lengths beside the grid, and a scale bar. */
import { scaleBar } from "../../shared/scalebar";
import type { SpaceCamera } from "../camera/space-camera";
import { placedLabels } from "../helpers/placed-labels";
import type { ExportScene } from "./export-scene";

/** Of the height of a picture. */
const LETTERS = 0.028;
const SMALLEST_LETTERS = 8;
/** Of the height of letters: what is written is read before neurons, too. */
export const OUTLINE = 0.2;
const LONGEST_BAR = 0.2;

export interface Annotations {
  /** Pixels, of letters. */
  size: number;
  /** Centred at x, y. */
  texts: Array<{ text: string; x: number; y: number }>;
  bar: { x: number; y: number; width: number; height: number } | null;
}

/** Of a camera that is placed. */
export function annotationsOf(view: ExportScene, camera: SpaceCamera): Annotations {
  const { width, height } = camera.size;
  const size = Math.max(LETTERS * Math.min(width, height), SMALLEST_LETTERS);
  const placed = placedLabels(view.labels, camera, size);
  const texts = placed.map(({ text, place: [x, y] }) => ({ text, x, y }));
  const bar = scaleBar(camera.nmPerPixel, LONGEST_BAR * width);
  // On a thumbnail nobody could read it.
  const isShown = view.hasScale && bar.pixels >= 2 && width >= 4 * size;
  if (isShown) texts.push({ text: bar.label, x: size + bar.pixels / 2, y: height - 2.2 * size });
  const shape = { x: size, y: height - 1.4 * size, width: bar.pixels, height: Math.max(size / 5, 1) };
  return { size, texts, bar: isShown ? shape : null };
}

export function drawAnnotations(
  canvas: HTMLCanvasElement,
  { size, texts, bar }: Annotations,
  { ink, paper }: { ink: string; paper: string },
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.font = `${size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = ink;
  context.strokeStyle = paper;
  context.lineWidth = OUTLINE * size;
  context.lineJoin = "round";
  for (const { text, x, y } of texts) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
  if (!bar) return;
  context.strokeRect(bar.x, bar.y, bar.width, bar.height);
  context.fillRect(bar.x, bar.y, bar.width, bar.height);
}
