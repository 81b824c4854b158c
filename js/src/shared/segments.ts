/** Distances in as many dimensions as a place has. */

/** Distance of a place to the line between two others, of which further coordinates do not count. */
export function distanceToSegment(
  at: readonly number[],
  from: readonly number[],
  to: readonly number[],
): number {
  let square = 0;
  let along = 0;
  for (const [axis, value] of at.entries()) {
    const step = (to[axis] as number) - (from[axis] as number);
    square += step * step;
    along += (value - (from[axis] as number)) * step;
  }
  const part = square === 0 ? 0 : Math.min(1, Math.max(0, along / square));
  const away = at.map((value, axis) => {
    const start = from[axis] as number;
    return value - start - part * ((to[axis] as number) - start);
  });
  return Math.hypot(...away);
}
