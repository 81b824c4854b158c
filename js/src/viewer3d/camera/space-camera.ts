/**
 * Where a 3D view looks from, in project space (nm, float64), and the camera of three that follows from it.
 *
 * CATMAID's axes: x to the right, y down, z away.
 */
import {
  type Box3,
  MathUtils,
  OrthographicCamera,
  PerspectiveCamera,
  type Sphere,
  Vector3,
  type Vector3Tuple,
} from "three";
import type { Point } from "../../shared/layer";
import type { ScreenSize } from "../picking/projection";
import type { ViewDirection } from "./views";

export type CameraKind = "perspective" | "orthographic";

/** The synced `camera` trait: project space, nm. */
export interface SpaceCameraState {
  position: Point;
  target: Point;
  up: Point;
  kind: CameraKind;
  /** Factor of the lens; 1 is the usual one. */
  zoom: number;
}

const FIELD_OF_VIEW = 30;
const HALF_HEIGHT = Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
const MARGIN = 1.06;
const NEAREST_NM = 1;
const FARTHEST_NM = 1e12;
/** What a box without extent is shown as, nm. */
const LEAST_EXTENT = 1000;

export class SpaceCamera {
  kind: CameraKind = "perspective";
  readonly target = new Vector3();
  /** From the camera to its target; of length 1. */
  readonly direction = new Vector3(0, 0, 1);
  readonly up = new Vector3(0, -1, 0);
  private zoom = 1;
  private distance = 1e5;
  size: ScreenSize = { width: 1, height: 1 };
  private origin = new Vector3();
  private readonly perspective = new PerspectiveCamera(FIELD_OF_VIEW);
  private readonly orthographic = new OrthographicCamera();
  private readonly listeners = new Set<() => void>();

  /** The camera of three as it was placed last. */
  get three(): PerspectiveCamera | OrthographicCamera {
    return this.kind === "perspective" ? this.perspective : this.orthographic;
  }

  get right(): Vector3 {
    return new Vector3().crossVectors(this.direction, this.up);
  }

  get position(): Vector3 {
    return this.target.clone().addScaledVector(this.direction, -this.distance);
  }

  get state(): SpaceCameraState {
    return {
      position: this.position.toArray(),
      target: this.target.toArray(),
      up: this.up.toArray(),
      kind: this.kind,
      zoom: this.zoom,
    };
  }

  /** nm of the plane through the target under one CSS pixel. */
  get nmPerPixel(): number {
    return (2 * this.halfHeight) / this.size.height;
  }

  private get halfHeight(): number {
    return (this.distance * HALF_HEIGHT) / this.zoom;
  }

  /** Listen to every change; returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Take over a state from elsewhere; one that is none is left out. */
  take(state: SpaceCameraState): void {
    const along = new Vector3(...state.target).sub(new Vector3(...state.position));
    const distance = along.length();
    if (!(distance > 0) || !Number.isFinite(distance)) return;
    this.kind = state.kind;
    this.zoom = state.zoom;
    this.target.set(...state.target);
    this.distance = distance;
    this.orient(along.toArray(), state.up);
    this.changed();
  }

  resize(size: ScreenSize): void {
    this.size = { width: Math.max(size.width, 1), height: Math.max(size.height, 1) };
    this.changed();
  }

  setKind(kind: CameraKind): void {
    this.kind = kind;
    this.changed();
  }

  moveTo(target: Point): void {
    this.target.set(...target);
    this.changed();
  }

  /** Look along a direction, at the same target. */
  look({ direction, up }: ViewDirection): void {
    this.orient(direction, up);
    this.changed();
  }

  /** Turn around the target: to the side and up, in radians. */
  turn(aside: number, upwards: number): void {
    this.direction.applyAxisAngle(this.up, aside);
    const { right } = this;
    this.direction.applyAxisAngle(right, upwards).normalize();
    this.up.applyAxisAngle(right, upwards);
    this.straighten();
    this.changed();
  }

  /** Turn the picture, in radians clockwise. */
  roll(angle: number): void {
    this.up.applyAxisAngle(this.direction, -angle);
    this.straighten();
    this.changed();
  }

  /** Move so that the picture moves by CSS pixels. */
  pan(dx: number, dy: number): void {
    const nm = this.nmPerPixel;
    this.target.addScaledVector(this.right, -dx * nm).addScaledVector(this.up, dy * nm);
    this.changed();
  }

