/** How the grey values or colours of an image are changed before it is shown, without asking for it again. */
import { COLOR_MAPS } from "../../wire/facts";

export type PixelColor = readonly [red: number, green: number, blue: number];

/** The synced traits of whatever shows an image. */
export interface ImageLook {
  /** 0 to 1. */
  opacity: number;
  /** Factor on values. */
  brightness: number;
  /** Factor on values' distances from mid-grey. */
  contrast: number;
  invert: boolean;
  /** A name of `COLOR_MAPS`, or colours from black to white. */
  color_map: string | readonly string[];
  /** The grey values, 0 to 255, between which the image is shown; null for all. */
  threshold: [low: number, high: number] | null;
}

export const LOOK_NAMES = [
  "opacity",
  "brightness",
  "contrast",
  "invert",
  "color_map",
  "threshold",
] as const satisfies ReadonlyArray<keyof ImageLook>;

export const PLAIN_LOOK: ImageLook = {
  opacity: 1,
  brightness: 1,
  contrast: 1,
  invert: false,
  color_map: "gray",
  threshold: null,
};

/** Shares of red, green and blue in the grey of a colour. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** For each value 0 to 255, what is shown. */
export interface LookTables {
  red: Uint8ClampedArray;
  green: Uint8ClampedArray;
  blue: Uint8ClampedArray;
  /** 1 where a grey value is shown; null if all are. */
  shown: Uint8Array | null;
}

/** Whether CSS's own functions do all of a look but its opacity. */
export function isSimple(look: ImageLook): boolean {
  return !isMapped(look) && look.threshold === null;
}

/** Whether colours become those of a map. */
export function isMapped(look: ImageLook): boolean {
  return look.color_map !== "gray";
}

export function lookTables(look: ImageLook): LookTables {
  const stops = colorsOf(look.color_map).map(rgb);
  const channel = (index: 0 | 1 | 2): Uint8ClampedArray =>
    Uint8ClampedArray.from({ length: 256 }, (_, value) => mixed(stops, toned(value / 255, look), index));
  const [low, high] = look.threshold ?? [0, 255];
  const shown = Uint8Array.from({ length: 256 }, (_, value) => Number(value >= low && value <= high));
  return { red: channel(0), green: channel(1), blue: channel(2), shown: look.threshold && shown };
}

/** Change pixels as the page's filter does. */
export function applyLook({ data }: ImageData, look: ImageLook): void {
  const tables = lookTables(look);
  const mapped = isMapped(look);
  const channels = [tables.red, tables.green, tables.blue] as const;
  for (let at = 0; at < data.length; at += 4) {
    const grey = greyOf(data, at);
    channels.forEach((table, channel) => {
      data[at + channel] = table[mapped ? grey : (data[at + channel] ?? 0)] ?? 0;
    });
    if (tables.shown?.[grey] === 0) data[at + 3] = 0;
  }
}

function greyOf(data: Uint8ClampedArray, at: number): number {
  return Math.round(LUMA.reduce((sum, share, channel) => sum + share * (data[at + channel] ?? 0), 0));
}

/** A CSS gradient of a colour map. */
export function gradient(map: ImageLook["color_map"]): string {
  return `linear-gradient(to right, ${colorsOf(map).join(", ")})`;
}

function colorsOf(map: ImageLook["color_map"]): readonly string[] {
  if (typeof map !== "string") return map;
  return (COLOR_MAPS as Record<string, readonly string[]>)[map] ?? COLOR_MAPS.gray;
}

/** Each step ends within 0 to 1, as CSS's filters do. */
function toned(value: number, { brightness, contrast, invert }: ImageLook): number {
  const bright = clamp(value * brightness);
  const contrasted = clamp((bright - 0.5) * contrast + 0.5);
  return invert ? 1 - contrasted : contrasted;
}

function mixed(stops: number[][], fraction: number, channel: number): number {
  const at = fraction * (stops.length - 1);
  const low = stops[Math.floor(at)]?.[channel] ?? 0;
  const high = stops[Math.ceil(at)]?.[channel] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

function rgb(color: string): number[] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
