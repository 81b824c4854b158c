/** The synced traits of an image layer. */
import type { PictureLook } from "../shared/image/picture";
import type { Stack } from "../shared/stack";

export interface ImageLayerState extends PictureLook {
  layer_id: string;
  title: string;
  stack: Stack;
}
