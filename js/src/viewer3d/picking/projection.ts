/** From the scene to the screen, for perspective and orthographic cameras alike. */
import { type Camera, Matrix4 } from "three";

export type ScreenPoint = [px: number, py: number];

/** CSS pixels. */
export interface ScreenSize {
  width: number;
  height: number;
}

/** Rectangle of the screen, CSS pixels. */
export interface ScreenRectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const NOWHERE: ScreenRectangle = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
const EVERYWHERE: ScreenRectangle = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

export class Projection {
  private readonly e: readonly number[];
  private readonly halfWidth: number;
  private readonly halfHeight: number;
  /** Where clip space has a w of 1. */
  private readonly pixelsPerNm: number;

  /** @param placement - of the object that has the nodes; by default the scene's origin */
  constructor(camera: Camera, { width, height }: ScreenSize, placement?: Matrix4) {
    const matrix = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    if (placement) matrix.multiply(placement);
    this.e = matrix.elements;
    this.halfWidth = width / 2;
    this.halfHeight = height / 2;
    this.pixelsPerNm = Math.abs(camera.projectionMatrix.elements[5] ?? 1) * this.halfHeight;
  }

  /** Write the clip space of a point: x, y, z, w. */
  project(x: number, y: number, z: number, out: Float64Array): void {
    const { e } = this;
    for (let row = 0; row < 4; row++)
      out[row] = (e[row] ?? 0) * x + (e[row + 4] ?? 0) * y + (e[row + 8] ?? 0) * z + (e[row + 12] ?? 0);
  }

  screenX(clipX: number, w: number): number {
    return this.halfWidth * (1 + clipX / w);
  }

  screenY(clipY: number, w: number): number {
    return this.halfHeight * (1 - clipY / w);
  }

  /** What a box covers of the screen; null if nothing of it is before the camera; all if it reaches behind it. */
  rectangle(box: ArrayLike<number>, start = 0): ScreenRectangle | null {
    const found = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    const clip = new Float64Array(4);
    let behind = 0;
    let beyond = 0;
    for (let corner = 0; corner < 8; corner++) {
      this.projectCorner(box, start, corner, clip);
      const [x = 0, y = 0, z = 0, w = 0] = clip;
      behind += Number(z < -w);
      beyond += Number(z > w);
      const px = this.screenX(x, w);
      const py = this.screenY(y, w);
      found.left = Math.min(found.left, px);
      found.right = Math.max(found.right, px);
      found.top = Math.min(found.top, py);
      found.bottom = Math.max(found.bottom, py);
    }
    if (behind === 8 || beyond === 8) return null;
    return behind > 0 ? EVERYWHERE : found;
  }

  /** nm under a pixel where a box is nearest to the camera; null if nothing of it is in the picture. */
  finestScale(box: ArrayLike<number>): number | null {
    const { left, top, right, bottom } = this.rectangle(box) ?? NOWHERE;
    if (right < 0 || bottom < 0 || left > 2 * this.halfWidth || top > 2 * this.halfHeight) return null;
    const clip = new Float64Array(4);
    let nearest = Infinity;
    for (let corner = 0; corner < 8; corner++) {
      this.projectCorner(box, 0, corner, clip);
      nearest = Math.min(nearest, clip[3] ?? 0);
    }
    return Math.max(nearest, 0) / this.pixelsPerNm;
  }

  /** Depth where a box is nearest to the camera, -1 to 1. */
  nearestDepth(box: ArrayLike<number>): number {
    const clip = new Float64Array(4);
    let nearest = 1;
    for (let corner = 0; corner < 8; corner++) {
      this.projectCorner(box, 0, corner, clip);
      const [, , z = 0, w = 0] = clip;
      nearest = Math.min(nearest, z < -w ? -1 : z / w);
    }
    return nearest;
  }

  private projectCorner(box: ArrayLike<number>, start: number, corner: number, out: Float64Array): void {
    const x = box[start + (corner & 1 ? 3 : 0)] ?? 0;
    const y = box[start + (corner & 2 ? 4 : 1)] ?? 0;
    const z = box[start + (corner & 4 ? 5 : 2)] ?? 0;
    this.project(x, y, z, out);
  }
}
