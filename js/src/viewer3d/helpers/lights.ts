/** Light for surfaces: some from everywhere, and a lamp that whoever looks carries along. */
import { AmbientLight, DirectionalLight, Group } from "three";
import type { SpaceCamera } from "../camera/space-camera";

export class Lights {
  readonly object = new Group();
  private readonly lamp = new DirectionalLight(0xffffff, 2.2);

  constructor() {
    this.object.name = "lights";
    this.object.add(new AmbientLight(0xffffff, 1.4), this.lamp, this.lamp.target);
  }

  /** Let the lamp shine from above the shoulder of whoever looks. */
  prepare(camera: SpaceCamera): void {
    const { direction, right, up } = camera;
    this.lamp.position.copy(direction).negate().addScaledVector(up, 0.4).addScaledVector(right, -0.3);
  }
}
