/** Files that a person takes away from the table. */
import type { SelectionStore } from "../shared/selection/store";
import { hexOf } from "./columns";
import type { Facts } from "./facts";

/** Let the browser save a file. */
export function save(name: string, mediaType: string, content: string | DataView): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type: mediaType }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

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
