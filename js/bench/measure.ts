/** What both pages measure, in the same way. */

export const SIZE = { width: 800, height: 600 };
export const TURNING_MS = 8000;

export interface Figures {
  first_picture_ms: number;
  bytes: number;
  /** While the view turns. */
  frames_per_s: number;
  longest_frame_ms: number;
  recolor_neurons_ms: number;
  recolor_nodes_ms: number;
  pick_ms: number;
  [more: string]: number;
}

export function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Wait until all that was drawn is in the picture. */
export function finish(context: WebGLRenderingContext | WebGL2RenderingContext): void {
  context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
}

/** Draw frame after frame for some seconds; `draw` is told how long the last one took. */
export async function turn(
  draw: (angle: number, lastMs: number) => void,
): Promise<[fps: number, longest: number]> {
  const began = performance.now();
  let frames = 0;
  let longest = 0;
  let last = began;
  let took = 0;
  while (last - began < TURNING_MS) {
    await nextFrame();
    draw(0.02 * frames, took);
    const now = performance.now();
    took = now - last;
    last = now;
    longest = Math.max(longest, took);
    frames++;
  }
  return [(1000 * frames) / (last - began), longest];
}

export async function timed(work: () => void): Promise<number> {
  await nextFrame();
  const began = performance.now();
  work();
  return performance.now() - began;
}

export async function fetchBytes(address: string, body?: object): Promise<Uint8Array<ArrayBuffer>> {
  const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const response = await fetch(address, init);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
