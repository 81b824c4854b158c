/** Which tiles a view needs. */
import type { View } from "./layer";
import { clampSection, imageCorner, levelFactors, type Stack } from "./stack";

export interface Tile {
  zoom: number;
  /** Section. */
  z: number;
  row: number;
  col: number;
}

/** A rectangle in project space, nm. */
export interface TileBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Bytes of decoded tiles that a viewer keeps. */
export const TILE_MEMORY = 256 * 2 ** 20;

/** How many tiles of a stack that is. */
export function tilesInMemory(stack: Stack): number {
  return Math.floor(TILE_MEMORY / (stack.tile_width * stack.tile_height * 4));
}

export function tileKey(tile: Tile): string {
  return `${tile.zoom}/${tile.z}/${tile.row}/${tile.col}`;
}

/** The coarsest level that still gives every device pixel its own image pixel. */
export function levelFor(stack: Stack, view: View): number {
  // A hair of slack: a zoom typed as 9.2 for 4.6 nm pixels means level 1.
  const wanted = (view.nmPerPixel / view.dpr) * (1 + 1e-6);
  let level = 0;
  for (let zoom = 1; zoom < stack.zoom_levels; zoom++) {
    const [across, down] = levelFactors(stack, zoom);
    if (Math.min(stack.resolution[0] * across, stack.resolution[1] * down) <= wanted) level = zoom;
  }
  return level;
}

/** Columns and rows of the grid of a level. */
export function gridSize(stack: Stack, zoom: number): [columns: number, rows: number] {
  const [across, down] = levelFactors(stack, zoom);
  return [
    Math.ceil(Math.ceil(stack.dimension[0] / across) / stack.tile_width),
    Math.ceil(Math.ceil(stack.dimension[1] / down) / stack.tile_height),
  ];
}

/** Width and height of a whole tile of a level in nm. */
export function tileExtent(stack: Stack, zoom: number): [number, number] {
  const [across, down] = levelFactors(stack, zoom);
  return [stack.tile_width * stack.resolution[0] * across, stack.tile_height * stack.resolution[1] * down];
}

/** Where a whole tile lies. */
export function tileBox(stack: Stack, tile: Tile): TileBox {
  const [x, y] = imageCorner(stack);
  const [width, height] = tileExtent(stack, tile.zoom);
  return { left: x + tile.col * width, top: y + tile.row * height, width, height };
}

/**
 * Tiles of a section that a view shows, nearest to its centre first.
 *
 * `margin` adds so many CSS pixels on every side.
 */
export function tilesInView(stack: Stack, view: View, zoom: number, z: number, margin = 0): Tile[] {
  const [x, y] = imageCorner(stack);
  const [width, height] = tileExtent(stack, zoom);
  const [columns, rows] = gridSize(stack, zoom);
  const [left, top] = view.toProject(-margin, -margin);
  const [right, bottom] = view.toProject(view.width + margin, view.height + margin);
  const firstColumn = Math.max(Math.floor((left - x) / width), 0);
  const lastColumn = Math.min(Math.ceil((right - x) / width), columns) - 1;
  const firstRow = Math.max(Math.floor((top - y) / height), 0);
  const lastRow = Math.min(Math.ceil((bottom - y) / height), rows) - 1;
  const tiles: Tile[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let col = firstColumn; col <= lastColumn; col++) tiles.push({ zoom, z, row, col });
  }
  const centerColumn = (view.center[0] - x) / width - 0.5;
  const centerRow = (view.center[1] - y) / height - 0.5;
  const distance = (tile: Tile): number =>
    Math.hypot((tile.col - centerColumn) * width, (tile.row - centerRow) * height);
  return tiles.sort((a, b) => distance(a) - distance(b));
}

/** The tile of a level at a place (nm), and the pixel of its image. */
export function pixelAt(
  stack: Stack,
  zoom: number,
  z: number,
  x: number,
  y: number,
): { tile: Tile; px: number; py: number } {
  const [left, top] = imageCorner(stack);
  const [width, height] = tileExtent(stack, zoom);
  const [across, down] = [(x - left) / width, (y - top) / height];
  const [col, row] = [Math.floor(across), Math.floor(down)];
  return {
    tile: { zoom, z, row, col },
    px: Math.floor((across - col) * stack.tile_width),
    py: Math.floor((down - row) * stack.tile_height),
  };
}

/** The tile of a coarser level that covers a tile. */
export function ancestor(stack: Stack, tile: Tile, zoom: number): Tile {
  const [across, down] = steps(stack, tile.zoom, zoom);
  return { zoom, z: tile.z, row: Math.floor(tile.row / down), col: Math.floor(tile.col / across) };
}

/** The tiles of the next finer level that lie in a tile, those beyond the image included. */
export function children(stack: Stack, tile: Tile): Tile[] {
  if (tile.zoom === 0) return [];
  const zoom = tile.zoom - 1;
  const [across, down] = steps(stack, zoom, tile.zoom);
  return Array.from({ length: across * down }, (_, at) => ({
    zoom,
    z: tile.z,
    row: tile.row * down + Math.floor(at / across),
    col: tile.col * across + (at % across),
  }));
}

/** How many tiles of a finer level lie side by side in one of a coarser level, to the right and down. */
function steps(stack: Stack, finer: number, coarser: number): [number, number] {
  const [fine, coarse] = [levelFactors(stack, finer), levelFactors(stack, coarser)];
  return [Math.round(coarse[0] / fine[0]), Math.round(coarse[1] / fine[1])];
}

/**
 * Sections to fetch before they are asked for, most likely first.
 *
 * `direction` is the sign of the last change of section, 0 for none.
 */
export function neighbours(stack: Stack, section: number, direction: number, reach = 2): number[] {
  const ahead = direction < 0 ? -1 : 1;
  const broken = new Set(stack.broken_sections);
  const found: number[] = [];
  for (const sign of [ahead, -ahead]) {
    for (let step = 1; step <= reach; step++) {
      const z = section + sign * step;
      if (clampSection(stack, z) === z && !broken.has(z)) found.push(z);
    }
  }
  return found;
}
