/** The value of a pixel of the image, in words. */
import { turned } from "../shared/planes";
import type { StackView } from "../shared/view";

/** Of the image as it is drawn, without brightness and contrast; px, py in CSS pixels. */
export function pixelText(
  image: HTMLCanvasElement,
  view: StackView,
  cursor: { px: number; py: number } | null,
): string {
  if (!cursor) return "Put the mouse over the picture first.";
  const { px, py } = cursor;
  const [x, y] = view.toProject(px, py);
  const place = turned(view.plane, [x, y, view.sectionDepth])
    .map((value) => Math.round(value))
    .join(", ");
  const found = image
    .getContext("2d")
    ?.getImageData(Math.floor(px * view.dpr), Math.floor(py * view.dpr), 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = found?.data ?? [];
  if (alpha === 0) return `There is no image at (${place}) nm.`;
  const value = red === green && green === blue ? String(red) : `red ${red}, green ${green}, blue ${blue}`;
  return `The pixel at (${place}) nm has the value ${value}.`;
}
