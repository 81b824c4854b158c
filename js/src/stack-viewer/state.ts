/** The synced traits of a stack viewer. */
import type { KeysState } from "../shared/bindings/user-keys";
import type { ImageLook } from "../shared/image/look";
import type { Point } from "../shared/layer";
import type { SharedTraits } from "../shared/shared-traits";
import type { Stack } from "../shared/stack";
import type { TransportKind } from "../shared/tile-transport";
import type { BoxCorners } from "./box-drawing";
import type { DrawnRegion } from "./region-drawing";

/** The last picture, for pages without a kernel and for the moment before tiles come. */
export interface Snapshot {
  /** Data URL; empty when there is none. */
  image: string;
  position: Point;
  nm_per_pixel: number;
  /** CSS pixels that the image covered. */
  width: number;
  height: number;
}

/** How the image is doing. */
export type Status =
  | "starting"
  | "ready"
  | "loading"
  | "no-tiles"
  | "broken"
  | "outside"
  | "unreachable"
  | "offline";

export interface ViewerState extends KeysState, ImageLook, SharedTraits {
  stack: Stack;
  position: Point | null;
  nm_per_pixel: number | null;
  /** Sections of a big step. */
  big_step: number;
  crosshair: boolean;
  /** Whether a small picture of the whole section is shown. */
  mini_map: boolean;
  /** Corners that a person has drawn, nm. */
  box: BoxCorners | null;
  /** Regions that a person has drawn; absent in what older versions saved. */
  regions?: DrawnRegion[];
  /** Viewers with the same text look at the same place; empty: this one is alone. */
  link_group: string;
  layers: string[];
  /** CSS pixels. */
  height: number;
  status: Status;
  /** How tiles come to this page; empty before the first. */
  way: TransportKind | "";
  snapshot: Partial<Snapshot>;
}
