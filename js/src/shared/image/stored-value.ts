/** The value of a voxel as its stack has it, asked from the kernel. */
import type { Point } from "../layer";
import type { Rpc } from "../rpc";
import { imageCorner, type Stack, sectionAt } from "../stack";

/** At a place of the stack's plane (nm); null outside of it, or where nobody tells values. */
export async function storedValue(
  rpc: Rpc,
  stack: Stack,
  [x, y, z]: Readonly<Point>,
  signal: AbortSignal,
): Promise<number | string | null> {
  const [left, top] = imageCorner(stack);
  const voxel = [
    Math.floor((x - left) / stack.resolution[0]),
    Math.floor((y - top) / stack.resolution[1]),
    sectionAt(stack, z),
  ];
  const isInside = voxel.every((index, axis) => index >= 0 && index < (stack.dimension[axis] ?? 0));
  if (!isInside || stack.is_grid) return null;
  const { result } = await rpc.call<{ value: number | string | null }>("voxel", { voxel }, { signal });
  return result.value;
}
