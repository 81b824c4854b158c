/** Arrows between treenodes and their connectors: to the connector where it is presynaptic, from it otherwise. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  ConeGeometry,
  Group,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  MeshBasicMaterial,
  Quaternion,
  Vector3,
} from "three";

/** Of the whole arrow. */
const HEAD_LENGTH = 0.3;
const HEAD_RADIUS = 0.07;
const CORNERS = 6;

export interface Arrow {
  from: ArrayLike<number>;
  to: ArrayLike<number>;
  /** CSS. */
  color: string;
}

export class Arrows {
  readonly object = new Group();
  private readonly lineMaterial = new LineBasicMaterial({ vertexColors: true });
  private readonly headMaterial = new MeshBasicMaterial();
  private lines: LineSegments | null = null;
  private heads: InstancedMesh | null = null;

  constructor() {
    this.object.name = "arrows";
  }

  get count(): number {
    return this.heads?.count ?? 0;
  }

  put(arrows: readonly Arrow[]): void {
    this.clear();
    // Of a connector at the place of its treenode there is no direction.
    const long = arrows.filter(({ from, to }) => [0, 1, 2].some((axis) => from[axis] !== to[axis]));
    if (long.length === 0) return;
    const places = new Float32Array(6 * long.length);
    const colors = new Float32Array(6 * long.length);
    const heads = new InstancedMesh(headShape(), this.headMaterial, long.length);
    const [color, matrix] = [new Color(), new Matrix4()];
    for (const [at, { from, to, color: css }] of long.entries()) {
      color.setStyle(css);
      for (const [end, place] of [from, to].entries()) {
        places.set([place[0] ?? 0, place[1] ?? 0, place[2] ?? 0], 6 * at + 3 * end);
        color.toArray(colors, 6 * at + 3 * end);
      }
      heads.setMatrixAt(at, headMatrix(from, to, matrix));
      heads.setColorAt(at, color);
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(places, 3));
    geometry.setAttribute("color", new BufferAttribute(colors, 3));
    this.lines = new LineSegments(geometry, this.lineMaterial);
    this.heads = heads;
    for (const object of [this.lines, heads]) {
      object.name = "arrows";
      object.frustumCulled = false;
    }
    this.object.add(this.lines, heads);
  }

  dispose(): void {
    this.clear();
    this.lineMaterial.dispose();
    this.headMaterial.dispose();
  }

  private clear(): void {
    this.object.clear();
    this.lines?.geometry.dispose();
    this.heads?.geometry.dispose();
    this.heads?.dispose();
    this.lines = null;
    this.heads = null;
  }
}

/** A head whose tip is at the origin, along y, for an arrow of length 1. */
function headShape(): ConeGeometry {
  const shape = new ConeGeometry(HEAD_RADIUS, HEAD_LENGTH, CORNERS, 1);
  shape.translate(0, -HEAD_LENGTH / 2, 0);
  return shape;
}

function headMatrix(from: ArrayLike<number>, to: ArrayLike<number>, matrix: Matrix4): Matrix4 {
  const tip = new Vector3(to[0], to[1], to[2]);
  const along = tip.clone().sub(new Vector3(from[0], from[1], from[2]));
  const length = along.length();
  const turn = new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), along.divideScalar(length));
  return matrix.compose(tip, turn, new Vector3(length, length, length));
}
