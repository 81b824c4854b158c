/** Colours as they are given, as those of the neurons' lines: no conversion from and to linear light. */
import { Color, LinearSRGBColorSpace, type Material, SRGBColorSpace } from "three";

/** Let a material write its colours as they are. */
export function withRawColors<M extends Material>(material: M): M {
  material.toneMapped = false;
  material.userData.hasRawColors = true;
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace("#include <colorspace_fragment>", "");
  };
  material.customProgramCacheKey = () => "raw colors";
  return material;
}

/** A CSS colour such as #1e90ff, for such a material. */
export function rawColor(css: string): Color {
  // In the space in which three calculates, so that it is not converted.
  return new Color().setStyle(css, LinearSRGBColorSpace);
}

/** @param hex - 0xRRGGBB */
export function rawHexColor(hex: number): Color {
  return new Color().setHex(hex, LinearSRGBColorSpace);
}

/** `#rrggbb` of a colour of a material, as it is seen. */
export function cssOf(color: Color, material?: Material | null): string {
  const space = material?.userData.hasRawColors ? LinearSRGBColorSpace : SRGBColorSpace;
  return `#${color.getHexString(space)}`;
}
