/** Very many small spheres as one object: each is one rectangle that looks round, and never smaller than can be seen. */
import {
  type Color,
  Group,
  InstancedMesh,
  Matrix4,
  PlaneGeometry,
  ShaderMaterial,
  UniformsLib,
  UniformsUtils,
  Vector2,
} from "three";
import { rawColor } from "./raw-colors";

const VERTEX = `
uniform float pixels;
uniform float leastPixels;
varying vec3 ballColor;
varying vec2 across;
#include <fog_pars_vertex>

void main() {
  ballColor = instanceColor;
  across = position.xy;
  vec4 mvPosition = modelViewMatrix * instanceMatrix * vec4(0.0, 0.0, 0.0, 1.0);
  vec4 middle = projectionMatrix * mvPosition;
  float least = leastPixels * middle.w / (projectionMatrix[1][1] * 0.5 * pixels);
  float radius = max(length(instanceMatrix[0].xyz), least);
  vec4 place = projectionMatrix * (mvPosition + vec4(position.xy * radius, 0.0, 0.0));
  // As near as the front of the sphere, so that it covers the line through it.
  vec4 front = projectionMatrix * (mvPosition + vec4(0.0, 0.0, radius, 0.0));
  if (front.w > 0.0) place.z = front.z / front.w * place.w;
  gl_Position = place;
  #include <fog_vertex>
}`;

const FRAGMENT = `
varying vec3 ballColor;
varying vec2 across;
#include <fog_pars_fragment>

void main() {
  float square = dot(across, across);
  if (square > 1.0) discard;
  // The lamp is above the left shoulder of whoever looks.
  vec3 normal = vec3(across, sqrt(1.0 - square));
  float light = 0.5 + 0.5 * max(0.0, dot(normal, vec3(-0.27, 0.36, 0.89)));
  gl_FragColor = vec4(ballColor * light, 1.0);
  #include <fog_fragment>
}`;

export interface Ball {
  /** x, y, z. */
  place: readonly number[];
  /** CSS. */
  color: string;
}

/** Files have it as spheres. */
class BallGeometry extends PlaneGeometry {
  override readonly type = "BallGeometry";
}

export class Balls {
  readonly object = new Group();
  private readonly geometry = new BallGeometry(2, 2);
  private readonly material: ShaderMaterial;
  private mesh: InstancedMesh<BallGeometry, ShaderMaterial> | null = null;

  /** @param leastPixels - radius, CSS pixels */
  constructor(
    private readonly name: string,
    leastPixels: number,
  ) {
    this.object.name = name;
    const own = { pixels: { value: 1 }, leastPixels: { value: leastPixels } };
    this.material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      fog: true,
      uniforms: UniformsUtils.merge([UniformsLib.fog, own]),
    });
    this.material.userData = { hasRawColors: true, leastPixels };
  }

  get count(): number {
    return this.mesh?.count ?? 0;
  }

  /** @param radius - of each, nm */
  put(balls: readonly Ball[], radius: number): void {
    this.clear();
    if (balls.length === 0) return;
    const mesh = new InstancedMesh<BallGeometry, ShaderMaterial>(this.geometry, this.material, balls.length);
    const matrix = new Matrix4();
    const colors = new Map<string, Color>();
    for (const [at, { place, color }] of balls.entries()) {
      matrix.makeScale(radius, radius, radius).setPosition(place[0] ?? 0, place[1] ?? 0, place[2] ?? 0);
      mesh.setMatrixAt(at, matrix);
      const known = colors.get(color) ?? rawColor(color);
      colors.set(color, known);
      mesh.setColorAt(at, known);
    }
    mesh.name = this.name;
    mesh.frustumCulled = false;
    const size = new Vector2();
    mesh.onBeforeRender = (renderer) => {
      const { pixels } = this.material.uniforms;
      if (pixels) pixels.value = renderer.getSize(size).y;
    };
    this.mesh = mesh;
    this.object.add(mesh);
  }

  dispose(): void {
    this.clear();
    this.geometry.dispose();
    this.material.dispose();
  }

  private clear(): void {
    if (!this.mesh) return;
    this.object.remove(this.mesh);
    this.mesh.dispose();
    this.mesh = null;
  }
}
