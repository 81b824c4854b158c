/** Other widgets of the page that a viewer's keys go to: the neuron search and the history of a project. */
import { isVisible, nearest } from "../../shared/nearest";
import { NEXT_RESULT, type NextResult } from "../../shared/next-result";

const SEARCH = ".cj-neuron-search";
const HISTORY = ".cj-history-table";
const FIELDS = "textarea, input:not([type=checkbox], [type=submit], [type=button])";

/** Put the focus into the search of a project that is nearest to a viewer; false if there is none. */
export function focusSearch(place: string, viewer: HTMLElement): boolean {
  const search = nearest(SEARCH, viewer, (one) => one.dataset.place === place);
  const field = [...(search?.querySelectorAll<HTMLElement>(FIELDS) ?? [])].find(isVisible);
  field?.focus();
  return field !== undefined;
}

/** Put the focus into the table of the history that is nearest to a viewer; false if there is none. */
export function focusHistory(viewer: HTMLElement): boolean {
  const grid = nearest(HISTORY, viewer)?.querySelector<HTMLElement>("[tabindex='0']");
  grid?.scrollIntoView({ block: "nearest" });
  grid?.focus();
  return grid !== null && grid !== undefined;
}

/** The skeleton that comes after another one in the search of a project; null at its end, undefined without a search. */
export function nextResult(
  place: string,
  viewer: HTMLElement,
  after: number | null,
): number | null | undefined {
  const search = nearest(SEARCH, viewer, (one) => one.dataset.place === place);
  if (!search) return undefined;
  const detail: NextResult = { after, next: null };
  search.dispatchEvent(new CustomEvent(NEXT_RESULT, { detail }));
  return detail.next;
}