  /** Come nearer by a factor (below 1: go away), keeping what is under a place of the screen there. */
  zoomBy(factor: number, px = this.size.width / 2, py = this.size.height / 2): void {
    const distance = MathUtils.clamp(this.distance / factor, NEAREST_NM, FARTHEST_NM);
    const part = 1 - distance / this.distance;
    const nm = this.nmPerPixel;
    this.target
      .addScaledVector(this.right, (px - this.size.width / 2) * nm * part)
      .addScaledVector(this.up, -(py - this.size.height / 2) * nm * part);
    this.distance = distance;
    this.changed();
  }

  /** Move along the direction of the view by a part of the distance to the target. */
  advance(part: number): void {
    this.target.addScaledVector(this.direction, this.distance * part);
    this.changed();
  }

  /** Show a whole box (project space), from the same direction. */
  fit(box: Box3): void {
    if (box.isEmpty()) return;
    box.getCenter(this.target);
    const half = box.getSize(new Vector3()).multiplyScalar(0.5);
    if (half.length() < LEAST_EXTENT / 2) half.setScalar(LEAST_EXTENT / 2);
    const aspect = this.size.width / this.size.height;
    const { right } = this;
    let distance = 0;
    for (const corner of corners(half)) {
      const across = Math.max(Math.abs(corner.dot(this.up)), Math.abs(corner.dot(right)) / aspect) * MARGIN;
      const nearer = this.kind === "perspective" ? -corner.dot(this.direction) : 0;
      distance = Math.max(distance, (across * this.zoom) / HALF_HEIGHT + nearer);
    }
    this.distance = MathUtils.clamp(distance, NEAREST_NM, FARTHEST_NM);
    this.changed();
  }

  /**
   * Place the camera of three for a scene.
   *
   * @param origin - of the scene, in project space
   * @param content - what is to be seen, relative to that origin
   */
  place(origin: Vector3, content: Sphere): void {
    this.origin = origin;
    const { three } = this;
    three.position.copy(this.position).sub(origin);
    three.up.copy(this.up);
    three.lookAt(this.target.clone().sub(origin));
    const middle = content.center.clone().sub(three.position).dot(this.direction);
    const reach = Math.max(content.radius, 1) * 1.01;
    const far = Math.max(middle + reach, this.distance * 1.01);
    if (three instanceof PerspectiveCamera) {
      three.aspect = this.size.width / this.size.height;
      three.zoom = this.zoom;
      // The depth buffer is spent on what there is, and reaches as near as its precision allows.
      three.near = Math.max(middle - reach, Math.min(this.distance * 0.01, far * 1e-4), far * 1e-5);
    } else {
      const { halfHeight } = this;
      const halfWidth = (halfHeight * this.size.width) / this.size.height;
      Object.assign(three, { left: -halfWidth, right: halfWidth, top: halfHeight, bottom: -halfHeight });
      three.near = Math.min(middle - reach, this.distance * 0.99);
    }
    three.far = far;
    three.updateProjectionMatrix();
    three.updateMatrixWorld();
  }

  /** CSS pixels of a place of project space, as the camera was placed last; null behind the camera. */
  toScreen(point: Vector3Tuple): [number, number] | null {
    const seen = new Vector3(...point).sub(this.origin).applyMatrix4(this.three.matrixWorldInverse);
    if (this.kind === "perspective" && seen.z >= 0) return null;
    seen.applyMatrix4(this.three.projectionMatrix);
    return [((seen.x + 1) / 2) * this.size.width, ((1 - seen.y) / 2) * this.size.height];
  }

  private orient(direction: Vector3Tuple, up: Vector3Tuple): void {
    this.direction.set(...direction).normalize();
    this.up.set(...up);
    if (this.up.clone().cross(this.direction).length() < 1e-6 * Math.max(this.up.length(), 1e-6)) {
      // Any other vector is across.
      this.up.set(this.direction.y, this.direction.z, -this.direction.x);
    }
    this.straighten();
  }

  /** Let `up` be across the direction, and of length 1. */
  private straighten(): void {
    this.up.addScaledVector(this.direction, -this.up.dot(this.direction)).normalize();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function corners(half: Vector3): Vector3[] {
  const signs = [-1, 1];
  return signs.flatMap((x) =>
    signs.flatMap((y) => signs.map((z) => new Vector3(x * half.x, y * half.y, z * half.z))),
  );
}
