/** The neuron search that is on the page, if one is. */

const SEARCH = ".cj-neuron-search";
const FIELDS = "textarea, input:not([type=checkbox], [type=submit], [type=button])";

/** Put the focus into the search of a project that is nearest to a viewer; false if there is none. */
export function focusSearch(place: string, viewer: HTMLElement): boolean {
  const own = viewer.getBoundingClientRect().top;
  const shown = [...document.querySelectorAll<HTMLElement>(SEARCH)].filter(
    (search) => search.dataset.place === place && isVisible(search),
  );
  const distance = (search: HTMLElement): number => Math.abs(search.getBoundingClientRect().top - own);
  const [nearest] = shown.sort((a, b) => distance(a) - distance(b));
  const field = [...(nearest?.querySelectorAll<HTMLElement>(FIELDS) ?? [])].find(isVisible);
  field?.focus();
  return field !== undefined;
}

function isVisible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
