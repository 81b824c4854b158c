/** Many spheres as one object. */
import {
  type BufferGeometry,
  Color,
  Group,
  IcosahedronGeometry,
  InstancedMesh,
  Matrix4,
  MeshLambertMaterial,
  OctahedronGeometry,
  Vector2,
} from "three";

/** So many have smooth outlines; more have few corners, since all are drawn again with each picture. */
const MOST_ROUND = 3_000;

/** Spheres that would be smaller on the screen are as large as that. */
const LARGE_ENOUGH = `
#include <begin_vertex>
vec4 middle = projectionMatrix * modelViewMatrix * instanceMatrix * vec4(0.0, 0.0, 0.0, 1.0);
float least = leastPixels * middle.w / (projectionMatrix[1][1] * 0.5 * pixels);
transformed *= max(1.0, least / length(instanceMatrix[0].xyz));
`;

export interface Sphere {
  /** x, y, z. */
  place: ArrayLike<number>;
  /** nm. */
  radius: number;
  /** CSS. */
  color: string;
}

export class Spheres {
  readonly object = new Group();
  private readonly material = new MeshLambertMaterial();
  private mesh: InstancedMesh<BufferGeometry, MeshLambertMaterial> | null = null;

  private readonly pixels = { value: 1 };

  /** @param leastPixels - radius, CSS pixels */
  constructor(
    private readonly name: string,
    leastPixels: number,
  ) {
    this.object.name = name;
    this.material.userData = { leastPixels };
    this.material.onBeforeCompile = (shader) => {
      Object.assign(shader.uniforms, { pixels: this.pixels, leastPixels: { value: leastPixels } });
      const own = "uniform float pixels;\nuniform float leastPixels;\n";
      shader.vertexShader = own + shader.vertexShader.replace("#include <begin_vertex>", LARGE_ENOUGH);
    };
    this.material.customProgramCacheKey = () => "spheres";
  }

  get count(): number {
    return this.mesh?.count ?? 0;
  }

  put(spheres: readonly Sphere[]): void {
    this.clear();
    if (spheres.length === 0) return;
    const shape = spheres.length > MOST_ROUND ? new OctahedronGeometry(1, 1) : new IcosahedronGeometry(1, 3);
    const mesh = new InstancedMesh<BufferGeometry, MeshLambertMaterial>(shape, this.material, spheres.length);
    const [matrix, color] = [new Matrix4(), new Color()];
    for (const [at, { place, radius, color: css }] of spheres.entries()) {
      matrix.makeScale(radius, radius, radius).setPosition(place[0] ?? 0, place[1] ?? 0, place[2] ?? 0);
      mesh.setMatrixAt(at, matrix);
      mesh.setColorAt(at, color.setStyle(css));
    }
    mesh.name = this.name;
    mesh.frustumCulled = false;
    const size = new Vector2();
    mesh.onBeforeRender = (renderer) => {
      this.pixels.value = renderer.getSize(size).y;
    };
    this.mesh = mesh;
    this.object.add(mesh);
  }

  setOpacity(opacity: number): void {
    this.material.opacity = opacity;
    this.material.transparent = opacity < 1;
  }

  dispose(): void {
    this.clear();
    this.material.dispose();
  }

  private clear(): void {
    if (!this.mesh) return;
    this.object.remove(this.mesh);
    this.mesh.geometry.dispose();
    this.mesh.dispose();
    this.mesh = null;
  }
}
