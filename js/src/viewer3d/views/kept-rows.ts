/** Views with names, from wherever they are kept. */
import type { SpaceCameraState } from "../camera/space-camera";

/** A view that is kept on the server. */
export interface SavedView {
  name: string;
  /** For all users of the project. */
  shared: boolean;
  camera: SpaceCameraState;
}

/** Where a view is kept: in the viewer only, or on the server for its user or for all. */
export type KeptPlace = "viewer" | "own" | "shared";

export interface KeptView {
  name: string;
  place: KeptPlace;
  camera: SpaceCameraState;
}

export const KEPT_PLACES: ReadonlyArray<[place: KeptPlace, title: string]> = [
  ["viewer", "In this viewer"],
  ["own", "Yours, on the server"],
  ["shared", "For all users"],
];

/** All that is kept, by place and name. What the viewer has from the server, or keeps there, is named once. */
export function keptViews(
  views: Readonly<Record<string, SpaceCameraState>>,
  saved: readonly SavedView[],
): KeptView[] {
  const here = Object.entries(views)
    .filter(([name, camera]) => !saved.some((one) => one.name === name && isSame(one.camera, camera)))
    .map(([name, camera]): KeptView => ({ name, place: "viewer", camera }));
  const there = saved.map(({ name, shared, camera }): KeptView => {
    return { name, place: shared ? "shared" : "own", camera };
  });
  const rank = ({ place }: KeptView): number => KEPT_PLACES.findIndex(([one]) => one === place);
  return [...here, ...there].sort(
    (one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, "en", { numeric: true }),
  );
}

/** Whether two cameras look at the same from the same place, in the same way. */
export function isSame(one: SpaceCameraState, other: SpaceCameraState): boolean {
  const numbers = ({ position, target, up, zoom }: SpaceCameraState) => [...position, ...target, ...up, zoom];
  const theirs = numbers(other);
  return one.kind === other.kind && numbers(one).every((number, place) => number === theirs[place]);
}

/** The views of a viewer without one that is forgotten. One of the server leaves what the viewer calls so by itself. */
export function without(
  views: Readonly<Record<string, SpaceCameraState>>,
  gone: KeptView,
): Record<string, SpaceCameraState> {
  return Object.fromEntries(
    Object.entries(views).filter(([name, camera]) => name !== gone.name || !isSame(camera, gone.camera)),
  );
}
