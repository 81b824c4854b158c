/** What a key press means on keyboards of all kinds. */

const SYMBOL = /^[^\p{L}\p{N}]$/u;

/** Whether a key is pressed alone, not as a shortcut of the page or of the system. */
export function isPlain(event: KeyboardEvent): boolean {
  // Many keyboards have brackets and the like behind AltGr, which looks like Ctrl and Alt, or behind a Mac's Option.
  if (event.getModifierState("AltGraph")) return true;
  if (event.ctrlKey || event.metaKey) return false;
  return !event.altKey || SYMBOL.test(event.key);
}

/** Matches a key alone, in either case. */
export function plainKey(key: string): (event: KeyboardEvent) => boolean {
  return (event) => isPlain(event) && !event.shiftKey && isKey(event, key);
}

/** Matches a key with Shift. */
export function shiftedKey(key: string): (event: KeyboardEvent) => boolean {
  return (event) => isPlain(event) && event.shiftKey && isKey(event, key);
}

/** Matches a letter with Alt, by the place of its key where Alt makes another character of it, as on a Mac. */
export function altKey(letter: string): (event: KeyboardEvent) => boolean {
  const code = `Key${letter.toUpperCase()}`;
  return (event) =>
    (/^[a-z]$/i.test(event.key) ? isKey(event, letter) : event.code === code) &&
    event.altKey &&
    !event.shiftKey &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.getModifierState("AltGraph");
}

/** Matches a function key alone. */
export function isFunctionKey(key: string): (event: KeyboardEvent) => boolean {
  return (event) => event.key === key && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
}

/** Whether a key press is Ctrl Z, or command Z on a Mac. */
export function isUndo(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && isKey(event, "z");
}

/** Whether a key press is Ctrl Shift Z or Ctrl Y, or with command on a Mac. */
export function isRedo(event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  return event.shiftKey ? isKey(event, "z") : isKey(event, "y");
}

function isKey(event: KeyboardEvent, key: string): boolean {
  return event.key.toLowerCase() === key.toLowerCase();
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
