/** Widgets of the page near others. */

/** The visible widget that is nearest to another, of those that a selector finds. */
export function nearest(
  kind: string,
  other: HTMLElement,
  isOf: (widget: HTMLElement) => boolean = () => true,
): HTMLElement | undefined {
  const own = other.getBoundingClientRect().top;
  const distance = (widget: HTMLElement): number => Math.abs(widget.getBoundingClientRect().top - own);
  const shown = [...document.querySelectorAll<HTMLElement>(kind)].filter(
    (one) => isOf(one) && isVisible(one),
  );
  return shown.sort((a, b) => distance(a) - distance(b))[0];
}

export function isVisible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
