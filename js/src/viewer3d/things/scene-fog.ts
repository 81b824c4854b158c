/** What is far away fades into the background. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Color, Fog, Object3D, type Sphere, type Vector3 } from "three";
import type { SpaceCamera } from "../camera/space-camera";
import type { SceneContent, ViewerParts } from "../parts";

export interface SceneFogState {
  /** How much of the farthest things fades, 0 to 1. */
  fog: number;
}

export class SceneFog implements SceneContent {
  readonly object = new Object3D();
  private readonly fog = new Fog(0, 0, 1);
  private readonly follow = (): void => this.parts.changed();

  constructor(
    private readonly model: AnyModel<SceneFogState>,
    private readonly parts: ViewerParts,
  ) {
    this.object.name = "fog";
    model.on("change:fog", this.follow);
  }

  get box(): Box3 {
    return new Box3();
  }

  prepare(origin: Vector3, camera: SpaceCamera): void {
    const { scene } = this.parts.picture;
    const { lines } = this.parts.neurons;
    const strength = this.model.get("fog");
    if (!(strength > 0)) {
      scene.fog = null;
      lines.setFog(null);
      return;
    }
    const { near, far } = fogRange(strength, depthsOf(this.parts.sphere(), origin, camera));
    this.fog.color.copy(new Color().setStyle(this.parts.background()));
    Object.assign(this.fog, { near, far });
    scene.fog = this.fog;
    lines.setFog({ color: this.fog.color.getHex(), near, far });
  }

  dispose(): void {
    this.model.off("change:fog", this.follow);
  }
}

interface Depths {
  nearest: number;
  farthest: number;
}

/** Distances from the camera, along its direction, between which a sphere (relative to the scene's origin) is. */
function depthsOf({ center, radius }: Sphere, origin: Vector3, { position, direction }: SpaceCamera): Depths {
  const middle = center.clone().add(origin).sub(position).dot(direction);
  return { nearest: middle - radius, farthest: middle + radius };
}

/** Where fog begins, and where nothing but fog would be: it has the given strength at the farthest depth. */
export function fogRange(strength: number, { nearest, farthest }: Depths): { near: number; far: number } {
  const near = Math.max(nearest, 0);
  const depth = Math.max(farthest - near, 1);
  return { near, far: near + depth / strength };
}
