/** What draws the scene: WebGL, or a plain canvas where there is none. */
import type { Camera, Scene } from "three";
import type { ScreenSize } from "../picking/projection";

export interface PictureCanvas {
  readonly node: HTMLCanvasElement;
  draw(scene: Scene, camera: Camera, size: ScreenSize): void;
  /** Free all that it holds, for good. */
  dispose(): void;
}
