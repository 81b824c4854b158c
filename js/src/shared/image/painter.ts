/** Paints the stack's image: the tiles of a view, and coarser ones while those load. */
import { imageCorner, imageExtent, type Stack } from "../stack";
import {
  ancestor,
  children,
  levelFor,
  neighbours,
  pixelAt,
  type Tile,
  tileBox,
  tileKey,
  tilesInMemory,
  tilesInView,
} from "../tiles";
import type { StackView } from "../view";
import { paintGrid } from "./grid";
import type { TileLoader, Wanted } from "./loader";
import type { PixelColor } from "./look";
import { Magnifier } from "./magnifier";

export type ImageState = "complete" | "loading" | "failed" | "no-tiles" | "broken" | "outside";

export interface PaintReport {
  state: ImageState;
  /** Tiles of the wanted section and level that were painted. */
  painted: number;
  error: unknown;
}

const PREFETCH_MARGIN = 256;
/** Device pixels of an image pixel's shorter side from which on its edges are shown: sections cut from the side are smooth before. */
const CRISP_FROM = 6;
/** An image that is smaller than this along one side, but larger than it is along the other, is painted tile by tile. */
const LEAST_MAGNIFIED = 0.25;
const REFUSED_GREY = "#303030";
const REFUSED_LINE = "#505050";

