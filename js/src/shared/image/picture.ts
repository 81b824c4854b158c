/** One image of a stack viewer, on a canvas of its own, which the page blends with those below it. */
import type { BLENDS } from "../../wire/facts";
import type { ImageLook, PixelColor } from "./look";

export type Blend = keyof typeof BLENDS;

export interface PictureLook extends ImageLook {
  visible: boolean;
  blend: Blend;
}

export interface StackPicture {
  readonly title: string;
  readonly canvas: HTMLCanvasElement;
  /** Whether its values are ids, shown in colours. */
  readonly isLabels: boolean;
  look(): PictureLook;
  /** Keep a change that a person made. */
  change(change: Partial<PictureLook>): void;
  /** Red, green and blue at a place of the view's plane (nm), as they came; null if there is no image. */
  shownAt(x: number, y: number): PixelColor | null;
  /** The value at a place of the view's plane (nm) as the stack has it; null if nobody tells it. */
  storedAt(x: number, y: number, z: number, signal: AbortSignal): Promise<number | string | null>;
}

/** What a viewer gives for a picture that it shows. */
export interface ShownPicture {
  /** The look has changed. */
  restyle(): void;
  remove(): void;
}
