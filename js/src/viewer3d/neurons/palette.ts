/** Colour, visibility and emphasis of neurons: one texel each, which the program of the lines reads. */
import { DataTexture } from "three";

export const PALETTE_WIDTH = 1024;
/** 0xRRGGBBAA, of neurons that were given none. */
const DEFAULT_COLOR = 0xa0a0a0ff;
/** Bits of a texel's fourth byte; above them the opacity, 1 to 31. 0: the neuron is not drawn. */
const ACTIVE = 1;
const SHADED = 2;
const SELECTED = 4;
const OPACITY_SHIFT = 3;
const MOST_OPACITY = 31;

interface PaletteEntry {
  rgba: number;
  isVisible: boolean;
  isActive: boolean;
  isShaded: boolean;
  isSelected: boolean;
}

const NEW_LOOK: PaletteEntry = {
  rgba: DEFAULT_COLOR,
  isVisible: true,
  isActive: false,
  isShaded: false,
  isSelected: false,
};

export class NeuronPalette {
  texture: DataTexture;
  private texels: Uint8Array<ArrayBuffer>;
  private readonly looks: (PaletteEntry | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  private translucent = 0;

  constructor() {
    this.texels = new Uint8Array(4 * PALETTE_WIDTH);
    this.texture = textureOf(this.texels);
  }

  /** Whether any neuron is not fully opaque. */
  get isTranslucent(): boolean {
    return this.translucent > 0;
  }

  /** A slot for one more neuron. */
  add(): number {
    const slot = this.freeSlots.pop() ?? this.looks.length;
    const look = { ...NEW_LOOK };
    this.looks[slot] = look;
    if (4 * (slot + 1) > this.texels.length) this.grow();
    this.write(slot, look);
    return slot;
  }

  remove(slot: number): void {
    const look = this.looks[slot];
    if (!look) return;
    if (isTranslucent(look.rgba)) this.translucent--;
    this.looks[slot] = undefined;
    this.freeSlots.push(slot);
    this.texels.fill(0, 4 * slot, 4 * slot + 4);
  }

  setColor(slot: number, rgba: number): void {
    const before = this.looks[slot]?.rgba;
    if (before !== undefined) this.translucent += Number(isTranslucent(rgba)) - Number(isTranslucent(before));
    this.change(slot, { rgba });
  }

  setVisible(slot: number, isVisible: boolean): void {
    this.change(slot, { isVisible });
  }

  setActive(slot: number, isActive: boolean): void {
    this.change(slot, { isActive });
  }

  setSelected(slot: number, isSelected: boolean): void {
    this.change(slot, { isSelected });
  }

  /** Its nodes' colours come from the shading. */
  setShaded(slot: number, isShaded: boolean): void {
    this.change(slot, { isShaded });
  }

  colorOf(slot: number): number {
    return this.looks[slot]?.rgba ?? DEFAULT_COLOR;
  }

  dispose(): void {
    this.texture.dispose();
  }

  private change(slot: number, change: Partial<PaletteEntry>): void {
    const look = this.looks[slot];
    if (look) this.write(slot, Object.assign(look, change));
  }

  private write(slot: number, look: PaletteEntry): void {
    const { rgba, isVisible, isActive, isShaded, isSelected } = look;
    const share = (rgba & 255) / 255;
    const opacity = share > 0 ? Math.max(Math.round(share * MOST_OPACITY), 1) : 0;
    const bits = (isActive ? ACTIVE : 0) | (isShaded ? SHADED : 0) | (isSelected ? SELECTED : 0);
    const flags = (opacity << OPACITY_SHIFT) | bits;
    const bytes = [rgba >>> 24, rgba >>> 16, rgba >>> 8, isVisible && opacity > 0 ? flags : 0];
    this.texels.set(bytes, 4 * slot);
    this.texture.needsUpdate = true;
  }

  private grow(): void {
    const texels = new Uint8Array(2 * this.texels.length);
    texels.set(this.texels);
    this.texels = texels;
    this.texture.dispose();
    this.texture = textureOf(texels);
  }
}

function isTranslucent(rgba: number): boolean {
  return (rgba & 255) < 255;
}

function textureOf(texels: Uint8Array<ArrayBuffer>): DataTexture {
  const texture = new DataTexture(texels, PALETTE_WIDTH, texels.length / (4 * PALETTE_WIDTH));
  texture.needsUpdate = true;
  return texture;
}
