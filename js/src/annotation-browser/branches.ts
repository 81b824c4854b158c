/** Which places of the tree of annotations are seen: what is open, and what a filter leaves. */
import type { AnnotationBranch } from "./state";

export interface TreeLine {
  branch: AnnotationBranch;
  /** Ids from the top, which name this place. */
  key: string;
  /** 1 at the top. */
  level: number;
  hasMore: boolean;
  isOpen: boolean;
  parent: AnnotationBranch | null;
}

export interface SeenTree {
  lines: TreeLine[];
  /** How many lines there are more, which are not drawn. */
  left: number;
}

/** The lines that are seen; with a filter, the places whose name has the text, and those above them. */
export function seenLines(
  branches: readonly AnnotationBranch[],
  open: ReadonlySet<string>,
  filter: string,
  most: number,
): SeenTree {
  const text = filter.trim().toLowerCase();
  const places = placesOf(branches);
  const wanted = text === "" ? null : matching(places, text);
  const lines: TreeLine[] = [];
  let left = 0;
  for (const place of places) {
    if (wanted ? !wanted.has(place.key) : !place.above.every((key) => open.has(key))) continue;
    if (lines.length === most) {
      left++;
      continue;
    }
    const { branch, key, above, parent, hasMore } = place;
    const isOpen = hasMore && (wanted ? true : open.has(key));
    lines.push({ branch, key, level: above.length + 1, hasMore, isOpen, parent });
  }
  return { lines, left };
}

interface TreePlace {
  branch: AnnotationBranch;
  key: string;
  above: string[];
  parent: AnnotationBranch | null;
  hasMore: boolean;
}

/** Branches come each before those below it: the one above is the last of that id on the way. */
function placesOf(branches: readonly AnnotationBranch[]): TreePlace[] {
  const places: TreePlace[] = [];
  const way: TreePlace[] = [];
  for (const branch of branches) {
    while (way.length > 0 && way.at(-1)?.branch.id !== branch.parent_id) way.pop();
    const parent = way.at(-1) ?? null;
    if (parent) parent.hasMore = true;
    const above = parent ? [...parent.above, parent.key] : [];
    const key = parent ? `${parent.key}/${branch.id}` : String(branch.id);
    const place = { branch, key, above, parent: parent?.branch ?? null, hasMore: false };
    places.push(place);
    way.push(place);
  }
  return places;
}

function matching(places: readonly TreePlace[], text: string): Set<string> {
  const wanted = new Set<string>();
  for (const { branch, key, above } of places) {
    if (!branch.name.toLowerCase().includes(text)) continue;
    wanted.add(key);
    for (const one of above) wanted.add(one);
  }
  return wanted;
}
