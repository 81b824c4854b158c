/** A question before the page is left while edits are not written yet. */

/** Let the browser ask before it closes or reloads the page while something is pending; returns what ends this. */
export function guardLeaving(isPending: () => boolean, page: EventTarget = window): () => void {
  const ask = (event: Event): void => {
    if (isPending()) event.preventDefault();
  };
  page.addEventListener("beforeunload", ask);
  return () => page.removeEventListener("beforeunload", ask);
}
