/** A tree of three r97's objects, rebuilt in this three; what has not changed is taken over from before. */
import {
  AmbientLight,
  type BufferGeometry,
  DirectionalLight,
  Group,
  HemisphereLight,
  type Light,
  Line,
  LineLoop,
  LineSegments,
  type Material,
  Mesh,
  type Object3D,
  PointLight,
  Points,
  RectAreaLight,
  SpotLight,
  Sprite,
} from "three";
import { adoptGeometry, geometryKey } from "./geometry";
import { adoptMaterial, materialKey } from "./materials";
import { NotDrawn, type OldColor, type OldGeometry, type OldMaterial, type OldObject } from "./old-objects";

/** Lights were a factor of pi brighter. */
const OLD_LIGHT = Math.PI;

export interface UndrawnObject {
  /** Of the object, as Python knows it: name or type. */
  object: string;
  reason: string;
}

interface Kept<T> {
  key: string;
  made: T;
}

/** Keeps what is made of geometries and materials, until they change. */
export class Rebuilder {
  problems: UndrawnObject[] = [];
  private geometries = new Map<string, Kept<BufferGeometry>>();
  private materials = new Map<string, Kept<Material>>();
  private usedGeometries = new Map<string, Kept<BufferGeometry>>();
  private usedMaterials = new Map<string, Kept<Material>>();

  /** Rebuild a whole tree; what it does not use any more is freed. */
  rebuild(old: OldObject): Object3D {
    this.problems = [];
    this.usedGeometries = new Map();
    this.usedMaterials = new Map();
    const made = this.objectOf(old);
    free(this.geometries, this.usedGeometries);
    free(this.materials, this.usedMaterials);
    this.geometries = this.usedGeometries;
    this.materials = this.usedMaterials;
    return made;
  }

  dispose(): void {
    free(this.geometries, new Map());
    free(this.materials, new Map());
  }

  private objectOf(old: OldObject): Object3D {
    const made = this.own(old);
    made.name = old.name;
    made.visible = old.visible;
    made.renderOrder = old.renderOrder;
    made.position.set(old.position.x, old.position.y, old.position.z);
    made.quaternion.set(old.quaternion.x, old.quaternion.y, old.quaternion.z, old.quaternion.w);
    made.scale.set(old.scale.x, old.scale.y, old.scale.z);
    if (!old.matrixAutoUpdate) {
      made.matrixAutoUpdate = false;
      made.matrix.fromArray(old.matrix.elements);
    }
    for (const child of old.children) made.add(this.objectOf(child));
    if (made instanceof DirectionalLight || made instanceof SpotLight) placeTarget(made, old);
    return made;
  }

  private own(old: OldObject): Object3D {
    try {
      return this.drawnObject(old);
    } catch (error) {
      const reason = error instanceof NotDrawn ? error.message : `It could not be rebuilt: ${String(error)}`;
      this.problems.push({ object: old.name || old.type, reason });
      return new Group();
    }
  }

  private drawnObject(old: OldObject): Object3D {
    if (old.isLineSegments2)
      throw new NotDrawn(
        "Wide lines (LineSegments2) are not drawn. Take LineSegments and LineBasicMaterial.",
      );
    if (old.isLight) return lightOf(old);
    if (old.isSprite) return new Sprite(this.materialOf(old, false) as never);
    if (!old.isMesh && !old.isLine && !old.isPoints) return new Group();
    if (!old.geometry) throw new NotDrawn(`${old.type} has no geometry.`);
    const geometry = this.geometryOf(old.geometry, old.isMesh === true);
    const hasColors = geometry.hasAttribute("color");
    if (old.isMesh) {
      if (old.isSkinnedMesh)
        this.problems.push({
          object: old.name || old.type,
          reason: "It is drawn without the pose of its bones.",
        });
      return new Mesh(geometry, this.materialsOf(old, hasColors));
    }
    const material = this.materialOf(old, hasColors);
    if (old.isPoints) return new Points(geometry, material);
    const Kind = old.isLineLoop ? LineLoop : old.isLineSegments ? LineSegments : Line;
    const line = new Kind(geometry, material);
    if (material.type === "LineDashedMaterial") line.computeLineDistances();
    return line;
  }

  private geometryOf(old: OldGeometry, isSurface: boolean): BufferGeometry {
    return kept(this.geometries, this.usedGeometries, `${old.uuid} ${isSurface}`, geometryKey(old), () =>
      adoptGeometry(old, isSurface),
    );
  }

  private materialsOf(old: OldObject, hasColors: boolean): Material | Material[] {
    return Array.isArray(old.material)
      ? old.material.map((one) => this.single(one, hasColors))
      : this.materialOf(old, hasColors);
  }

  private materialOf(old: OldObject, hasColors: boolean): Material {
    const [first] = [old.material].flat();
    if (!first) throw new NotDrawn(`${old.type} has no material.`);
    return this.single(first, hasColors);
  }

  private single(old: OldMaterial, hasColors: boolean): Material {
    return kept(this.materials, this.usedMaterials, `${old.uuid} ${hasColors}`, materialKey(old), () =>
      adoptMaterial(old, hasColors),
    );
  }
}

function kept<T extends { dispose(): void }>(
  before: Map<string, Kept<T>>,
  used: Map<string, Kept<T>>,
  id: string,
  key: string,
  make: () => T,
): T {
  const known = used.get(id) ?? before.get(id);
  const found = known?.key === key ? known : { key, made: make() };
  used.set(id, found);
  return found.made;
}

function free<T extends { dispose(): void }>(before: Map<string, Kept<T>>, used: Map<string, Kept<T>>): void {
  for (const [id, { made }] of before) if (used.get(id)?.made !== made) made.dispose();
}

function lightOf(old: OldObject): Light {
  const intensity = (old.intensity ?? 1) * OLD_LIGHT;
  const light = newLight(old, intensity);
  if (!light) throw new NotDrawn(`The light ${old.type} is not drawn.`);
  setColor(light, old.color);
  return light;
}

function newLight(old: OldObject, intensity: number): Light | null {
  const { distance = 0 } = old;
  switch (old.type) {
    case "AmbientLight":
      return new AmbientLight(0xffffff, intensity);
    case "DirectionalLight":
      return new DirectionalLight(0xffffff, intensity);
    case "HemisphereLight": {
      const light = new HemisphereLight(0xffffff, 0xffffff, intensity);
      const { r, g, b } = old.groundColor ?? { r: 1, g: 1, b: 1 };
      light.groundColor.setRGB(r, g, b);
      return light;
    }
    case "PointLight":
      // Light did not become weaker with the distance then, unless it had an end.
      return new PointLight(0xffffff, intensity, distance, 0);
    case "SpotLight":
      return new SpotLight(0xffffff, intensity, distance, old.angle, old.penumbra, 0);
    case "RectAreaLight":
      return new RectAreaLight(0xffffff, intensity, old.width, old.height);
    default:
      return null;
  }
}

function setColor(light: Light, color: OldColor | undefined): void {
  if (color) light.color.setRGB(color.r, color.g, color.b);
}

/** A target that is not in the scene shines all the same. */
function placeTarget(light: DirectionalLight | SpotLight, { target, position }: OldObject): void {
  const { x, y, z } = target?.position ?? { x: 0, y: 0, z: 0 };
  light.target.position.set(x - position.x, y - position.y, z - position.z);
  light.add(light.target);
}
