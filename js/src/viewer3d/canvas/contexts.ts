/**
 * Browsers give a page some 16 WebGL contexts and take the oldest away without asking. 3D viewers share fewer than
 * that: who has not been used for longest gives its context up, and has one again when it is used.
 */

const MOST_CONTEXTS = 8;

export interface ContextHolder {
  /** Give the context up, and show a picture instead. */
  giveWay(): void;
}

/** Holders of contexts, last used last; one list for the page, whatever modules it loaded. */
interface PageScope {
  catmaidContexts3d?: ContextHolder[];
}

/** A holder needs a context now. */
export function claimContext(holder: ContextHolder): void {
  const holders = all().filter((one) => one !== holder);
  const surplus = holders.splice(0, Math.max(holders.length + 1 - MOST_CONTEXTS, 0));
  (globalThis as PageScope).catmaidContexts3d = [...holders, holder];
  for (const one of surplus) one.giveWay();
}

/** A holder needs its context no more. */
export function releaseContext(holder: ContextHolder): void {
  (globalThis as PageScope).catmaidContexts3d = all().filter((one) => one !== holder);
}

function all(): ContextHolder[] {
  return (globalThis as PageScope).catmaidContexts3d ?? [];
}
