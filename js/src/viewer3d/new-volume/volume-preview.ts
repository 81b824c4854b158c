/** The surface of a volume that is not saved yet, in the scene. */
import { Box3, DoubleSide, Group, Mesh, MeshLambertMaterial, type Vector3 } from "three";
import type { SceneContent } from "../parts";
import type { Surface } from "../things/volumes";

/** As the kernel saves it. */
const COLOR = "#ee7733";

export class PreviewSurface implements SceneContent {
  readonly object = new Group();
  private readonly material = new MeshLambertMaterial({
    color: COLOR,
    opacity: 0.35,
    transparent: true,
    depthWrite: false,
    side: DoubleSide,
  });
  private surface: Surface | null = null;

  constructor() {
    this.object.name = "new volume";
  }

  get box(): Box3 {
    return this.surface?.box.clone() ?? new Box3();
  }

  /** Show another one instead, or none. */
  show(surface: Surface | null): void {
    this.surface?.geometry.dispose();
    this.object.clear();
    this.surface = surface;
    if (surface) this.object.add(new Mesh(surface.geometry, this.material));
  }

  prepare(origin: Vector3): void {
    if (this.surface) this.object.position.copy(this.surface.corner).sub(origin);
  }

  dispose(): void {
    this.show(null);
    this.material.dispose();
  }
}
