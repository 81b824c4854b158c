/** Tiles of a published page: those that were saved, and coarse ones made of others where none was. */
import type { AnswerPart, Params } from "./saved-page";

interface SavedTiles {
  media_type: string;
  /** Pixels of a whole tile. */
  tile_width: number;
  tile_height: number;
  zoom_levels: number;
  /** What a pixel of each level is of the first one's, to the right and down. */
  zoom_factors: Array<[number, number]>;
  /** The places of tiles in the buffers, by `zoom/z/row/col`. */
  tiles: Record<string, number>;
}

interface TilePlace {
  zoom: number;
  z: number;
  row: number;
  col: number;
}

/** How many levels finer tiles are looked for: of 2 levels there are 16 in a tile. */
const FINER = 2;

/** The tiles that a request asks for; null bytes where there are none. */
export async function tilesOf({ result, buffers }: AnswerPart, params: Params): Promise<AnswerPart> {
  const saved = new TileStore(result as SavedTiles, buffers);
  const { zoom, z, tiles } = params as { zoom: number; z: number; tiles: Array<[number, number]> };
  const found = await Promise.all(tiles.map(([row, col]) => saved.tile({ zoom, z, row, col })));
  return {
    result: { media_type: saved.mediaType, ok: found.map((tile) => tile !== null) },
    buffers: found.map((tile) => tile ?? new Uint8Array()),
  };
}

class TileStore {
  constructor(
    private readonly saved: SavedTiles,
    private readonly buffers: readonly Uint8Array[],
  ) {}

  get mediaType(): string {
    return this.saved.media_type;
  }

  /** A tile as it was saved, or made of coarser and finer ones; null if there are none of these. */
  async tile(place: TilePlace): Promise<Uint8Array | null> {
    return this.bytes(place) ?? (await this.made(place));
  }

  private bytes({ zoom, z, row, col }: TilePlace): Uint8Array | null {
    const at = this.saved.tiles[`${zoom}/${z}/${row}/${col}`];
    return at === undefined ? null : (this.buffers[at] ?? null);
  }

  private async made(place: TilePlace): Promise<Uint8Array | null> {
    const parts = [this.ancestor(place), ...this.descendants(place)].filter((part) => part !== null);
    if (parts.length === 0) return null;
    const { tile_width: width, tile_height: height } = this.saved;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) return null;
    for (const part of parts) {
      const bitmap = await this.bitmap(part);
      // Relative to the tile that is made; tiles at the edge of an image may be smaller than others.
      const [across, down] = this.scales(part.zoom, place.zoom);
      const left = (part.col * across - place.col) * width;
      const top = (part.row * down - place.row) * height;
      context.drawImage(bitmap, left, top, bitmap.width * across, bitmap.height * down);
      bitmap.close();
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    return new Uint8Array(await blob.arrayBuffer());
  }

  /** The finest tile of a coarser level that has it. */
  private ancestor({ zoom, z, row, col }: TilePlace): TilePlace | null {
    for (let level = zoom + 1; level < this.saved.zoom_levels; level++) {
      const [across, down] = this.scales(level, zoom);
      const place = { zoom: level, z, row: Math.floor(row / down), col: Math.floor(col / across) };
      if (this.bytes(place)) return place;
    }
    return null;
  }

  /** Tiles of the next finer level that has any in it. */
  private descendants({ zoom, z, row, col }: TilePlace): TilePlace[] {
    for (let level = zoom - 1; level >= Math.max(zoom - FINER, 0); level--) {
      const [across, down] = this.scales(zoom, level);
      const places = Array.from({ length: across * down }, (_, at) => ({
        zoom: level,
        z,
        row: row * down + Math.floor(at / across),
        col: col * across + (at % across),
      })).filter((place) => this.bytes(place));
      if (places.length > 0) return places;
    }
    return [];
  }

  /** How many pixels of one level a pixel of another is, to the right and down. */
  private scales(of: number, to: number): [number, number] {
    const [across, down] = this.saved.zoom_factors[of] ?? [1, 1];
    const [acrossOther, downOther] = this.saved.zoom_factors[to] ?? [1, 1];
    return [across / acrossOther, down / downOther];
  }

  private bitmap(place: TilePlace): Promise<ImageBitmap> {
    return createImageBitmap(new Blob([(this.bytes(place) ?? new Uint8Array()) as Uint8Array<ArrayBuffer>]));
  }
}
