/** The list of keys and mouse gestures over a picture: it can be searched, and keys be changed in it. */
import { button, element } from "../dom";
import { KeyChange, type KeyEditor } from "./key-change";
import { COMMAND_NAMES, type CommandKind, type CommandName, commandOf, kindOf } from "./keymap";

/** Of mouse gestures, and of keys that cannot be changed. */
export type KeyMap = ReadonlyArray<[keys: string, what: string]>;

export type HelpSection =
  | { title: string; gestures: KeyMap }
  | { title: string; commands: readonly CommandName[] };

/** What the help shows of commands of some kinds, by their groups, after mouse gestures. */
export function helpOf(kinds: readonly CommandKind[], gestures: KeyMap): HelpSection[] {
  const names = COMMAND_NAMES.filter((name) => kinds.includes(kindOf(name)));
  const groups = [...new Set(names.map((name) => commandOf(name).group))];
  const sections = groups.map((title) => ({
    title,
    commands: names.filter((name) => commandOf(name).group === title),
  }));
  return [{ title: "Mouse", gestures }, ...sections];
}

export class HelpPanel {
  readonly node: HTMLElement;
  private readonly search = element("input", {
    type: "search",
    "aria-label": "Search the keys",
    placeholder: "search",
    "data-testid": "help-search",
  });
  private readonly said = element("div", {
    class: "cj-help-said",
    role: "status",
    "data-testid": "help-said",
  });
  private readonly lists = element("div", { class: "cj-help-lists" });
  private readonly change: KeyChange | null;

  constructor(
    private readonly sections: readonly HelpSection[],
    private readonly close: () => void,
    /** Changes keys; without one the panel has gestures only. */
    editor: KeyEditor | null = null,
  ) {
    if (!editor) {
      // Nothing in the lists has the focus there: the arrow keys scroll them.
      this.lists.tabIndex = 0;
      this.lists.setAttribute("role", "group");
      this.lists.setAttribute("aria-label", "Keys and gestures");
    }
    this.change = editor && new KeyChange(editor, this.said, () => this.show());
    const head = element("div", { class: "cj-help-head" }, this.search);
    if (this.change) head.append(this.change.resetAll);
    head.append(button("close", "×", close));
    this.node = element(
      "div",
      {
        class: "cj-help",
        role: "dialog",
        "aria-label": "Keys and mouse",
        tabindex: -1,
        "data-testid": "help",
      },
      head,
      this.said,
      this.lists,
    );
    this.search.addEventListener("input", () => this.show());
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  focus(): void {
    this.node.focus();
  }

  private show(): void {
    const wanted = this.search.value.trim().toLowerCase();
    const at = (document.activeElement as HTMLElement | null)?.dataset.command;
    const shown = this.sections.map((section) => this.section(section, wanted)).filter((one) => one !== null);
    this.lists.replaceChildren(element("div", { class: "cj-help-columns" }, ...shown));
    if (shown.length === 0) this.lists.append(`No key or gesture has “${this.search.value.trim()}”.`);
    const buttons = this.changers();
    const [first] = buttons;
    if (first) first.tabIndex = 0;
    if (at) buttons.find(({ dataset }) => dataset.command === at)?.focus();
  }

  private section(section: HelpSection, wanted: string): HTMLElement | null {
    const rows =
      "gestures" in section
        ? section.gestures.map(([keys, what]) => ({ keys: [keys], what, end: null }))
        : section.commands.map((name) => this.change?.row(name) ?? null).filter((row) => row !== null);
    const isIn = (text: string): boolean => text.toLowerCase().includes(wanted);
    const found = rows.filter(({ keys, what }) => isIn(what) || keys.some(isIn) || isIn(section.title));
    if (found.length === 0) return null;
    const items = found.map(({ keys, what, end }) =>
      element(
        "div",
        { role: "listitem" },
        element("span", { class: "cj-help-keys" }, ...keys.map((one) => element("kbd", {}, one))),
        element("span", {}, what),
        ...(end ? [end] : []),
      ),
    );
    return element(
      "section",
      {},
      element("strong", {}, section.title),
      // Not a description list: notebooks style those of their outputs.
      element("div", { class: "cj-keys", role: "list", "aria-label": section.title }, ...items),
    );
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (this.change?.takes(event)) {
      event.preventDefault();
      return;
    }
    const isTyping = event.target === this.search && event.key === "?";
    // Letters are meant for the search, wherever the focus is.
    if (isLetter(event)) this.search.focus();
    if (event.key === "Escape" || event.key === "F1" || (event.key === "?" && !isTyping)) this.close();
    else if (event.key === "Tab") this.turn(event.shiftKey);
    else if (this.change && (event.key === "ArrowDown" || event.key === "ArrowUp"))
      this.step(event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  /** Keep the focus within: after the last place comes the first one. */
  private turn(isBack: boolean): void {
    const places = [...this.node.querySelectorAll<HTMLElement>('input, button, [tabindex="0"]')].filter(
      (place) => place.tabIndex >= 0 && place.getClientRects().length > 0,
    );
    const at = places.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? (isBack ? -1 : 0) : (at + (isBack ? -1 : 1)) % places.length;
    places.at(next)?.focus();
  }

  /** From row to row. */
  private step(step: number): void {
    const buttons = this.changers();
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[at < 0 ? 0 : Math.min(Math.max(at + step, 0), buttons.length - 1)];
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next?.focus();
  }

  private changers(): HTMLButtonElement[] {
    return [...this.lists.querySelectorAll<HTMLButtonElement>("[data-testid=change-key]")];
  }
}

/** Whether a key writes something that a search begins with. */
function isLetter({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return /^[\p{L}\p{N}]$/u.test(key) && !ctrlKey && !metaKey && !altKey;
}
