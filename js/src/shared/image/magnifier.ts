/** Paints tiles larger than they are as one image: by itself each would be smoothed up to its own edge, which shows as a seam. */
import { imageCorner, type Stack } from "../stack";
import { type Tile, tileExtent } from "../tiles";
import type { StackView } from "../view";

export class Magnifier {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d");

  constructor(private readonly stack: Stack) {}

  /** Device pixels for a pixel of a level's images in x and y. */
  factors(view: StackView, level: number): [number, number] {
    const { tile_width, tile_height } = this.stack;
    const [width, height] = tileExtent(this.stack, level);
    const scale = view.dpr / view.nmPerPixel;
    return [(width / tile_width) * scale, (height / tile_height) * scale];
  }

  /** Paint tiles of one level; those whose bitmap is not here are left out. */
  paint(
    target: CanvasRenderingContext2D,
    view: StackView,
    tiles: readonly Tile[],
    bitmapOf: (tile: Tile) => ImageBitmap | undefined,
  ): number {
    const [first] = tiles;
    if (!first || !this.context) return 0;
    const [fx, fy] = this.factors(view, first.zoom);
    const [left, top] = view.toScreen(...imageCorner(this.stack));
    // The part of the level's image that shows, whole pixels, with one more on each side to smooth with.
    const [x0, y0] = [Math.floor((-left * view.dpr) / fx) - 1, Math.floor((-top * view.dpr) / fy) - 1];
    this.canvas.width = Math.ceil((view.width * view.dpr) / fx) + 3;
    this.canvas.height = Math.ceil((view.height * view.dpr) / fy) + 3;
    let painted = 0;
    for (const tile of tiles) {
      const bitmap = bitmapOf(tile);
      if (!bitmap) continue;
      const { tile_width, tile_height } = this.stack;
      this.context.drawImage(bitmap, tile.col * tile_width - x0, tile.row * tile_height - y0);
      painted++;
    }
    const { width, height } = this.canvas;
    target.imageSmoothingEnabled = true;
    target.drawImage(
      this.canvas,
      left * view.dpr + x0 * fx,
      top * view.dpr + y0 * fy,
      width * fx,
      height * fy,
    );
    return painted;
  }
}
