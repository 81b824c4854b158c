/** Surfaces that look as thin shells of one thickness: where they are seen from aside there is more of them. */
import { MeshLambertMaterial, type Side } from "three";

/** How much more of a shell there is at its outline than in front, at most. */
const MOST_LAYERS = 4;
const SHELL = `
#include <opaque_fragment>
vec3 towardsEye = isOrthographic ? vec3(0.0, 0.0, 1.0) : normalize(vViewPosition);
float layers = 1.0 / max(abs(dot(normal, towardsEye)), ${(1 / MOST_LAYERS).toFixed(3)});
gl_FragColor.a = 1.0 - pow(1.0 - gl_FragColor.a, layers);
`;

/** @param side - which of its sides is drawn */
export function shellMaterial(side: Side): MeshLambertMaterial {
  const material = new MeshLambertMaterial({ side, transparent: true, depthWrite: false });
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace("#include <opaque_fragment>", SHELL);
  };
  material.customProgramCacheKey = () => "shell";
  return material;
}
