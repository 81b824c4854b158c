/** ScreenDots that are round and of one size on the screen. */
import { BufferAttribute, BufferGeometry, Color, DataTexture, Points, PointsMaterial } from "three";

const DISC_PX = 32;

export class ScreenDots {
  readonly object: Points<BufferGeometry, PointsMaterial>;

  /** @param size - CSS pixels */
  constructor(name: string, size: number) {
    const material = new PointsMaterial({
      size,
      sizeAttenuation: false,
      vertexColors: true,
      map: disc(),
      alphaTest: 0.5,
    });
    this.object = new Points(new BufferGeometry(), material);
    this.object.name = name;
    this.object.frustumCulled = false;
    this.object.visible = false;
  }

  /**
   * @param places - x, y, z of each
   * @param colors - CSS, of each
   */
  put(places: ArrayLike<number>, colors: readonly string[]): void {
    const own = new Color();
    const rgb = new Float32Array(3 * colors.length);
    for (const [at, css] of colors.entries()) own.setStyle(css).toArray(rgb, 3 * at);
    this.object.geometry.dispose();
    this.object.geometry = new BufferGeometry();
    this.object.geometry.setAttribute("position", new BufferAttribute(Float32Array.from(places), 3));
    this.object.geometry.setAttribute("color", new BufferAttribute(rgb, 3));
    this.object.visible = colors.length > 0;
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.map?.dispose();
    this.object.material.dispose();
  }
}

function disc(): DataTexture {
  const texels = new Uint8Array(4 * DISC_PX * DISC_PX).fill(255);
  const radius = DISC_PX / 2;
  for (let at = 0; at < DISC_PX * DISC_PX; at++) {
    const [x, y] = [(at % DISC_PX) + 0.5 - radius, Math.floor(at / DISC_PX) + 0.5 - radius];
    texels[4 * at + 3] = Math.hypot(x, y) < radius ? 255 : 0;
  }
  const map = new DataTexture(texels, DISC_PX, DISC_PX);
  map.needsUpdate = true;
  return map;
}
