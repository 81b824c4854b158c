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
} from "three";

/** So many have smooth outlines; more have few corners, since all are drawn again with each picture. */
const MOST_ROUND = 3_000;

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

  constructor(private readonly name: string) {
    this.object.name = name;
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
