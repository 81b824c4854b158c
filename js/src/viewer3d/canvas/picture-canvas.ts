/** What draws the scene: WebGL, or a plain canvas where there is none. */
import type { Camera, OrthographicCamera, PerspectiveCamera, Scene } from "three";
import type { ScreenSize } from "../picking/projection";

export type ViewingCamera = PerspectiveCamera | OrthographicCamera;

export interface PictureCanvas {
  readonly node: HTMLCanvasElement;
  draw(scene: Scene, camera: Camera, size: ScreenSize): void;
  /** Settles when what was drawn is in the picture. */
  finished(): Promise<void>;
  /**
   * Draw what a camera sees onto another canvas.
   *
   * @param size - in pixels, any
   * @param enlarged - lines and dots are as many times as wide as on the screen
   */
  paint(
    onto: CanvasRenderingContext2D,
    scene: Scene,
    camera: ViewingCamera,
    size: ScreenSize,
    enlarged: number,
  ): void;
  /** Free all that it holds, for good. */
  dispose(): void;
}