export class ImagePainter {
  private readonly context: CanvasRenderingContext2D;
  /** The section last seen whole: shown until the next one has come. */
  private shown: number | null = null;
  private readonly magnifier: Magnifier;
  private readonly probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly stack: Stack,
    private readonly loader: TileLoader,
    /** Whether other images lie below: what has no image is transparent instead of black. */
    private readonly isAbove = false,
  ) {
    const context = canvas.getContext("2d", { alpha: isAbove });
    if (!context) throw new Error("This browser gives no 2D canvas.");
    this.context = context;
    this.magnifier = new Magnifier(stack);
  }

  /** Ask for what a view needs and may need next; for `more` once it has what it shows. */
  plan(view: StackView, direction: number, more: readonly Tile[] = []): void {
    const nothing = { seen: [], ahead: [] };
    const isImage = this.inStack(view) && !this.stack.is_grid;
    const { seen, ahead } = isImage ? wantedTiles(this.stack, view, direction) : nothing;
    this.loader.want({ seen, ahead: isImage ? [...more, ...ahead] : [] });
  }

  /** True when everything of a view is here already. */
  isWarm(view: StackView): boolean {
    return this.stack.is_grid || this.visible(view).every((tile) => this.loader.state(tile) !== "loading");
  }

  paint(view: StackView): PaintReport {
    this.fitCanvas(view);
    const { context, canvas } = this;
    if (this.stack.is_grid) {
      paintGrid(context, this.stack, view);
      return { state: this.inStack(view) ? "complete" : "outside", painted: 0, error: null };
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (this.isAbove) context.clearRect(0, 0, canvas.width, canvas.height);
    else {
      context.fillStyle = "#000";
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    const tiles = this.visible(view);
    const states = tiles.map((tile) => this.loader.state(tile));
    const state = this.stateOf(view, states);
    if (state === "outside" || state === "broken") {
      this.shown = null;
      return { state, painted: 0, error: null };
    }
    context.save();
    this.clipToImage(view);
    if (states.includes("loading") || states.includes("failed")) {
      this.paintStandIns(view, tiles);
    }
    const painted = this.paintTiles(view, tiles);
    context.restore();
    if (state === "complete") this.shown = view.section;
    return { state, painted, error: this.loader.failure(tiles) };
  }

  /** Red, green, blue of the finest tile that is here at a place, as it came; null if there is none. */
  valueAt(view: StackView, x: number, y: number): PixelColor | null {
    if (!this.inStack(view) || !this.probe) return null;
    for (let zoom = levelFor(this.stack, view); zoom < this.stack.zoom_levels; zoom++) {
      const { tile, px, py } = pixelAt(this.stack, zoom, view.section, x, y);
      const bitmap = this.loader.tile(tile);
      if (!bitmap || px >= bitmap.width || py >= bitmap.height) continue;
      this.probe.drawImage(bitmap, px, py, 1, 1, 0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = this.probe.getImageData(0, 0, 1, 1).data;
      return [red, green, blue];
    }
    return null;
  }

  private visible(view: StackView): Tile[] {
    if (!this.inStack(view)) return [];
    return tilesInView(this.stack, view, levelFor(this.stack, view), view.section);
  }

  private inStack(view: StackView): boolean {
    return view.section >= 0 && view.section < this.stack.dimension[2];
  }

  private stateOf(view: StackView, states: string[]): ImageState {
    if (states.length === 0) return "outside";
    if (this.stack.broken_sections.includes(view.section) && !states.includes("ready")) return "broken";
    if (states.includes("failed")) return "failed";
    if (states.includes("loading")) return "loading";
    return states.includes("ready") ? "complete" : "no-tiles";
  }

  private fitCanvas(view: StackView): void {
    const width = Math.round(view.width * view.dpr);
    const height = Math.round(view.height * view.dpr);
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  private clipToImage(view: StackView): void {
    const [left, top] = imageCorner(this.stack);
    const [width, height] = imageExtent(this.stack);
    const [x0, y0] = view.toScreen(left, top);
    const [x1, y1] = view.toScreen(left + width, top + height);
    const scale = view.dpr;
    this.context.beginPath();
    this.context.rect(x0 * scale, y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale);
    this.context.clip();
  }

  /** What is loaded of the place: other levels of this section, or else the section shown before. */
  private paintStandIns(view: StackView, tiles: Tile[]): void {
    const absent = tiles.filter((tile) => ["loading", "failed"].includes(this.loader.state(tile)));
    const refused = tiles.filter((tile) => this.loader.isRefused(tile));
    // Where images do not come, another section's would be taken for this one's.
    if (this.shown !== null && this.shown !== view.section && refused.length === 0) {
      for (const tile of absent) this.paintOtherLevels(view, { ...tile, z: this.shown });
      for (const tile of absent) this.paintTile(view, { ...tile, z: this.shown });
    }
    if (!this.isAbove) for (const tile of refused) this.paintPlaceholder(view, tile);
    for (const tile of absent) this.paintOtherLevels(view, tile);
  }

  /** A grey box with a cross. */
  private paintPlaceholder(view: StackView, tile: Tile): void {
    const { left, top, width, height } = tileBox(this.stack, tile);
    const [x0 = 0, y0 = 0] = view.toScreen(left, top).map((at) => at * view.dpr);
    const [x1 = 0, y1 = 0] = view.toScreen(left + width, top + height).map((at) => at * view.dpr);
    const { context } = this;
    context.fillStyle = REFUSED_GREY;
    context.fillRect(x0, y0, x1 - x0, y1 - y0);
    context.strokeStyle = REFUSED_LINE;
    context.lineWidth = view.dpr;
    context.beginPath();
    context.rect(x0, y0, x1 - x0, y1 - y0);
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.moveTo(x0, y1);
    context.lineTo(x1, y0);
    context.stroke();
  }

  private paintOtherLevels(view: StackView, tile: Tile): void {
    for (let zoom = this.stack.zoom_levels - 1; zoom > tile.zoom; zoom--) {
      this.paintTile(view, ancestor(this.stack, tile, zoom));
    }
    for (const finer of children(this.stack, tile)) this.paintTile(view, finer);
  }

  private paintTiles(view: StackView, tiles: Tile[]): number {
    const factors = this.magnifier.factors(view, tiles[0]?.zoom ?? 0);
    const [least, most] = [Math.min(...factors), Math.max(...factors)];
    if (!this.stack.is_labels && most > 1 && least > LEAST_MAGNIFIED && least < CRISP_FROM)
      return this.magnifier.paint(this.context, view, tiles, (tile) => this.loader.tile(tile));
    return tiles.filter((tile) => this.paintTile(view, tile)).length;
  }

  private paintTile(view: StackView, tile: Tile): boolean {
    const bitmap = this.loader.tile(tile);
    if (!bitmap) return false;
    const box = tileBox(this.stack, tile);
    const [left, top] = view.toScreen(box.left, box.top);
    // Tiles at the edge may come cut off: their pixels are as large as those of a whole tile.
    const right = left + (box.width / view.nmPerPixel) * (bitmap.width / this.stack.tile_width);
    const bottom = top + (box.height / view.nmPerPixel) * (bitmap.height / this.stack.tile_height);
    // Whole device pixels, or else there are seams.
    const [x0, y0] = [Math.round(left * view.dpr), Math.round(top * view.dpr)];
    const [x1, y1] = [Math.round(right * view.dpr), Math.round(bottom * view.dpr)];
    const factor = Math.min((x1 - x0) / bitmap.width, (y1 - y0) / bitmap.height);
    const isSmooth = !this.stack.is_labels && factor < CRISP_FROM;
    this.context.imageSmoothingEnabled = isSmooth;
    this.context.drawImage(bitmap, x0, y0, x1 - x0, y1 - y0);
    return true;
  }
}

/** Tiles worth having for a view: seen; then sections beside it, its edges, one level coarser. */
export function wantedTiles(stack: Stack, view: StackView, direction: number): Wanted {
  const level = levelFor(stack, view);
  const seen = stack.broken_sections.includes(view.section)
    ? []
    : tilesInView(stack, view, level, view.section);
  const ahead = [
    ...neighbours(stack, view.section, direction).flatMap((z) => tilesInView(stack, view, level, z)),
    ...tilesInView(stack, view, level, view.section, PREFETCH_MARGIN),
    ...(level + 1 < stack.zoom_levels ? tilesInView(stack, view, level + 1, view.section) : []),
  ];
  const keys = new Set(seen.map(tileKey));
  // What pushes other wanted tiles out of memory would be fetched over and over.
  const room = tilesInMemory(stack);
  return {
    seen: seen.slice(0, room),
    ahead: ahead.filter((tile) => !keys.has(tileKey(tile))).slice(0, Math.max(room - seen.length, 0)),
  };
}
