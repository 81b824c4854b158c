/** What the places of each neuron's nodes mean among the colours of a shading: one texel for each neuron. */
import { DataTexture, FloatType, RGFormat } from "three";
import { PALETTE_WIDTH } from "./palette";

export const SHADES = 256;
/** The last colour is that of nodes without a value, on every scale. */
const NO_VALUE = SHADES - 1;

/** Nodes at place p have the colour number start + p * step. */
export interface ShadeScale {
  start: number;
  step: number;
}

export const SAME_PLACES: ShadeScale = { start: 0, step: 1 };

/** The scale of a neuron whose place p stands for low + p * step, where colours go from one value to another one. */
export function scaleBetween(
  [first, last]: readonly [number, number],
  low: number,
  step: number,
): ShadeScale {
  const most = NO_VALUE - 1;
  if (!(last > first)) return { start: most / 2, step: 0 };
  return { start: ((low - first) / (last - first)) * most, step: (step / (last - first)) * most };
}

/** The number of the colour that a place has; the program of the lines has the same rule. */
export function shadeOf({ start, step }: ShadeScale, place: number): number {
  if (place === NO_VALUE) return place;
  return Math.min(Math.max(Math.floor(start + step * place + 0.5), 0), NO_VALUE - 1);
}

export class ShadeScales {
  texture: DataTexture;
  private texels = new Float32Array(2 * PALETTE_WIDTH);

  constructor() {
    this.texture = textureOf(this.texels);
  }

  set(slot: number, { start, step }: ShadeScale): void {
    if (2 * (slot + 1) > this.texels.length) this.grow(slot);
    this.texels.set([start, step], 2 * slot);
    this.texture.needsUpdate = true;
  }

  dispose(): void {
    this.texture.dispose();
  }

  private grow(slot: number): void {
    const rows = 2 ** Math.ceil(Math.log2((slot + 1) / PALETTE_WIDTH));
    const texels = new Float32Array(2 * PALETTE_WIDTH * rows);
    texels.set(this.texels);
    this.texels = texels;
    this.texture.dispose();
    this.texture = textureOf(texels);
  }
}

function textureOf(texels: Float32Array<ArrayBuffer>): DataTexture {
  const rows = texels.length / (2 * PALETTE_WIDTH);
  const texture = new DataTexture(texels, PALETTE_WIDTH, rows, RGFormat, FloatType);
  texture.needsUpdate = true;
  return texture;
}
