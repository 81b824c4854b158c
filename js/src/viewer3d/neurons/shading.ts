/** Colours of nodes: each has a place, 0 to 255, in a row of colours. */
import { DataTexture, type Texture } from "three";
import { SHADES, type ShadeScale, ShadeScales } from "./shade-scales";

const SHADE_SHIFT = 24;

/** Colours of a neuron's nodes: places in a palette of red, green, blue and opacity. */
export interface NodeColors {
  column: Uint8Array;
  palette: Uint8Array;
}

export class ShadingColors {
  private readonly texels = new Uint8Array(4 * SHADES);
  private readonly texture = new DataTexture(this.texels, SHADES, 1);
  private readonly scales = new ShadeScales();

  constructor() {
    this.texture.needsUpdate = true;
  }

  /** They may be other ones after `setScale`. */
  get textures(): { shading: Texture; shadeScales: Texture } {
    return { shading: this.texture, shadeScales: this.scales.texture };
  }

  /** Set what colours the places of a neuron's nodes have. */
  setScale(slot: number, scale: ShadeScale): void {
    this.scales.set(slot, scale);
  }

  /**
   * Set the colours that the places of nodes mean.
   *
   * @param rgba - red, green, blue and opacity of at most 256 colours; the opacity is the neuron's
   */
  set(rgba: Uint8Array): void {
    if (rgba.length % 4 !== 0 || rgba.length > this.texels.length)
      throw new RangeError(
        `A shading has at most ${SHADES} colours of 4 bytes each, not ${rgba.length} bytes.`,
      );
    this.texels.fill(0);
    this.texels.set(rgba);
    this.texture.needsUpdate = true;
  }

  dispose(): void {
    this.scales.dispose();
    this.texture.dispose();
  }
}

/** A neuron's slot in the palette and a node's place in the shading, as the programs of tubes and wide lines have them. */
export function tagOf(slot: number, place: number): number {
  return (slot | (place << SHADE_SHIFT)) >>> 0;
}

/** @throws RangeError unless there is a value for each node of the skeleton. */
export function requireColumn(skeletonId: number, rows: number, column: ArrayLike<number>): void {
  if (column.length === rows) return;
  throw new RangeError(
    `Skeleton ${skeletonId} has ${rows} nodes here, so there should be as many values, not ${column.length}.`,
  );
}
