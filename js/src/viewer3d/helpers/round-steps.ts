/** Round lengths along an axis, as a grid has them. */

/** The step of 1, 2 or 5 times a power of ten that gives at most so many steps in a length. */
export function roundStep(length: number, mostSteps: number): number {
  if (!(length > 0)) return 1;
  const least = length / mostSteps;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Multiples of a step from one place to another. */
export function stepsBetween(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => (first + at) * step);
}
