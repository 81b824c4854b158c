/** Surfaces that are in the scene twice, so that their far side is drawn before their near side. */
import { BackSide, Mesh } from "three";

/** Whether a mesh is the far side of a surface of which the near side is there, too. */
export function isFarSide(mesh: Mesh): boolean {
  const [material] = [mesh.material].flat();
  if (material?.side !== BackSide) return false;
  const isTwin = (one: object): boolean =>
    one !== mesh && one instanceof Mesh && one.geometry === mesh.geometry;
  return mesh.parent?.children.some(isTwin) ?? false;
}
