/** Colours of a matrix's cells. */

export type PaletteName = "blue" | "red" | "gray" | "viridis";
export type Rgb = [red: number, green: number, blue: number];

const STOPS: Readonly<Record<PaletteName, readonly Rgb[]>> = {
  blue: [
    [255, 255, 255],
    [107, 174, 214],
    [8, 48, 107],
  ],
  red: [
    [255, 255, 255],
    [251, 106, 74],
    [103, 0, 13],
  ],
  gray: [
    [255, 255, 255],
    [0, 0, 0],
  ],
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
};

/** The colour of a fraction of the largest count. */
export function colorOf(palette: PaletteName, fraction: number): Rgb {
  const stops = STOPS[palette];
  const at = Math.min(1, Math.max(0, fraction)) * (stops.length - 1);
  const low = stops[Math.floor(at)] ?? [0, 0, 0];
  const high = stops[Math.ceil(at)] ?? low;
  const part = at - Math.floor(at);
  const mixed = (channel: 0 | 1 | 2): number =>
    Math.round(low[channel] + (high[channel] - low[channel]) * part);
  return [mixed(0), mixed(1), mixed(2)];
}

export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${red},${green},${blue})`;
}

/** Black or white, whichever is read better on a colour. */
export function inkOn([red, green, blue]: Rgb): string {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#000" : "#fff";
}

/** How much of the palette a count gets, 0 to 1. */
export function fractionOf(count: number, most: number, isLogarithmic: boolean): number {
  if (most <= 0) return 0;
  return isLogarithmic ? Math.log1p(count) / Math.log1p(most) : count / most;
}

export function gradient(palette: PaletteName): string {
  return `linear-gradient(to right, ${STOPS[palette].map(cssColor).join(", ")})`;
}
