/** Materials of three r97 as those of this three: colours as they were then, without conversion to linear light. */
import {
  Color,
  DataTexture,
  LineBasicMaterial,
  LineDashedMaterial,
  type Material,
  MeshBasicMaterial,
  MeshDepthMaterial,
  MeshLambertMaterial,
  MeshMatcapMaterial,
  MeshNormalMaterial,
  MeshPhongMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  MeshToonMaterial,
  PointsMaterial,
  RawShaderMaterial,
  ShaderMaterial,
  ShadowMaterial,
  SpriteMaterial,
  Texture,
} from "three";
import { withRawColors } from "../things/raw-colors";
import { NotDrawn, type OldColor, type OldMaterial, type OldTexture } from "./old-objects";

const KINDS: Readonly<Record<string, new () => Material>> = {
  LineBasicMaterial,
  LineDashedMaterial,
  MeshBasicMaterial,
  MeshDepthMaterial,
  MeshLambertMaterial,
  MeshMatcapMaterial,
  MeshNormalMaterial,
  MeshPhongMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  MeshToonMaterial,
  PointsMaterial,
  RawShaderMaterial,
  ShaderMaterial,
  ShadowMaterial,
  SpriteMaterial,
};

/** Numbers, switches and texts that mean the same in both. */
const SAME = [
  "alphaTest",
  "aoMapIntensity",
  "blendDst",
  "blendEquation",
  "blendSrc",
  "blending",
  "bumpScale",
  "clearcoat",
  "dashSize",
  "depthTest",
  "depthWrite",
  "displacementBias",
  "displacementScale",
  "dithering",
  "emissiveIntensity",
  "flatShading",
  "fragmentShader",
  "gapSize",
  "lightMapIntensity",
  "linewidth",
  "metalness",
  "opacity",
  "polygonOffset",
  "polygonOffsetFactor",
  "polygonOffsetUnits",
  "premultipliedAlpha",
  "reflectivity",
  "rotation",
  "roughness",
  "scale",
  "shininess",
  "side",
  "size",
  "sizeAttenuation",
  "transparent",
  "vertexShader",
  "visible",
  "wireframe",
] as const;

const COLORS = ["color", "emissive", "specular"] as const;

const MAPS = [
  "alphaMap",
  "aoMap",
  "bumpMap",
  "displacementMap",
  "emissiveMap",
  "lightMap",
  "map",
  "matcap",
  "metalnessMap",
  "normalMap",
  "roughnessMap",
  "specularMap",
] as const;

/** Changes when the material looks otherwise. */
export function materialKey(old: OldMaterial): string {
  const values = [...SAME, "vertexColors", "defines", "lights"].map((name) => old[name]);
  const colors = COLORS.map((name) => old[name] as OldColor | undefined);
  const maps = MAPS.map((name) => old[name] as OldTexture | null | undefined).map(
    (map) => map && textureKey(map),
  );
  const uniforms = Object.entries(old.uniforms ?? {}).map(([name, { value }]) => [name, uniformKey(value)]);
  return JSON.stringify([old.type, old.uuid, values, colors, maps, uniforms]);
}

/** @throws NotDrawn for a material that this three does not have. */
export function adoptMaterial(old: OldMaterial, hasColors: boolean): Material {
  const Kind = KINDS[old.type];
  if (!Kind || old.isLineMaterial)
    throw new NotDrawn(
      old.isLineMaterial
        ? "Wide lines (LineSegments2, LineMaterial) are not drawn. Take LineSegments and LineBasicMaterial."
        : `The material ${old.type} is not drawn.`,
    );
  const made = new Kind();
  copyLook(made as Material & Record<string, unknown>, old);
  // In r97 a number: none, of faces, or of vertices.
  made.vertexColors = Boolean(old.vertexColors) && hasColors;
  if (made instanceof ShaderMaterial) adoptShader(made, old);
  else withRawColors(made);
  return made;
}

function copyLook(made: Material & Record<string, unknown>, old: OldMaterial): void {
  const values = made as Record<string, unknown>;
  for (const name of SAME) if (name in made && old[name] !== undefined) values[name] = old[name];
  for (const name of COLORS) {
    const color = old[name] as OldColor | undefined;
    const own = values[name];
    if (color && own instanceof Color) own.setRGB(color.r, color.g, color.b);
  }
  for (const name of MAPS) {
    const map = old[name] as OldTexture | null | undefined;
    if (map && name in made) values[name] = adoptTexture(map);
  }
}

function adoptShader(made: ShaderMaterial, old: OldMaterial): void {
  made.defines = { ...(old.defines as Record<string, unknown> | undefined) };
  made.lights = Boolean(old.lights);
  for (const [name, { value }] of Object.entries(old.uniforms ?? {}))
    made.uniforms[name] = { value: isTexture(value) ? adoptTexture(value) : value };
}

function isTexture(value: unknown): value is OldTexture {
  return typeof value === "object" && value !== null && "isTexture" in value;
}

function uniformKey(value: unknown): unknown {
  return isTexture(value) ? textureKey(value) : value;
}

function textureKey({ uuid, version, repeat, offset, image }: OldTexture): unknown[] {
  return [uuid, version, repeat, offset, image === undefined || image === null];
}

function adoptTexture(old: OldTexture): Texture {
  if (old.isCubeTexture) throw new NotDrawn("A material with a cube texture is not drawn.");
  const image = old.image as { data?: ArrayBufferView; width?: number; height?: number } | undefined;
  const made =
    image?.data && !(image instanceof ImageData) ? dataTexture(old, image) : new Texture(image as never);
  made.wrapS = old.wrapS as never;
  made.wrapT = old.wrapT as never;
  made.magFilter = old.magFilter as never;
  made.minFilter = old.minFilter as never;
  made.flipY = old.flipY;
  made.repeat.set(old.repeat.x, old.repeat.y);
  made.offset.set(old.offset.x, old.offset.y);
  made.rotation = old.rotation;
  made.needsUpdate = image !== undefined && image !== null;
  return made;
}

const RGB = 1022;
const RGBA = 1023;

/** Graphics cards have no textures of three numbers a pixel any more. */
function dataTexture(
  old: OldTexture,
  image: { data?: ArrayBufferView; width?: number; height?: number },
): Texture {
  const { width = 1, height = 1 } = image;
  let data = image.data as unknown as Uint8Array;
  if (old.format === RGB) {
    const wider = new (data.constructor as Uint8ArrayConstructor)(4 * width * height);
    const full = data.BYTES_PER_ELEMENT === 1 ? 255 : 1;
    for (let pixel = 0; pixel < width * height; pixel++) {
      wider.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
      wider[4 * pixel + 3] = full;
    }
    data = wider;
  }
  return new DataTexture(
    data,
    width,
    height,
    (old.format === RGB ? RGBA : old.format) as never,
    old.type as never,
  );
}
