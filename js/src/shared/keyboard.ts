/** What a key press means on keyboards of all kinds. */

const SYMBOL = /^[^\p{L}\p{N}]$/u;

/** Whether a key is pressed alone, not as a shortcut of the page or of the system. */
export function isPlain(event: KeyboardEvent): boolean {
  // Many keyboards have brackets and the like behind AltGr, which looks like Ctrl and Alt, or behind a Mac's Option.
  if (event.getModifierState("AltGraph")) return true;
  if (event.ctrlKey || event.metaKey) return false;
  return !event.altKey || SYMBOL.test(event.key);
}

/** Whether what a person types goes into an element. */
export function isTyped(element: Element | null): boolean {
  return (
    element?.matches("input, textarea, select, [contenteditable=true], [contenteditable=true] *") ?? false
  );
}

/** Whether the focus is in the widget of a node: what comes late, or by itself, must not take it from elsewhere. */
export function isInUse(node: Element): boolean {
  return node.closest(".cj-widget")?.contains(document.activeElement) ?? false;
}

/** Whether an element is part of one of our widgets. */
export function isWidget(element: Element | null): boolean {
  return Boolean(element?.closest(".cj-widget"));
}

/** Keep the keys that are pressed in a widget from the page, except the one that saves the notebook. */
export function keepKeys(root: HTMLElement): void {
  root.addEventListener("keydown", keepKey);
  for (const kind of ["keyup", "keypress"] as const) {
    root.addEventListener(kind, (event) => event.stopPropagation());
  }
}

function keepKey(event: KeyboardEvent): void {
  const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  if (!saves) {
    event.stopPropagation();
    return;
  }
  const root = event.currentTarget as HTMLElement;
  root.removeAttribute("data-lm-suppress-shortcuts");
  setTimeout(() => root.setAttribute("data-lm-suppress-shortcuts", "true"));
}
