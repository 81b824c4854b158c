/** The six standard views of CATMAID's space: x to the right, y down, z away. */
import type { Vector3Tuple } from "three";

export interface ViewDirection {
  /** From the camera. */
  direction: Vector3Tuple;
  up: Vector3Tuple;
}

export const STANDARD_VIEWS = {
  frontal: { direction: [0, 0, 1], up: [0, -1, 0] },
  rear: { direction: [0, 0, -1], up: [0, -1, 0] },
  left: { direction: [1, 0, 0], up: [0, -1, 0] },
  right: { direction: [-1, 0, 0], up: [0, -1, 0] },
  top: { direction: [0, 1, 0], up: [0, 0, 1] },
  bottom: { direction: [0, -1, 0], up: [0, 0, -1] },
} as const satisfies Record<string, ViewDirection>;

export type StandardView = keyof typeof STANDARD_VIEWS;

/** In the order of the keys 1 to 6. */
export const VIEW_NAMES = Object.keys(STANDARD_VIEWS) as StandardView[];

export function standardView(name: string): ViewDirection | null {
  return (STANDARD_VIEWS as Record<string, ViewDirection>)[name] ?? null;
}
