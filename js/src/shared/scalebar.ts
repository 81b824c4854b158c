/** A scale bar of a round length. */
export interface ScaleBar {
  /** nm. */
  length: number;
  /** CSS pixels. */
  pixels: number;
  label: string;
}

const UNITS: Array<[nm: number, name: string]> = [
  [1e6, "mm"],
  [1e3, "µm"],
  [1, "nm"],
];

/** The longest bar of 1, 2 or 5 times a power of ten that is at most `maxPixels` wide. */
export function scaleBar(nmPerPixel: number, maxPixels = 140): ScaleBar {
  const longest = nmPerPixel * maxPixels;
  const power = 10 ** Math.floor(Math.log10(longest) + 1e-9);
  const step = [5, 2, 1].find((factor) => factor * power <= longest * (1 + 1e-9)) ?? 1;
  const length = step * power;
  return { length, pixels: length / nmPerPixel, label: lengthLabel(length) };
}

/** A length in nm as a person says it. */
export function lengthLabel(nm: number): string {
  const [scale, unit] = UNITS.find(([size]) => nm >= size) ?? [1, "nm"];
  return `${Number((nm / scale).toPrecision(3))} ${unit}`;
}
