/** What is on a viewer's root element for tests and benchmarks. */
import type { Camera } from "./camera";
import type { FrameMeter, ViewerStats } from "./stats";

export interface Hook {
  /** Settles when the first picture stands, or it is known that there is none. */
  ready: Promise<void>;
  readonly stats: ViewerStats;
  readonly view: { center: number[]; nmPerPixel: number; width: number; height: number; section: number };
  toScreen(x: number, y: number): [number, number];
}

export function hookOf(camera: Camera, meter: FrameMeter, ready: Promise<void>): Hook {
  return {
    ready,
    get stats() {
      return meter.read();
    },
    get view() {
      const { center, nmPerPixel, width, height, section } = camera.view;
      return { center, nmPerPixel, width, height, section };
    },
    toScreen: (x, y) => camera.view.toScreen(x, y),
  };
}
