/** Files that a person takes away from the table. */
import { hexOf } from "../shared/selection/delta";
import type { SelectionStore } from "../shared/selection/store";
import type { Facts } from "./facts";

/** Skeletons as a list of ids, names, colours and whether they are visible. */
export function jsonOf(store: SelectionStore, facts: Facts, ids: readonly number[]): string {
  const rows = ids.map((id) => ({
    skeleton_id: id,
    skeleton_name: facts.of(id).name,
    color: hexOf(store.colorOf(id) ?? 0),
    opacity: ((store.colorOf(id) ?? 0) & 0xff) / 0xff,
    visible: store.isVisible(id),
  }));
  return JSON.stringify(rows, null, 1);
}
