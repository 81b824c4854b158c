/** What a page does by itself where widgets ask their kernel side to: go to a place in a viewer beside them. */
import type { PageModel } from "./page-model";
import type { OwnMethod } from "./saved-answers";
import type { Params } from "./saved-page";

const KEYS_KEPT = "It is so until this page is closed.";

/** @param modelOf - the model of a reference, if it is on the page */
export function ownMethods(
  model: PageModel,
  modelOf: (reference: string) => PageModel | undefined,
): OwnMethod {
  return (method, params) => {
    if (method === "keep_user_keys") return KEYS_KEPT;
    if (method !== "visit") return undefined;
    const reference = model.get("stack_viewer") as string | null;
    const viewer = reference === null ? undefined : modelOf(reference);
    return viewer && visited(viewer, params);
  };
}

function visited(viewer: PageModel, params: Params): unknown {
  const [x = 0, y = 0, z = 0] = params.position as number[];
  viewer.set("position", [x, y, z]);
  const place = [x, y, z].map((value) => Math.round(value).toLocaleString("en")).join(", ");
  return {
    treenode_id: -1,
    sentence: `This is a node of skeleton ${params.skeleton_id}, at ${place} nm.`,
  };
}
